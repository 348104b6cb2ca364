//! How a version stands, and what may become of it.

use crate::text_enum::text_enum;

text_enum! {
    /// How a version stands.
    Status {
        /// On the shelf, and given to nobody.
        Development = "development",
        /// Offered to sites that want early versions.
        Beta = "beta",
        Released = "released",
        /// No longer offered. Who asks for it by its number still gets it.
        Deprecated = "deprecated",
        /// Taken back: nobody gets it, and sites that follow the log refuse it.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What an operator does with a version.
    Act {
        Beta = "beta",
        Release = "release",
        Deprecate = "deprecate",
        Withdraw = "withdraw",
        /// Pausing, resuming, and changing the percentage of sites.
        RollOut = "roll-out",
    }
}

impl Status {
    /// Whether sites are told of it as an update.
    pub const fn is_offered(self) -> bool {
        matches!(self, Self::Beta | Self::Released)
    }

    /// Whether sites may have it, or had it once.
    pub const fn was_given_out(self) -> bool {
        !matches!(self, Self::Development)
    }

    /// How it stands after the act; `None`: it can't be done. The same status means that there is nothing to do, except for a roll-out.
    pub const fn after(self, act: Act) -> Option<Self> {
        match (act, self) {
            (Act::Release | Act::Beta | Act::Deprecate, Self::Withdrawn)
            | (Act::Deprecate | Act::Withdraw, Self::Development)
            | (Act::RollOut, Self::Development | Self::Deprecated | Self::Withdrawn) => None,
            (Act::Beta, Self::Released) | (Act::Release, _) => Some(Self::Released),
            (Act::Beta, _) => Some(Self::Beta),
            (Act::Deprecate, _) => Some(Self::Deprecated),
            (Act::Withdraw, _) => Some(Self::Withdrawn),
            (Act::RollOut, _) => Some(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// In the order of [`Status::ALL`]: development, beta, released, deprecated, withdrawn.
    #[rstest]
    #[case::release(Act::Release, ["released", "released", "released", "released", ""])]
    #[case::beta(Act::Beta, ["beta", "beta", "released", "beta", ""])]
    #[case::deprecate(Act::Deprecate, ["", "deprecated", "deprecated", "deprecated", ""])]
    #[case::withdraw(Act::Withdraw, ["", "withdrawn", "withdrawn", "withdrawn", "withdrawn"])]
    #[case::roll_out(Act::RollOut, ["", "beta", "released", "", ""])]
    fn acts(#[case] act: Act, #[case] expected: [&str; 5]) {
        let after = |status: &Status| status.after(act).map_or("", Status::as_str);
        assert_eq!(Status::ALL.iter().map(after).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_was_taken_back_stays_so() {
        for act in Act::ALL {
            assert!(matches!(Status::Withdrawn.after(*act), None | Some(Status::Withdrawn)), "{act}");
        }
    }

    #[test]
    fn what_sites_had_never_becomes_development_again() {
        for status in Status::ALL.iter().filter(|it| it.was_given_out()) {
            for act in Act::ALL {
                assert_ne!(status.after(*act), Some(Status::Development), "{status} {act}");
            }
        }
    }
}
