use std::ops::Range;

use super::diff::hunks;
use super::touching::{Change, touched};
use super::version::{Numbers, Version};
use super::{Kind, Row};

/// Three versions of a text, laid side by side.
#[derive(Debug)]
pub struct ThreeWay<'a> {
    pub base: Version<'a>,
    pub ours: Version<'a>,
    pub theirs: Version<'a>,
    pub regions: Vec<Region>,
}

/// Neighbouring blocks that fared alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    pub kind: Kind,
    from: Place,
    to: Place,
}

/// Between two blocks of each version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place {
    base: usize,
    ours: usize,
    theirs: usize,
}

impl<'a> ThreeWay<'a> {
    pub fn new(base: &'a str, ours: &'a str, theirs: &'a str) -> Self {
        let mut numbers = Numbers::default();
        let [base, ours, theirs] = [base, ours, theirs].map(|html| Version::of(html, &mut numbers));
        let mut regions = Vec::new();
        let mut at = Place::default();
        for part in touched(hunks(&base.keys, &ours.keys), hunks(&base.keys, &theirs.keys)) {
            let from = at.forth(part.base.start - at.base);
            let to = from.over(part.base.len(), part.ours, part.theirs);
            let kind = Kind::of(
                &base.keys[from.base..to.base],
                &ours.keys[from.ours..to.ours],
                &theirs.keys[from.theirs..to.theirs],
            );
            regions.extend([Region { kind: Kind::Same, from: at, to: from }, Region { kind, from, to }]);
            at = to;
        }
        regions.push(Region { kind: Kind::Same, from: at, to: at.forth(base.keys.len() - at.base) });
        Self { base, ours, theirs, regions }
    }

    /// Two versions whose common origin nobody knows: where they differ, they conflict.
    pub fn without_base(ours: &'a str, theirs: &'a str) -> Self {
        let mut numbers = Numbers::default();
        let [ours, theirs] = [ours, theirs].map(|html| Version::of(html, &mut numbers));
        let mut regions = Vec::new();
        let mut at = Place::default();
        for hunk in hunks(&ours.keys, &theirs.keys) {
            let from = Place { base: 0, ours: hunk.before.start, theirs: hunk.after.start };
            let to = Place { base: 0, ours: hunk.before.end, theirs: hunk.after.end };
            regions.push(Region { kind: Kind::Same, from: at, to: from });
            regions.push(Region { kind: Kind::Conflict, from, to });
            at = to;
        }
        let end = Place { base: 0, ours: ours.keys.len(), theirs: theirs.keys.len() };
        regions.push(Region { kind: Kind::Same, from: at, to: end });
        Self { base: Version::default(), ours, theirs, regions }
    }

    pub fn has(&self, kind: Kind) -> bool {
        self.regions.iter().any(|region| region.kind == kind)
    }

    /// One row for each block, and for the blocks that took its place.
    pub fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        let nth = |version: &Version<'_>, range: Range<usize>, nth: usize| {
            version.blocks[range].get(nth).map(|block| (*block).to_owned())
        };
        self.regions.iter().flat_map(move |region| {
            let longest = region.base().len().max(region.ours().len()).max(region.theirs().len());
            (0..longest).map(move |n| Row {
                kind: region.kind,
                base: nth(&self.base, region.base(), n),
                ours: nth(&self.ours, region.ours(), n),
                theirs: nth(&self.theirs, region.theirs(), n),
            })
        })
    }
}

impl Region {
    pub const fn base(&self) -> Range<usize> {
        self.from.base..self.to.base
    }

    pub const fn ours(&self) -> Range<usize> {
        self.from.ours..self.to.ours
    }

    pub const fn theirs(&self) -> Range<usize> {
        self.from.theirs..self.to.theirs
    }
}

impl Place {
    const fn forth(self, blocks: usize) -> Self {
        Self { base: self.base + blocks, ours: self.ours + blocks, theirs: self.theirs + blocks }
    }

    /// Behind so many blocks of the base and what became of them.
    const fn over(self, blocks: usize, ours: Change, theirs: Change) -> Self {
        Self {
            base: self.base + blocks,
            ours: self.ours + blocks - ours.removed + ours.added,
            theirs: self.theirs + blocks - theirs.removed + theirs.added,
        }
    }
}
