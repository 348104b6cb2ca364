//! HTML as browsers print it: what the editor reads out of a block's markup and writes back has this form.

use super::nesting::{is_raw, is_void};
use super::tree::{Element, Kind, Node};

/// Without comments.
pub(super) fn print(nodes: &[Node], out: &mut String) {
    for node in nodes {
        print_node(node, out);
    }
}

pub(super) fn print_node(node: &Node, out: &mut String) {
    print_with(node, out, &mut |_, _| false);
}

/// In the words of its source, where these mean to everybody what they mean to a browser.
pub(super) fn print_source(node: &Node, source: &str, out: &mut String) {
    print_with(node, out, &mut |node, out| {
        if node.exact {
            out.push_str(&source[node.source.clone()]);
        }
        node.exact
    });
}

/// `print` may take over a node.
fn print_with(node: &Node, out: &mut String, print: &mut impl FnMut(&Node, &mut String) -> bool) {
    if print(node, out) {
        return;
    }
    match &node.kind {
        Kind::Text(text) => escape_text(text, out),
        Kind::Comment(_) => {}
        Kind::Element(element) => {
            start_tag(element, out);
            if is_void(&element.name) {
                return;
            }
            for child in &element.children {
                match &child.kind {
                    Kind::Text(text) if is_raw(&element.name) => out.push_str(text),
                    _ => print_with(child, out, print),
                }
            }
            out.push_str("</");
            out.push_str(&element.name);
            out.push('>');
        }
    }
}

fn start_tag(element: &Element, out: &mut String) {
    out.push('<');
    out.push_str(&element.name);
    for (name, value) in &element.attributes {
        attribute(name, value, out);
    }
    out.push('>');
}

pub(super) fn attribute(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(value, out);
    out.push('"');
}

fn escape(value: &str, out: &mut String) {
    for c in value.chars() {
        match c {
            '"' => out.push_str("&quot;"),
            c => escape_char(c, out),
        }
    }
}

pub(super) fn escape_text(text: &str, out: &mut String) {
    for c in text.chars() {
        escape_char(c, out);
    }
}

/// `<` in attributes too: WordPress finds the delimiters of blocks wherever they stand.
fn escape_char(c: char, out: &mut String) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '\u{a0}' => out.push_str("&nbsp;"),
        '\0' => {}
        c => out.push(c),
    }
}
