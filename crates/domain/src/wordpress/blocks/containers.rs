//! Blocks with blocks in them.

use super::attributes::Attributes;
use super::flow::write_blocks;
use super::markup::{Json, begin, end, print_classes, print_some};
use super::phrasing;
use super::tree::{Element, only};

pub(super) fn quote(source: &str, quote: &Element, out: &mut String) -> Option<()> {
    let mut attributes = Attributes::of(quote)?;
    let anchor = attributes.take_filled("id");
    let classes = attributes.take_classes(&["wp-block-quote"]);
    attributes.none_left()?;
    let last = quote.children.iter().rposition(|node| !node.is_blank())?;
    let cite = quote.children[last].element().filter(|it| matches!(it.name.as_str(), "cite" | "footer"));
    let (quoted, cite) = match cite {
        Some(cite) if cite.attributes.is_empty() => (&quote.children[..last], Some(citation(cite)?)),
        _ => (quote.children.as_slice(), None),
    };
    begin("quote", &Json::default().class_name(&classes), out);
    out.push_str("<blockquote");
    print_classes(&["wp-block-quote"], &classes, out);
    print_some("id", anchor, out);
    out.push('>');
    write_blocks(source, quoted, out, out.len());
    if let Some(cite) = cite.filter(|cite| !cite.is_empty()) {
        out.push_str("<cite>");
        out.push_str(&cite);
        out.push_str("</cite>");
    }
    out.push_str("</blockquote>");
    end("quote", out);
    Some(())
}

fn citation(cite: &Element) -> Option<String> {
    let inner = only(&cite.children).and_then(|node| node.named("cite"));
    phrasing::words(&inner.filter(|inner| inner.attributes.is_empty()).unwrap_or(cite).children)
}

pub(super) fn group(source: &str, group: &Element, out: &mut String) -> Option<()> {
    let mut attributes = Attributes::of(group)?;
    let anchor = attributes.take_filled("id");
    let classes = attributes.take_classes(&["wp-block-group"]);
    attributes.none_left()?;
    let tag = Some(group.name.as_str()).filter(|name| *name != "div");
    begin("group", &Json::default().text("tagName", tag).class_name(&classes), out);
    out.push('<');
    out.push_str(&group.name);
    print_some("id", anchor, out);
    print_classes(&["wp-block-group"], &classes, out);
    out.push('>');
    write_blocks(source, &group.children, out, out.len());
    out.push_str("</");
    out.push_str(&group.name);
    out.push('>');
    end("group", out);
    Some(())
}
