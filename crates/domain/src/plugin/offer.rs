//! Which version a site is offered, or why none.

use semver::Version;

use super::Numbers;
use super::rollout::{host, reaches};
use crate::text_enum::text_enum;

/// A version that a channel has, as far as the choice depends on it.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub version: Version,
    pub requires_wordpress: Numbers,
    pub requires_php: Numbers,
    /// Of all sites.
    pub percent: u8,
    pub paused: bool,
}

/// What a site says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asker<'a> {
    /// What it runs; a version that can't be read is older than any.
    pub version: &'a str,
    /// Unknown is new enough.
    pub wordpress: Option<&'a str>,
    pub php: Option<&'a str>,
    pub site_url: &'a str,
}

text_enum! {
    /// Why a site is offered nothing.
    Reason {
        /// It has the newest.
        Current = "current",
        RequiresWordpress = "requires_wp",
        RequiresPhp = "requires_php",
        /// It isn't its turn yet.
        Rollout = "rollout",
        Paused = "paused",
    }
}

/// The place of the version that the site is offered, among `candidates` from the newest to the oldest: the newest one that is newer than
/// what it has and that it may have. Else what stands between it and the newest.
pub fn choose<'c>(
    candidates: impl IntoIterator<Item = &'c Candidate>,
    asker: &Asker<'_>,
) -> Result<usize, Reason> {
    let has = Version::parse(asker.version).ok();
    let newer = candidates.into_iter().take_while(|it| has.as_ref().is_none_or(|has| it.version > *has));
    let mut first = None;
    for (place, candidate) in newer.enumerate() {
        match obstacle(candidate, asker) {
            None => return Ok(place),
            Some(reason) => first = first.or(Some(reason)),
        }
    }
    Err(first.unwrap_or(Reason::Current))
}

fn obstacle(candidate: &Candidate, asker: &Asker<'_>) -> Option<Reason> {
    let lacks = |has: Option<&str>, needs| has.is_some_and(|has| Numbers::of(has) < needs);
    if candidate.paused {
        Some(Reason::Paused)
    } else if lacks(asker.wordpress, candidate.requires_wordpress) {
        Some(Reason::RequiresWordpress)
    } else if lacks(asker.php, candidate.requires_php) {
        Some(Reason::RequiresPhp)
    } else if candidate.percent < 100
        && !reaches(host(asker.site_url).as_deref(), &candidate.version.to_string(), candidate.percent)
    {
        Some(Reason::Rollout)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn candidate(version: &str) -> Candidate {
        Candidate {
            version: Version::parse(version).unwrap(),
            requires_wordpress: Numbers::of("5.6"),
            requires_php: Numbers::of("7.4"),
            percent: 100,
            paused: false,
        }
    }

    fn asker(version: &str) -> Asker<'_> {
        Asker { version, wordpress: Some("6.5"), php: Some("8.2.1"), site_url: "https://example.com" }
    }

    #[rstest]
    #[case::older("2.0.0", Ok(0))]
    #[case::the_same("2.2.0", Err(Reason::Current))]
    #[case::newer("3.0.0", Err(Reason::Current))]
    #[case::before_a_release("2.2.0-beta.1", Ok(0))]
    #[case::unreadable("what", Ok(0))]
    fn by_what_it_has(#[case] has: &str, #[case] expected: Result<usize, Reason>) {
        let all = [candidate("2.2.0"), candidate("2.1.0")];
        assert_eq!(choose(&all, &asker(has)), expected);
    }

    #[rstest]
    #[case::paused(|it: &mut Candidate| it.paused = true, Reason::Paused)]
    #[case::wordpress(|it: &mut Candidate| it.requires_wordpress = Numbers::of("6.6"), Reason::RequiresWordpress)]
    #[case::php(|it: &mut Candidate| it.requires_php = Numbers::of("8.3"), Reason::RequiresPhp)]
    #[case::rollout(|it: &mut Candidate| it.percent = 0, Reason::Rollout)]
    fn by_what_stands_between(#[case] change: fn(&mut Candidate), #[case] reason: Reason) {
        let mut all = [candidate("2.2.0"), candidate("2.1.0")];
        change(&mut all[0]);
        assert_eq!(choose(&all, &asker("2.0.0")), Ok(1), "the one before is offered in its place");
        assert_eq!(choose(&all, &asker("2.1.0")), Err(reason), "it is never older than what the site has");
    }

    #[test]
    fn who_does_not_say_is_new_enough() {
        let asker = Asker { wordpress: None, php: None, ..asker("2.0.0") };
        assert_eq!(choose(&[candidate("2.1.0")], &asker), Ok(0));
        assert_eq!(choose(&[], &asker), Err(Reason::Current));
    }

    proptest! {
        #[test]
        fn an_offer_is_newer_and_allowed(
            versions in prop::collection::btree_map(0_u64..20, (0_u8..=100, any::<bool>()), 0..6),
            has in 0_u64..20,
        ) {
            let all: Vec<_> = versions.iter().rev().map(|(minor, (percent, paused))| {
                Candidate { percent: *percent, paused: *paused, ..candidate(&format!("2.{minor}.0")) }
            }).collect();
            let has = format!("2.{has}.0");
            if let Ok(place) = choose(&all, &asker(&has)) {
                prop_assert!(all[place].version > Version::parse(&has).unwrap());
                prop_assert!(!all[place].paused && all[place].percent > 0);
            }
        }
    }
}
