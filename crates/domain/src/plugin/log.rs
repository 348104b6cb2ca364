//! The log of a plugin's releases, in which each entry names the one before by its hash: `proto/releases.md`.

use std::fmt;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::Statement;
use crate::text_enum::text_enum;

text_enum! {
    /// What became of a version.
    Action {
        /// Sites that want early versions may have it.
        Beta = "beta",
        Release = "release",
        Withdraw = "withdraw",
    }
}

/// An entry; `Display` writes the text that is signed and hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub slug: String,
    /// From 0 on.
    pub index: i64,
    /// The hash of the entry before, 64 zeros for the first.
    pub previous: String,
    pub action: Action,
    pub version: String,
    /// Of the package, in lower hex.
    pub sha256: String,
    /// Of the package, in bytes.
    pub size: i64,
    /// Whole seconds.
    pub at: Timestamp,
}

impl Entry {
    /// The entry that goes on from `last`, or the plugin's first.
    pub fn next(last: Option<&Self>, action: Action, package: &Statement<'_>, at: Timestamp) -> Self {
        let (index, previous) = place_after(last);
        Self {
            slug: package.slug.to_owned(),
            index,
            previous,
            action,
            version: package.version.to_owned(),
            sha256: package.sha256.to_owned(),
            size: package.size,
            at: Timestamp::from_second(at.as_second()).expect("invariant: a timestamp's own seconds"),
        }
    }

    /// Whether it goes on from `last`, or can be the first.
    pub fn follows(&self, last: Option<&Self>) -> bool {
        let (index, previous) = place_after(last);
        self.index == index && self.previous == previous && last.is_none_or(|last| last.slug == self.slug)
    }

    /// In lower hex.
    pub fn hash(&self) -> String {
        hex::encode(Sha256::digest(self.to_string()))
    }
}

fn place_after(last: Option<&Entry>) -> (i64, String) {
    last.map_or_else(|| (0, "0".repeat(64)), |last| (last.index + 1, last.hash()))
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { slug, index, previous, action, version, sha256, size, at } = self;
        write!(
            f,
            "igny8-release-log v1\n{slug}\n{index}\n{previous}\n{action}\n{version}\n{sha256}\n{size}\n{at}\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const PACKAGE: Statement<'_> = Statement {
        slug: "igny8-wp-bridge",
        version: "2.1.0",
        sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        size: 81_234,
    };

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    /// Two entries in a row.
    fn log() -> [Entry; 2] {
        let first = Entry::next(None, Action::Beta, &PACKAGE, at("2026-11-27T10:00:00.999Z"));
        let second = Entry::next(Some(&first), Action::Release, &PACKAGE, at("2026-11-27T12:00:00+01:00"));
        [first, second]
    }

    #[test]
    fn the_text_is_the_contracts() {
        let [first, second] = log();
        let zeros = "0".repeat(64);
        let expected = format!(
            "igny8-release-log v1\nigny8-wp-bridge\n0\n{zeros}\nbeta\n2.1.0\n{}\n81234\n2026-11-27T10:00:00Z\n",
            PACKAGE.sha256
        );
        assert_eq!(first.to_string(), expected);
        // As `sha256sum` says it.
        let hash = "7378d0dd6677292699c7924e9af3fcb086a46ac864d446c3ebc83356a5271e5a";
        assert_eq!(first.hash(), hash);
        assert_eq!((second.index, second.previous.as_str()), (1, hash));
        assert!(second.to_string().ends_with("\n81234\n2026-11-27T11:00:00Z\n"), "{second}");
    }

    #[test]
    fn entries_follow_one_another() {
        let [first, second] = log();
        assert!(first.follows(None) && second.follows(Some(&first)));
        assert!(!second.follows(None) && !first.follows(Some(&second)) && !first.follows(Some(&first)));
    }

    #[rstest]
    #[case::index(|it: &mut Entry| it.index = 7)]
    #[case::previous(|it: &mut Entry| it.previous.replace_range(..1, "1"))]
    #[case::action(|it: &mut Entry| it.action = Action::Withdraw)]
    #[case::version(|it: &mut Entry| it.version = "2.1.1".to_owned())]
    #[case::sha256(|it: &mut Entry| it.sha256.replace_range(..1, "c"))]
    #[case::size(|it: &mut Entry| it.size += 1)]
    #[case::time(|it: &mut Entry| it.at = Timestamp::UNIX_EPOCH)]
    #[case::plugin(|it: &mut Entry| it.slug = "another".to_owned())]
    fn nothing_follows_what_was_changed(#[case] change: fn(&mut Entry)) {
        let [mut first, second] = log();
        change(&mut first);
        assert!(!second.follows(Some(&first)));
    }
}
