//! What HTML says about which elements stand in which.

pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "img"
            | "input"
            | "keygen"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Their content has no tags and no entities.
pub(super) fn is_raw(name: &str) -> bool {
    matches!(name, "script" | "style" | "iframe" | "xmp" | "noembed" | "noframe" | "noscript" | "plaintext")
}

/// Elements of the document around an article; their content is part of it.
pub(super) fn is_document(name: &str) -> bool {
    matches!(name, "html" | "head" | "body" | "frame" | "frameset")
}

pub(super) fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// A paragraph ends where one of these begins.
pub(super) fn ends_paragraph(name: &str) -> bool {
    is_heading(name)
        || matches!(
            name,
            "address"
                | "article"
                | "aside"
                | "blockquote"
                | "center"
                | "dd"
                | "details"
                | "dialog"
                | "dir"
                | "div"
                | "dl"
                | "dt"
                | "fieldset"
                | "figcaption"
                | "figure"
                | "footer"
                | "form"
                | "header"
                | "hgroup"
                | "hr"
                | "li"
                | "listing"
                | "main"
                | "menu"
                | "nav"
                | "ol"
                | "p"
                | "plaintext"
                | "pre"
                | "search"
                | "section"
                | "summary"
                | "table"
                | "ul"
                | "xmp"
        )
}

/// Directly in these there are no words.
pub(super) fn is_table_structure(name: &str) -> bool {
    matches!(name, "table" | "thead" | "tbody" | "tfoot" | "tr" | "colgroup")
}

pub(super) fn is_table_part(name: &str) -> bool {
    matches!(name, "caption" | "colgroup" | "col" | "thead" | "tbody" | "tfoot" | "tr" | "td" | "th")
}

/// An end tag does not reach out of these.
pub(super) fn is_scope(name: &str) -> bool {
    is_table_structure(name)
        || matches!(name, "td" | "th" | "caption" | "template" | "object" | "marquee" | "applet")
}

/// An inline element that is closed within one of these ends where this one ends.
pub(super) fn is_special(name: &str) -> bool {
    ends_paragraph(name) || is_scope(name) || matches!(name, "button" | "select")
}

/// HTML within a drawing or a formula ends it.
pub(super) fn ends_foreign(name: &str) -> bool {
    ends_paragraph(name)
        || matches!(
            name,
            "b" | "big"
                | "br"
                | "code"
                | "em"
                | "embed"
                | "i"
                | "img"
                | "meta"
                | "nobr"
                | "ruby"
                | "s"
                | "small"
                | "span"
                | "strike"
                | "strong"
                | "sub"
                | "sup"
                | "tt"
                | "u"
                | "var"
        )
}

/// What may stand among the words of a block.
pub(super) fn is_phrasing(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "acronym"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "br"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "img"
            | "ins"
            | "kbd"
            | "mark"
            | "q"
            | "rp"
            | "rt"
            | "ruby"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
    )
}

/// A block of its own wherever it stands, among words too.
pub(super) fn stands_alone(name: &str) -> bool {
    ends_paragraph(name)
        || matches!(
            name,
            "audio"
                | "canvas"
                | "embed"
                | "iframe"
                | "link"
                | "noscript"
                | "object"
                | "script"
                | "style"
                | "template"
                | "video"
        )
}

/// It says something about the document, and shows nothing.
pub(super) fn is_metadata(name: &str) -> bool {
    matches!(name, "title" | "meta" | "base")
}
