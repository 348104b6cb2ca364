use unicode_segmentation::UnicodeSegmentation;

use super::elements;

/// How long an excerpt is unless a site wants another length.
pub const EXCERPT_LENGTH: usize = 150;

/// The beginning of an article as text: tags and comments stripped, blanks collapsed, at most `limit` characters.
///
/// It ends at a word's end where that costs less than half of it, and never inside an entity or a character. The result is
/// text for HTML: entities stay as they were written, and a `<` that opened no tag becomes `&lt;`.
pub fn excerpt(html: &str, limit: usize) -> String {
    cut(&plain_text(html, limit.saturating_mul(4).saturating_add(64)), limit)
}

fn cut(text: &str, limit: usize) -> String {
    let mut length = 0;
    let mut end = 0;
    let mut word_end = None;
    for unit in Units(text) {
        if length + unit.chars().count() > limit {
            let at = if unit == " " { Some(end) } else { word_end.filter(|at| at * 2 >= end) };
            return text[..at.unwrap_or(end)].trim_end().to_owned();
        }
        if unit == " " {
            word_end = Some(end);
        }
        length += unit.chars().count();
        end += unit.len();
    }
    text.to_owned()
}

/// What may not be cut: an entity, or what a reader sees as one character.
struct Units<'a>(&'a str);

impl<'a> Iterator for Units<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let len = entity_len(self.0).or_else(|| self.0.graphemes(true).next().map(str::len))?;
        let (unit, rest) = self.0.split_at(len);
        self.0 = rest;
        Some(unit)
    }
}

/// Length of the entity the text begins with, if it does.
fn entity_len(text: &str) -> Option<usize> {
    /// The longest name in HTML, `CounterClockwiseContourIntegral`.
    const LONGEST_NAME: usize = 31;
    let body = text.strip_prefix('&')?;
    let len = body.bytes().take(LONGEST_NAME + 1).position(|b| b == b';')?;
    let (name, digits): (&str, _) = (&body[..len], body[..len].strip_prefix('#'));
    let well_formed = match digits {
        None => {
            name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.bytes().all(|b| b.is_ascii_alphanumeric())
        }
        Some(digits) => match digits.strip_prefix(['x', 'X']) {
            Some(hex) => !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit()),
            None => !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()),
        },
    };
    well_formed.then_some(len + 2)
}

/// The text of some HTML, until there are `enough` bytes of it.
fn plain_text(html: &str, enough: usize) -> String {
    let mut text = Text::default();
    let mut rest = html;
    while let Some(next) = rest.chars().next() {
        if text.out.len() > enough {
            break;
        }
        if let Some(tag) = Tag::at_start_of(rest) {
            rest = &rest[tag.len..];
            if tag.hides_what_follows() {
                rest = after_closing_tag(rest, tag.name);
            }
            if !tag.is_inline() {
                text.blank();
            }
        } else if let Some(len) = entity_len(rest) {
            match &rest[..len] {
                "&nbsp;" | "&#160;" | "&#xa0;" | "&#xA0;" => text.blank(),
                entity => text.push(entity),
            }
            rest = &rest[len..];
        } else {
            match next {
                '<' => text.push("&lt;"),
                c if c.is_whitespace() || c.is_control() => text.blank(),
                c => text.push(c.encode_utf8(&mut [0; 4])),
            }
            rest = &rest[next.len_utf8()..];
        }
    }
    text.out
}

/// Text without blanks at its ends and never two in a row.
#[derive(Default)]
struct Text {
    out: String,
    blank: bool,
}

impl Text {
    fn push(&mut self, piece: &str) {
        if self.blank && !self.out.is_empty() {
            self.out.push(' ');
        }
        self.blank = false;
        self.out.push_str(piece);
    }

    fn blank(&mut self) {
        self.blank = true;
    }
}

/// A tag, a comment or a declaration, from `<` to `>`.
struct Tag<'a> {
    name: &'a str,
    len: usize,
    closing: bool,
}

impl<'a> Tag<'a> {
    fn at_start_of(html: &'a str) -> Option<Self> {
        let body = html.strip_prefix('<')?;
        if let Some(comment) = body.strip_prefix("!--") {
            let len = comment.find("-->").map_or(html.len(), |end| end + "<!---->".len());
            return Some(Self { name: "!--", len, closing: false });
        }
        let closing = body.starts_with('/');
        let name_and_more = &body[usize::from(closing)..];
        if !name_and_more
            .starts_with(|c: char| c.is_ascii_alphabetic() || (!closing && (c == '!' || c == '?')))
        {
            return None;
        }
        let name_len = name_and_more
            .find(|c: char| c.is_whitespace() || c == '/' || c == '>')
            .unwrap_or(name_and_more.len());
        Some(Self { name: &name_and_more[..name_len], len: tag_len(html), closing })
    }

    /// Words on both sides of an inline tag touch each other.
    fn is_inline(&self) -> bool {
        self.name == "!--" || elements::is_inline(self.name)
    }

    fn hides_what_follows(&self) -> bool {
        const HIDING: &[&str] =
            &["script", "style", "template", "noscript", "iframe", "svg", "title", "textarea"];
        !self.closing && HIDING.iter().any(|name| name.eq_ignore_ascii_case(self.name))
    }
}

/// Up to the `>` that stands in no quoted attribute; an unfinished tag reaches to the end.
fn tag_len(html: &str) -> usize {
    let mut quote = None;
    let mut after_equals = false;
    for (at, byte) in html.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') if after_equals => quote = Some(byte),
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
        after_equals = byte == b'=' || (after_equals && byte.is_ascii_whitespace());
    }
    html.len()
}

fn after_closing_tag<'a>(html: &'a str, name: &str) -> &'a str {
    let closing = html.match_indices("</").find(|(at, _)| {
        html.get(at + 2..at + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name))
    });
    closing.map_or("", |(at, _)| &html[at + tag_len(&html[at..])..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("<p>Bread needs <b>time</b>.</p><p>And <em>salt</em></p>", "Bread needs time. And salt")]
    #[case("un<b>believ</b>able", "unbelievable")]
    #[case("one<br>two<br/>three", "one two three")]
    #[case("  a \n\t b&nbsp;&#160; c ", "a b c")]
    #[case("<!-- wp:paragraph {\"a\":\">\"} --><p>text</p><!-- /wp:paragraph -->", "text")]
    #[case("<style>p{color:red}</style>x<SCRIPT>alert('<p>')</Script >y", "x y")]
    #[case("<a title=\"a > b\" href='/'>link</a>", "link")]
    #[case("<p title=don't>text</p>", "text")]
    #[case("fish &amp; chips &lt;b&gt;", "fish &amp; chips &lt;b&gt;")]
    #[case("AT&T & more", "AT&T & more")]
    #[case("1 < 2 > 0", "1 &lt; 2 > 0")]
    #[case("<<b>b>", "&lt;b>")]
    #[case("text <b unfinished", "text")]
    #[case("<![CDATA[x]]>y<?php echo 1 ?>z", "y z")]
    #[case("<h1>Title</h1>\u{feff}Text", "Title \u{feff}Text")]
    #[case("", "")]
    fn strips(#[case] html: &str, #[case] expected: &str) {
        assert_eq!(excerpt(html, 150), expected);
    }

    #[rstest]
    #[case("one two three", 13, "one two three")]
    #[case("one two three", 12, "one two")]
    #[case("one two three", 7, "one two")]
    #[case("one two three", 8, "one two")]
    #[case("Donaudampfschifffahrt", 5, "Donau")]
    #[case("a Donaudampfschifffahrt", 10, "a Donaudam")]
    #[case("fish &amp; chips", 9, "fish")]
    #[case("fish&amp;chips", 8, "fish")]
    #[case("fish&amp;chips", 9, "fish&amp;")]
    #[case("日本語の文章", 3, "日本語")]
    #[case("ab👨‍👩‍👧‍👦cd", 4, "ab")]
    #[case("cafe\u{301}s", 4, "caf")]
    #[case("&amp;", 4, "")]
    #[case("anything", 0, "")]
    fn cuts(#[case] html: &str, #[case] limit: usize, #[case] expected: &str) {
        assert_eq!(excerpt(html, limit), expected);
    }

    #[test]
    fn a_long_article_is_not_read_to_its_end() {
        let html = "<p>word</p>".repeat(1_000_000);
        let started = std::time::Instant::now();
        assert_eq!(excerpt(&html, 150).chars().count(), 149);
        assert!(started.elapsed().as_millis() < 100);
    }

    proptest! {
        #[test]
        fn holds_for_anything(html in pieces(), limit in 0_usize..60) {
            let found = excerpt(&html, limit);
            prop_assert!(found.chars().count() <= limit);
            prop_assert!(!found.contains('<') && found.trim() == found && !found.contains("  "));
            prop_assert_eq!(excerpt(&found, limit), found.clone(), "once more changes nothing");

            let whole = excerpt(&html, 100_000);
            prop_assert!(whole.starts_with(&found));
            let ends: Vec<usize> = Units(&whole).scan(0, |end, unit| { *end += unit.len(); Some(*end) }).collect();
            prop_assert!(found.is_empty() || ends.contains(&found.len()), "{:?} of {:?}", found, whole);
        }

        #[test]
        fn any_text_at_all_is_survived(html in ".*", limit in 0_usize..200) {
            prop_assert!(excerpt(&html, limit).chars().count() <= limit);
        }
    }

    fn pieces() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "<p>",
            "</p>",
            "<b>",
            "</b>",
            "<br/>",
            "<!-- > -->",
            "<a href=\"x>y\">",
            "<script>",
            "</script>",
            "<",
            ">",
            "&",
            "&amp;",
            "&#8217;",
            "&#x1F600;",
            "&nbsp;",
            ";",
            "lt;",
            "word",
            "日本語",
            "e\u{301}",
            "👩‍🚀",
            "🇩🇪",
            " ",
            "\n",
            "\"",
            "'",
            "=",
        ]);
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }
}
