use std::ops::Range;

use super::diff::Hunk;

/// A part of the base that was changed, with all the changes in it: those of both sides where they touch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    pub base: Range<usize>,
    pub ours: Change,
    pub theirs: Change,
}

/// How many blocks of a part one side took away, and how many it put there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change {
    pub removed: usize,
    pub added: usize,
}

impl Touched {
    /// Changes to neighbouring blocks do not touch, unless one of them brings more blocks than it takes: then nobody can say which of the
    /// new ones comes first.
    fn touches(&self, hunk: &Hunk) -> bool {
        let grows = self.ours.grows() || self.theirs.grows() || hunk.after.len() > hunk.before.len();
        hunk.before.start < self.base.end || hunk.before.start == self.base.end && grows
    }
}

impl Change {
    const fn grows(self) -> bool {
        self.added > self.removed
    }
}

/// Puts the changes of both sides together, in their order.
pub fn touched(ours: Vec<Hunk>, theirs: Vec<Hunk>) -> Vec<Touched> {
    let ours = ours.into_iter().map(|hunk| (hunk, true));
    let mut all: Vec<(Hunk, bool)> = ours.chain(theirs.into_iter().map(|hunk| (hunk, false))).collect();
    all.sort_by_key(|(hunk, _)| hunk.before.start);
    let mut parts: Vec<Touched> = Vec::new();
    for (hunk, is_ours) in all {
        if !parts.last().is_some_and(|part| part.touches(&hunk)) {
            parts.push(Touched { base: hunk.before.start..hunk.before.start, ..Touched::default() });
        }
        let Some(part) = parts.last_mut() else { continue };
        part.base.end = part.base.end.max(hunk.before.end);
        let change = if is_ours { &mut part.ours } else { &mut part.theirs };
        change.removed += hunk.before.len();
        change.added += hunk.after.len();
    }
    parts
}
