//! One block after the other.

use std::slice;

use super::code::preformatted;
use super::containers::{group, quote};
use super::figure::figure;
use super::list::list;
use super::markup::{Json, begin, end, separate};
use super::media::media;
use super::nesting::{is_heading, is_metadata, stands_alone};
use super::separator::separator;
use super::table::table;
use super::tree::{Element, Kind, Node, filled};
use super::{phrasing, print};

/// Writes the blocks of one level, which begins at `start`.
pub(super) fn write_blocks(source: &str, nodes: &[Node], out: &mut String, start: usize) {
    for run in nodes.chunk_by(|one, next| !is_block(one) && !is_block(next)) {
        match run {
            [node] if is_block(node) => write_block(source, node, out, start),
            words => phrasing::write_run(source, words, out, start),
        }
    }
}

fn is_block(node: &Node) -> bool {
    match &node.kind {
        Kind::Element(element) => stands_alone(&element.name) || is_metadata(&element.name),
        Kind::Text(_) => false,
        Kind::Comment(comment) => page_break(comment).is_some(),
    }
}

fn write_block(source: &str, node: &Node, out: &mut String, start: usize) {
    match &node.kind {
        Kind::Text(_) => {}
        Kind::Comment(comment) => write_page_break(comment, out, start),
        Kind::Element(element) if is_metadata(&element.name) || shows_nothing(element) => {}
        Kind::Element(element) if is_wrapper(&element.name) && element.attributes.is_empty() => {
            write_blocks(source, &element.children, out, start);
        }
        Kind::Element(element) => {
            let before = out.len();
            if convert(source, element, out, start).is_none() {
                out.truncate(before);
                write_html(source, slice::from_ref(node), out, start);
            }
        }
    }
}

/// Nothing if no block can say what the element says.
fn convert(source: &str, element: &Element, out: &mut String, start: usize) -> Option<()> {
    let name = element.name.as_str();
    if name == "p" && element.attributes.is_empty() && phrasing::is_images(&element.children) {
        return phrasing::write_images(&element.children, out, start);
    }
    separate(out, start);
    match name {
        "p" => phrasing::paragraph(element, out),
        "ul" | "ol" => list(element, out),
        "blockquote" => quote(source, element, out),
        "figure" => figure(element, out),
        "table" => table(None, element, None, out),
        "pre" => preformatted(element, out),
        "hr" => separator(element, out),
        "audio" | "video" => media(None, element, None, out),
        _ if is_heading(name) => phrasing::heading(element, out),
        _ if is_wrapper(name) => group(source, element, out),
        _ => None,
    }
}

fn is_wrapper(name: &str) -> bool {
    matches!(name, "div" | "section" | "article" | "main" | "header" | "footer" | "aside")
}

fn shows_nothing(element: &Element) -> bool {
    let name = element.name.as_str();
    let may = matches!(name, "p" | "ul" | "ol" | "blockquote" | "figure" | "table") || is_heading(name);
    may && element.attributes.is_empty() && filled(&element.children).next().is_none()
}

/// Markup as it is: a block that is valid whatever it says.
pub(super) fn write_html(source: &str, nodes: &[Node], out: &mut String, start: usize) {
    let mut markup = String::new();
    for node in nodes {
        print::print_source(node, source, &mut markup);
    }
    separate(out, start);
    begin("html", &Json::default(), out);
    out.push_str(markup.trim_ascii());
    end("html", out);
}

/// The comments that divide a post: `<!--more-->`, with a text for the link where it has one, and `<!--nextpage-->`.
fn page_break(comment: &str) -> Option<(&'static str, &str)> {
    match comment.strip_prefix("more") {
        Some(text) if text.is_empty() || text.starts_with(' ') => Some(("more", text.trim())),
        _ => (comment == "nextpage").then_some(("nextpage", "")),
    }
}

fn write_page_break(comment: &str, out: &mut String, start: usize) {
    let Some((name, text)) = page_break(comment) else { return };
    separate(out, start);
    begin(name, &Json::default().text("customText", Some(text).filter(|text| !text.is_empty())), out);
    out.push_str("<!--");
    out.push_str(name);
    if !text.is_empty() {
        out.push(' ');
        out.push_str(text);
    }
    out.push_str("-->");
    end(name, out);
}
