//! The comments that begin and end blocks, read as WordPress reads them: wherever they stand, be it in a script.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

pub(super) enum Part<'a> {
    /// A whole block with its delimiters.
    Block(Cow<'a, str>),
    Between(&'a str),
}

/// A delimiter without its counterpart belongs to nothing: a comment that says nothing takes its place.
const NOTHING: &str = "<!---->";

pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let delimiters = paired(delimiters(text));
    let mut parts = Vec::new();
    let (mut done, mut depth, mut begin, mut strays) = (0, 0_usize, 0, Vec::new());
    for Delimiter { place, role, .. } in delimiters {
        if depth == 0 {
            if done < place.start {
                parts.push(Part::Between(&text[done..place.start]));
            }
            begin = place.start;
            done = place.end;
        }
        match role {
            Role::Opens => depth += 1,
            Role::Closes => depth -= 1,
            Role::Whole => {}
            Role::Stray if depth == 0 => continue,
            Role::Stray => strays.push(place.clone()),
        }
        if depth == 0 {
            parts.push(Part::Block(without(text, begin..place.end, &strays)));
            done = place.end;
            strays.clear();
        }
    }
    if done < text.len() {
        parts.push(Part::Between(&text[done..]));
    }
    parts
}

fn without<'a>(text: &'a str, block: Range<usize>, strays: &[Range<usize>]) -> Cow<'a, str> {
    if strays.is_empty() {
        return Cow::Borrowed(&text[block]);
    }
    let mut kept = String::with_capacity(block.len());
    let mut done = block.start;
    for stray in strays {
        kept.push_str(&text[done..stray.start]);
        kept.push_str(NOTHING);
        done = stray.end;
    }
    kept.push_str(&text[done..block.end]);
    Cow::Owned(kept)
}

struct Delimiter<'a> {
    place: Range<usize>,
    name: &'a str,
    role: Role,
}

#[derive(Clone, Copy)]
enum Role {
    Opens,
    Closes,
    /// A block without content.
    Whole,
    Stray,
}

/// Every one that closes has one that opens, and the other way round; the others are strays.
fn paired(mut delimiters: Vec<Delimiter<'_>>) -> Vec<Delimiter<'_>> {
    let mut open: Vec<usize> = Vec::new();
    let mut names: HashMap<&str, usize> = HashMap::new();
    for at in 0..delimiters.len() {
        let name = delimiters[at].name;
        match delimiters[at].role {
            Role::Opens => {
                open.push(at);
                *names.entry(name).or_default() += 1;
            }
            Role::Closes if names.get(name).is_some_and(|count| *count > 0) => {
                while let Some(last) = open.pop() {
                    let closed = delimiters[last].name;
                    names.entry(closed).and_modify(|count| *count -= 1);
                    if closed == name {
                        break;
                    }
                    delimiters[last].role = Role::Stray;
                }
            }
            Role::Closes => delimiters[at].role = Role::Stray,
            Role::Whole | Role::Stray => {}
        }
    }
    for at in open {
        delimiters[at].role = Role::Stray;
    }
    delimiters
}

fn delimiters(text: &str) -> Vec<Delimiter<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut ends_json = true;
    while let Some(start) = text[from..].find("<!--").map(|at| from + at) {
        match Delimiter::at(text, start, &mut ends_json) {
            Some(delimiter) => {
                from = delimiter.place.end;
                found.push(delimiter);
            }
            None => from = start + "<!--".len(),
        }
    }
    found
}

impl<'a> Delimiter<'a> {
    /// `ends_json` becomes false when no attributes end in the rest of the text, so that nobody looks for their end again.
    fn at(text: &'a str, start: usize, ends_json: &mut bool) -> Option<Self> {
        let rest = after_blanks(&text[start + "<!--".len()..])?;
        let (closes, rest) = match rest.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let rest = rest.strip_prefix("wp:")?;
        let (name, rest) = rest.split_at(name_len(rest)?);
        let mut rest = after_blanks(rest)?;
        if rest.starts_with('{') {
            let end = if *ends_json { json_end(rest) } else { None };
            *ends_json = end.is_some();
            rest = &rest[end?..];
        }
        let (whole, rest) = match rest.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let rest = rest.strip_prefix("-->")?;
        let role = match (whole, closes) {
            (true, _) => Role::Whole,
            (false, true) => Role::Closes,
            (false, false) => Role::Opens,
        };
        Some(Self { place: start..text.len() - rest.len(), name, role })
    }
}

fn after_blanks(text: &str) -> Option<&str> {
    let rest = text.trim_ascii_start();
    (rest.len() < text.len()).then_some(rest)
}

/// `paragraph`, `my-plugin/thing`.
fn name_len(text: &str) -> Option<usize> {
    let word = |text: &str| {
        let len = text
            .bytes()
            .take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
            .count();
        text.starts_with(|c: char| c.is_ascii_lowercase()).then_some(len)
    };
    let first = word(text)?;
    match text[first..].strip_prefix('/') {
        Some(rest) => Some(first + 1 + word(rest)?),
        None => Some(first),
    }
}

/// Behind the `}` that only blanks part from the end of the comment, and behind these.
fn json_end(text: &str) -> Option<usize> {
    text.match_indices('}').find_map(|(at, _)| {
        let rest = after_blanks(&text[at + 1..])?;
        (rest.starts_with("-->") || rest.starts_with("/-->")).then(|| text.len() - rest.len())
    })
}
