use std::iter::zip;
use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

/// One change: `before` became `after`. Between two changes at least one thing stayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    pub before: Range<usize>,
    pub after: Range<usize>,
}

/// What makes one list of keys the other.
///
/// Myers gives up looking for the shortest way when it takes long, where the histogram of the same crate becomes quadratic over many
/// small changes.
pub fn hunks(before: &[u32], after: &[u32]) -> Vec<Hunk> {
    let mut input = InternedInput::default();
    input.update_before(before.iter().copied());
    input.update_after(after.iter().copied());
    if is_monotonous(before.len().max(after.len()), input.interner.num_tokens()) {
        return middle(before, after).into_iter().collect();
    }
    let diff = Diff::compute(Algorithm::Myers, &input);
    let range = |it: Range<u32>| it.start as usize..it.end as usize;
    diff.hunks().map(|hunk| Hunk { before: range(hunk.before), after: range(hunk.after) }).collect()
}

/// Nobody writes so many blocks of so few kinds, and comparing them takes seconds: Myers can leave none of them out beforehand.
const fn is_monotonous(length: usize, kinds: u32) -> bool {
    length > 10_000 && kinds < 256
}

/// Everything between the first difference and the last.
fn middle(before: &[u32], after: &[u32]) -> Option<Hunk> {
    let start = zip(before, after).take_while(|(one, other)| one == other).count();
    let (before, after) = (&before[start..], &after[start..]);
    let end = zip(before.iter().rev(), after.iter().rev()).take_while(|(one, other)| one == other).count();
    let until = |side: &[u32]| start..start + side.len() - end;
    let hunk = Hunk { before: until(before), after: until(after) };
    (!hunk.before.is_empty() || !hunk.after.is_empty()).then_some(hunk)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn keys() -> impl Strategy<Value = Vec<u32>> {
        prop::collection::vec(0_u32..5, 0..20)
    }

    fn applied(hunks: impl IntoIterator<Item = Hunk>, before: &[u32], after: &[u32]) -> Vec<u32> {
        let (mut made, mut at) = (Vec::new(), 0);
        for hunk in hunks {
            assert!(made.is_empty() || hunk.before.start > at, "something stays in between");
            made.extend_from_slice(&before[at..hunk.before.start]);
            assert_eq!(made.len(), hunk.after.start);
            made.extend_from_slice(&after[hunk.after]);
            at = hunk.before.end;
        }
        made.extend_from_slice(&before[at..]);
        made
    }

    proptest! {
        #[test]
        fn a_diff_makes_one_the_other(before in keys(), after in keys()) {
            prop_assert_eq!(&applied(hunks(&before, &after), &before, &after), &after);
            prop_assert_eq!(&applied(middle(&before, &after), &before, &after), &after);
            prop_assert!(hunks(&before, &before).is_empty() && middle(&before, &before).is_none());
        }
    }

    /// Where the work is not bounded, this does not end in time.
    #[rstest]
    #[case::every_second_changed(|n| n, |n| if n % 2 == 0 { n } else { n + 100_000 }, 25_000)]
    #[case::reversed(|n| n, |n| 49_999 - n, 2)]
    #[case::of_few_kinds(|n| n % 3, |n| n % 7 % 3, 1)]
    fn long_texts_are_compared(
        #[case] before: fn(u32) -> u32,
        #[case] after: fn(u32) -> u32,
        #[case] expected: usize,
    ) {
        let [before, after] = [before, after].map(|nth| (0..50_000).map(nth).collect::<Vec<u32>>());
        assert_eq!(hunks(&before, &after).len(), expected);
    }
}
