//! When a version stops being offered by itself.

/// How the sites fared that took a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reports {
    /// They run it.
    pub updated: u64,
    /// They undid the update.
    pub failed: u64,
}

/// How many may fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Fewer failures never halt a version; 0: nothing does.
    pub at_least: u64,
    /// Of those that took it. From this share on it is halted.
    pub share_percent: u8,
}

/// Whether so many failed that nobody else is to be offered the version.
pub fn must_halt(reports: Reports, rule: Rule) -> bool {
    let Reports { updated, failed } = reports;
    let (took, failed_percent) = (u128::from(updated) + u128::from(failed), u128::from(failed) * 100);
    rule.at_least > 0 && failed >= rule.at_least && failed_percent >= took * u128::from(rule.share_percent)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const RULE: Rule = Rule { at_least: 3, share_percent: 5 };

    #[rstest]
    #[case::nobody(0, 0, false)]
    #[case::all_of_too_few(0, 2, false)]
    #[case::all(0, 3, true)]
    #[case::exactly_the_share(57, 3, true)]
    #[case::just_below_it(58, 3, false)]
    #[case::many_of_very_many(1_000_000, 1_000, false)]
    #[case::the_largest_numbers(u64::MAX, u64::MAX, true)]
    fn counts_and_shares(#[case] updated: u64, #[case] failed: u64, #[case] expected: bool) {
        assert_eq!(must_halt(Reports { updated, failed }, RULE), expected);
    }

    #[rstest]
    #[case::never(Rule { at_least: 0, share_percent: 0 }, 1_000, false)]
    #[case::whatever_the_share(Rule { at_least: 1, share_percent: 0 }, 1, true)]
    #[case::nobody_failed(Rule { at_least: 1, share_percent: 0 }, 0, false)]
    #[case::only_if_all_fail(Rule { at_least: 1, share_percent: 100 }, 1_000, false)]
    fn rules(#[case] rule: Rule, #[case] failed: u64, #[case] expected: bool) {
        assert_eq!(must_halt(Reports { updated: 1_000, failed }, rule), expected);
    }

    proptest! {
        #[test]
        fn more_failures_never_save_it_and_more_updates_never_doom_it(
            updated in 0_u64..10_000, failed in 0_u64..10_000, more in 0_u64..10_000, at_least in 0_u64..20, share_percent in 0_u8..=100,
        ) {
            let rule = Rule { at_least, share_percent };
            let is_halted = |updated, failed| must_halt(Reports { updated, failed }, rule);
            if is_halted(updated, failed) {
                prop_assert!(is_halted(updated, failed + more));
                prop_assert!(failed >= at_least && failed > 0);
            } else {
                prop_assert!(!is_halted(updated + more, failed));
            }
        }
    }
}
