use super::Kind;
use super::three_way::{Region, ThreeWay};
use super::version::{Numbers, Version};

/// A block of the merged text, and where it stands in whose.
#[derive(Clone, Copy)]
struct Picked<'a> {
    block: &'a str,
    is_ours: bool,
    at: usize,
}

/// Both edits in one text, unless they touch. A version nobody else changed is taken as it is.
pub fn join(versions: &ThreeWay<'_>) -> Option<String> {
    let (base, ours, theirs) = (versions.base.html, versions.ours.html, versions.theirs.html);
    if versions.has(Kind::Conflict) {
        return None;
    }
    let (we_did, they_did) = (versions.has(Kind::OursChanged), versions.has(Kind::TheirsChanged));
    if ours == base || they_did && !we_did {
        return Some(theirs.to_owned());
    }
    if !they_did {
        return Some(ours.to_owned());
    }
    // Of broken texts, one way to write what both have may be read as it is meant, and the other not: then nobody merges.
    text(versions, false).and_then(|_| text(versions, true))
}

/// What both have is written as we write it, or as they do. `None`: it would be read otherwise.
fn text(versions: &ThreeWay<'_>, as_we_write: bool) -> Option<String> {
    let picked: Vec<Picked<'_>> =
        versions.regions.iter().flat_map(|region| pick(versions, region, as_we_write)).collect();
    let text = written(&picked);
    is_read_so(&text, &picked).then_some(text)
}

fn pick<'a>(versions: &ThreeWay<'a>, region: &Region, as_we_write: bool) -> Vec<Picked<'a>> {
    let ours = |at: usize| Picked { block: versions.ours.blocks[at], is_ours: true, at };
    let theirs = |at: usize| Picked { block: versions.theirs.blocks[at], is_ours: false, at };
    match region.kind {
        Kind::TheirsChanged => region.theirs().map(theirs).collect(),
        // Written as the one writes it, but where that is what it was before, the other's classes and styles may stay.
        Kind::Same => region
            .base()
            .zip(region.ours().zip(region.theirs()))
            .map(|(base, (our, their))| {
                let own = if as_we_write { versions.ours.blocks[our] } else { versions.theirs.blocks[their] };
                let is_rewritten = own != versions.base.blocks[base];
                if is_rewritten == as_we_write { ours(our) } else { theirs(their) }
            })
            .collect(),
        Kind::BothSame if !as_we_write => region.theirs().map(theirs).collect(),
        _ => region.ours().map(ours).collect(),
    }
}

/// A blank line parts blocks that did not follow each other before: loose texts would run together.
fn written(picked: &[Picked<'_>]) -> String {
    let mut text = String::new();
    let mut last: Option<Picked<'_>> = None;
    for it in picked {
        if last.is_some_and(|last| last.is_ours != it.is_ours || last.at + 1 != it.at) {
            let line_ends = text.bytes().rev().take(2).take_while(|byte| *byte == b'\n').count();
            text.push_str(&"\n\n"[line_ends..]);
        }
        text.push_str(it.block);
        last = Some(*it);
    }
    text
}

/// Behind a block that was left open, nothing is what it was.
fn is_read_so(text: &str, picked: &[Picked<'_>]) -> bool {
    let mut numbers = Numbers::default();
    let expected: Vec<u32> = picked.iter().map(|it| numbers.of(it.block)).collect();
    Version::of(text, &mut numbers).keys == expected
}
