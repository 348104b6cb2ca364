//! Whether a version of the plugin works in an environment, by what the sites that run it say.
//!
//! | verdict | when |
//! |---|---|
//! | `errors` | at least two sites are in trouble, and at least one in twenty: of those that run it in error, of those that tried undid the update |
//! | `works` | otherwise, where at least three sites run it well |
//! | `unknown` | otherwise: too few sites to tell the version's trouble from a site's own |

use crate::text_enum::text_enum;

text_enum! {
    Verdict {
        Works = "works",
        Errors = "errors",
        Unknown = "unknown",
    }
}

/// What the sites of an environment say of a version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Experience {
    /// They run it.
    pub installations: u64,
    /// Those of them that say they are in error.
    pub in_error: u64,
    /// They tried it, and went back to what they had.
    pub failed_updates: u64,
}

/// One site in trouble may have its own; so may one in so many.
const TROUBLED_SITES: u64 = 2;
const ONE_IN: u64 = 20;
/// One site, or two of the same host, may be exceptions.
const SITES_THAT_TELL: u64 = 3;

impl Experience {
    pub const fn verdict(self) -> Verdict {
        let tried = self.installations.saturating_add(self.failed_updates);
        let troubled = self.in_error.saturating_add(self.failed_updates);
        if troubled >= TROUBLED_SITES && troubled.saturating_mul(ONE_IN) >= tried {
            Verdict::Errors
        } else if tried.saturating_sub(troubled) >= SITES_THAT_TELL {
            Verdict::Works
        } else {
            Verdict::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nobody((0, 0, 0), Verdict::Unknown)]
    #[case::two_are_few((2, 0, 0), Verdict::Unknown)]
    #[case::three_tell((3, 0, 0), Verdict::Works)]
    #[case::two_well_and_one_not((3, 1, 0), Verdict::Unknown)]
    #[case::one_of_many((4, 1, 0), Verdict::Works)]
    #[case::one_undone((3, 0, 1), Verdict::Works)]
    #[case::two_of_few((4, 2, 0), Verdict::Errors)]
    #[case::only_undone((0, 0, 2), Verdict::Errors)]
    #[case::one_of_each_kind((10, 1, 1), Verdict::Errors)]
    #[case::one_in_twenty((40, 2, 0), Verdict::Errors)]
    #[case::fewer((41, 2, 0), Verdict::Works)]
    #[case::undone_ones_tried_it_too((38, 0, 2), Verdict::Errors)]
    #[case::far_too_many((u64::MAX, u64::MAX, u64::MAX), Verdict::Errors)]
    fn what_the_sites_say(
        #[case] (installations, in_error, failed_updates): (u64, u64, u64),
        #[case] verdict: Verdict,
    ) {
        assert_eq!(Experience { installations, in_error, failed_updates }.verdict(), verdict);
    }
}
