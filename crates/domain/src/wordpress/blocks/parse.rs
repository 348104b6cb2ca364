//! HTML read as a browser reads it, as far as an article needs: what is closed, moved or left out for the writer is the same.
//! Inline elements that overlap blocks are ended instead of taken up again.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{EndTag, Error, StartTag, Token, Tokenizer};

use super::builder::Builder;
use super::nesting::{is_heading, is_raw, is_scope, is_special, is_table_part, is_table_structure, is_void};
use super::tree::{Element, Kind, MAX_DEPTH, Node};

pub(super) fn parse(source: &str) -> Vec<Node> {
    let mut emitter = DefaultEmitter::new_with_span();
    emitter.naively_switch_states(true);
    let mut builder = Builder { source, open: Vec::new(), roots: Vec::new(), foreign: 0, says_twice: false };
    for Ok(token) in Tokenizer::new_with_emitter(source, emitter) {
        match token {
            Token::StartTag(tag) => builder.start(&tag),
            Token::EndTag(tag) => builder.end(&tag),
            Token::String(text) => builder.text(lossy(&text), text.span.start..text.span.end),
            Token::Comment(comment) => {
                let place = comment.span.start..comment.span.end;
                let raw = source.get(place.clone()).unwrap_or_default();
                let exact = raw.starts_with("<!--") && raw.len() > "<!--->".len() && raw.ends_with("-->");
                builder.add(Node { kind: Kind::Comment(lossy(&comment)), source: place, exact });
            }
            Token::Error(error) => builder.says_twice |= error.value == Error::DuplicateAttribute,
            Token::Doctype(_) => builder.spoil(),
        }
    }
    while !builder.open.is_empty() {
        builder.close(None);
    }
    builder.roots
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Builder<'_> {
    fn start(&mut self, tag: &StartTag<usize>) {
        let name = lossy(&tag.name);
        let says_twice = std::mem::take(&mut self.says_twice);
        if !self.makes_room_for(&name) {
            return self.spoil();
        }
        let raw = self.source.get(tag.span.start..tag.span.end).unwrap_or_default();
        let empty = is_void(&name) || (tag.self_closing && self.in_foreign());
        let exact = !says_twice && (empty || !tag.self_closing) && is_plain(raw.trim_start_matches('<'));
        let mut attributes: Vec<_> = tag.attributes.iter().collect();
        attributes.sort_by_key(|(_, value)| value.span.start);
        let attributes = attributes.into_iter().map(|(name, value)| (lossy(name), lossy(value))).collect();
        let element = Element { name, attributes, children: Vec::new() };
        if empty {
            self.add(Node { kind: Kind::Element(element), source: tag.span.start..tag.span.end, exact });
        } else if self.open.len() < MAX_DEPTH || is_raw(&element.name) {
            self.open(element, tag.span.start, exact);
        } else {
            self.spoil();
        }
    }

    fn end(&mut self, tag: &EndTag<usize>) {
        let name = lossy(&tag.name);
        let same = |open: &str| open == name || (is_heading(open) && is_heading(&name));
        let mut crosses = false;
        for at in (0..self.open.len()).rev() {
            let open = self.open[at].element.name.as_str();
            if same(open) && !self.open[at].ended {
                if crosses && !is_special(&name) {
                    self.open[at].ended = true;
                    break;
                }
                let exact = open == name;
                self.close_down_to(at + 1);
                return self.close(exact.then_some(tag.span.end));
            }
            let shut = if name == "table" || is_table_part(&name) { open == "table" } else { is_scope(open) };
            if shut || (name == "li" && matches!(open, "ul" | "ol")) {
                break;
            }
            crosses |= is_special(open);
        }
        self.spoil();
        if name == "br" && self.makes_room_for("br") {
            let element = Element { name, ..Element::default() };
            self.add(Node { kind: Kind::Element(element), source: 0..0, exact: false });
        }
    }

    fn text(&mut self, mut text: String, place: std::ops::Range<usize>) {
        let mut outside = self.open.len();
        let raw = self.source.get(place.clone()).unwrap_or_default();
        let mut exact = is_plain(raw);
        if let Some(top) = self.open.last() {
            let name = top.element.name.as_str();
            exact |= is_raw(name);
            if matches!(name, "pre" | "textarea") && top.element.children.is_empty() && text.starts_with('\n')
            {
                text.remove(0);
            }
            if is_table_structure(name) && !text.trim_ascii().is_empty() {
                outside = self.position(&["table"]).unwrap_or(outside);
                self.spoil();
            }
        }
        if !text.is_empty() {
            self.add_to(outside, Node { kind: Kind::Text(text), source: place, exact });
        }
    }
}

/// No `<` and no `&` that could mean something else to a simpler reader.
fn is_plain(raw: &str) -> bool {
    !raw.contains(['<', '\0'])
        && raw.match_indices('&').all(|(at, _)| {
            let rest = &raw.as_bytes()[at + 1..];
            let name = rest.iter().take(32).take_while(|b| b.is_ascii_alphanumeric() || **b == b'#').count();
            rest.get(name)
                .is_some_and(|next| if name == 0 { next.is_ascii_whitespace() } else { *next == b';' })
        })
}
