use std::collections::HashMap;
use std::convert::Infallible;
use std::str::from_utf8;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

use crate::content::elements::{ends_paragraph, is_inline, is_void};

/// A text has no more blocks than this; the last one has the rest. It bounds the work of comparing.
pub const MOST_BLOCKS: usize = 50_000;

/// Cuts HTML into its top-level blocks: those of the WordPress editor, elements, and loose text, one for each paragraph that blank
/// lines make. What stands between two blocks belongs to the one before; together they are the text again, byte by byte.
pub fn split(html: &str) -> Vec<&str> {
    let mut starts = Outline::of(html).starts;
    starts.truncate(MOST_BLOCKS);
    match starts.first_mut() {
        Some(first) => *first = 0,
        None if html.is_empty() => return Vec::new(),
        None => starts.push(0),
    }
    let ends = starts.iter().skip(1).copied().chain([html.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| html.get(*start..end)).collect()
}

/// What a comment is to the WordPress editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    Opens,
    Closes,
    /// A block without content, which the site fills in.
    Stands,
}

impl Delimiter {
    pub fn of(comment: &[u8]) -> Option<Self> {
        let name = comment.trim_ascii_start();
        if name.len() == comment.len() {
            return None;
        }
        if name.starts_with(b"/wp:") {
            return Some(Self::Closes);
        }
        let opens = name.starts_with(b"wp:");
        opens.then(|| if comment.ends_with(b"/") { Self::Stands } else { Self::Opens })
    }
}

/// Where blocks start, found in one pass.
#[derive(Default)]
struct Outline<'a> {
    html: &'a str,
    starts: Vec<usize>,
    /// Where the last tag or comment ends.
    read: usize,
    /// Blocks of the editor that are open.
    wordpress: usize,
    open: Open,
    /// Inside of loose text.
    loose: bool,
}

impl<'a> Outline<'a> {
    fn of(html: &'a str) -> Self {
        let mut outline = Self { html, ..Self::default() };
        let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, span: Span<usize>| {
            outline.take(&event, span);
            None::<Infallible>
        });
        // A `<script>` holds no tags.
        emitter.naively_switch_states(true);
        let Ok(()) = Tokenizer::new_with_emitter(html, emitter).finish();
        outline.text_until(html.len());
        outline
    }

    fn take(&mut self, event: &CallbackEvent<'_>, span: Span<usize>) {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.text_until(span.start);
                self.start_tag(from_utf8(name).unwrap_or_default(), span.start);
            }
            CallbackEvent::CloseStartTag { .. } => self.read = span.end,
            CallbackEvent::EndTag { name } => {
                self.text_until(span.start);
                self.open.close(from_utf8(name).unwrap_or_default());
                self.read = span.end;
            }
            CallbackEvent::Comment { value } => {
                self.text_until(span.start);
                self.comment(value, span.start);
                self.read = span.end;
            }
            CallbackEvent::Doctype { .. } => {
                self.text_until(span.start);
                self.read = span.end;
            }
            _ => {}
        }
    }

    const fn is_inside(&self) -> bool {
        self.wordpress > 0 || self.open.is_inside()
    }

    fn start(&mut self, at: usize, loose: bool) {
        self.loose = loose;
        if self.starts.last().is_none_or(|last| *last < at) && self.html.is_char_boundary(at) {
            self.starts.push(at);
        }
    }

    fn text_until(&mut self, end: usize) {
        let (start, html) = (self.read, self.html);
        let Some(text) = html.get(start..end).filter(|_| !self.is_inside()) else { return };
        let mut line_ends = if self.loose { 0 } else { 2 };
        for (at, character) in text.char_indices() {
            match character {
                '\n' => line_ends += 1,
                _ if character.is_ascii_whitespace() => {}
                _ if line_ends >= 2 => {
                    self.start(start + at, true);
                    line_ends = 0;
                }
                _ => line_ends = 0,
            }
        }
        self.loose = line_ends < 2;
    }

    fn start_tag(&mut self, name: &str, at: usize) {
        if self.wordpress > 0 {
            return;
        }
        if self.open.is_in_paragraph() && ends_paragraph(name) {
            self.open = Open::default();
        }
        if !self.open.is_inside() {
            let loose = is_inline(name) || name == "br";
            if !(loose && self.loose) {
                self.start(at, loose);
            }
        }
        if !is_void(name) {
            self.open.push(name);
        }
    }

    fn comment(&mut self, comment: &[u8], at: usize) {
        match Delimiter::of(comment) {
            Some(Delimiter::Opens) if self.wordpress > 0 => self.wordpress += 1,
            Some(Delimiter::Closes) => self.wordpress = self.wordpress.saturating_sub(1),
            _ if self.is_inside() => {}
            found => {
                self.start(at, false);
                self.wordpress = usize::from(found == Some(Delimiter::Opens));
            }
        }
    }
}

/// The elements that are open, outermost first. Whether a name is among them takes no search, however deep they are.
#[derive(Default)]
struct Open {
    names: Vec<Box<str>>,
    counts: HashMap<Box<str>, usize>,
}

impl Open {
    const fn is_inside(&self) -> bool {
        !self.names.is_empty()
    }

    fn is_in_paragraph(&self) -> bool {
        self.names.first().is_some_and(|name| &**name == "p")
    }

    fn push(&mut self, name: &str) {
        self.names.push(name.into());
        *self.counts.entry(name.into()).or_default() += 1;
    }

    /// Closes the innermost one of this name with all that was left open in it.
    fn close(&mut self, name: &str) {
        if self.counts.get(name).is_none_or(|count| *count == 0) {
            return;
        }
        while let Some(inner) = self.names.pop() {
            if let Some(count) = self.counts.get_mut(&inner) {
                *count -= 1;
            }
            if &*inner == name {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests;
