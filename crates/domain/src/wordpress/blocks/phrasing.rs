//! Words: paragraphs, headings, and what stands in no element at all.

use super::attributes::Attributes;
use super::flow::write_html;
use super::image;
use super::markup::{Json, begin, end, print_classes, print_some, separate};
use super::nesting::is_phrasing;
use super::print::{print, print_node};
use super::tree::{Element, Kind, Node, filled, only};

/// What a block prints of words; nothing if something else is among them.
pub(super) fn words(nodes: &[Node]) -> Option<String> {
    let mut text = String::new();
    nodes.iter().all(is_words).then(|| print(nodes, &mut text))?;
    Some(text.trim_ascii().to_owned())
}

/// The same; one plain paragraph around them says no more than they do.
pub(super) fn words_or_paragraph(nodes: &[Node]) -> Option<String> {
    let paragraph = only(nodes).and_then(|node| node.named("p")).filter(|p| p.attributes.is_empty());
    words(paragraph.map_or(nodes, |p| &p.children))
}

pub(super) fn is_words(node: &Node) -> bool {
    match &node.kind {
        Kind::Text(_) | Kind::Comment(_) => true,
        Kind::Element(element) => is_phrasing(&element.name) && element.children.iter().all(is_words),
    }
}

/// Words in no element: a paragraph, or several where empty lines part them, as WordPress has it.
pub(super) fn write_run(source: &str, run: &[Node], out: &mut String, start: usize) {
    let before = out.len();
    if run.iter().all(is_gap) {
        return;
    }
    let images = is_images(run);
    if images && write_images(run, out, start).is_some() {
        return;
    }
    out.truncate(before);
    if images || !run.iter().all(is_words) {
        return write_html(source, run, out, start);
    }
    let mut paragraph = String::new();
    for node in run {
        let Kind::Text(text) = &node.kind else {
            print_node(node, &mut paragraph);
            continue;
        };
        for (at, piece) in split_at_empty_lines(text).enumerate() {
            if at > 0 {
                write_paragraph(&mut paragraph, out, start);
            }
            super::print::escape_text(piece, &mut paragraph);
        }
    }
    write_paragraph(&mut paragraph, out, start);
}

fn is_gap(node: &Node) -> bool {
    match &node.kind {
        Kind::Text(text) => text.trim().is_empty(),
        Kind::Comment(_) => true,
        Kind::Element(element) => element.name == "br",
    }
}

fn split_at_empty_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let gap = text.match_indices('\n').find_map(|(at, _)| {
            let line = text[at + 1..].bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
            (text.as_bytes().get(at + 1 + line) == Some(&b'\n')).then_some((at, at + line + 2))
        });
        rest = gap.map(|(_, next)| &text[next..]);
        Some(gap.map_or(text, |(end, _)| &text[..end]))
    })
}

fn write_paragraph(content: &mut String, out: &mut String, start: usize) {
    if !content.trim().is_empty() {
        separate(out, start);
        begin("paragraph", &Json::default(), out);
        out.push_str("<p>");
        out.push_str(content.trim_ascii());
        out.push_str("</p>");
        end("paragraph", out);
    }
    content.clear();
}

/// Pictures and nothing else.
pub(super) fn is_images(nodes: &[Node]) -> bool {
    let is_br = |node: &Node| node.named("br").is_some();
    let mut shown = filled(nodes).filter(|node| !is_br(node)).peekable();
    shown.peek().is_some() && shown.all(image::is_image)
}

pub(super) fn write_images(nodes: &[Node], out: &mut String, start: usize) -> Option<()> {
    for node in filled(nodes).filter(|node| image::is_image(node)) {
        separate(out, start);
        image::image(None, node, None, out)?;
    }
    Some(())
}

pub(super) fn paragraph(p: &Element, out: &mut String) -> Option<()> {
    let mut attributes = Attributes::of(p)?;
    let anchor = attributes.take_filled("id");
    let mut classes = attributes.take_classes(&[]);
    let align = attributes.take_text_align(&mut classes);
    let direction = attributes.take_if("dir", |dir| ["ltr", "rtl"].into_iter().find(|known| *known == dir));
    attributes.none_left()?;
    let content = words(&p.children)?;
    let align_class = align.map(|align| format!("has-text-align-{align}"));
    begin(
        "paragraph",
        &Json::default().text("align", align).text("direction", direction).class_name(&classes),
        out,
    );
    out.push_str("<p");
    print_classes(align_class.as_deref().as_slice(), &classes, out);
    print_some("dir", direction, out);
    print_some("id", anchor, out);
    out.push('>');
    out.push_str(&content);
    out.push_str("</p>");
    end("paragraph", out);
    Some(())
}

pub(super) fn heading(heading: &Element, out: &mut String) -> Option<()> {
    let mut attributes = Attributes::of(heading)?;
    let anchor = attributes.take_filled("id");
    let mut classes = attributes.take_classes(&["wp-block-heading"]);
    let align = attributes.take_text_align(&mut classes);
    attributes.none_left()?;
    let content = words(&heading.children)?;
    let level = heading.name.trim_start_matches('h').parse().ok()?;
    let align_class = align.map(|align| format!("has-text-align-{align}"));
    let json = Json::default().text("textAlign", align).number("level", Some(level).filter(|it| *it != 2));
    begin("heading", &json.class_name(&classes), out);
    out.push('<');
    out.push_str(&heading.name);
    print_classes(align_class.as_deref().as_slice(), &classes, out);
    print_some("id", anchor, out);
    out.push('>');
    out.push_str(&content);
    out.push_str("</");
    out.push_str(&heading.name);
    out.push('>');
    end("heading", out);
    Some(())
}
