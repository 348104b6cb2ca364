use jiff::Timestamp;

/// Where a report stands in a post's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The site's own counter, from a plugin that has one.
    pub site_sequence: Option<i64>,
    /// The post's `modified_gmt`, which has whole seconds.
    pub modified_at: Option<Timestamp>,
    /// The order in which reports came in here.
    pub arrival: i64,
}

/// Whether `incoming` tells something newer than the last report that was applied; a late or repeated one does not.
///
/// The site's sequence decides where both have it, else the modified date where both have it and it differs, else arrival.
pub fn is_newer(last: Option<&Position>, incoming: &Position) -> bool {
    let Some(last) = last else { return true };
    if let (Some(last), Some(incoming)) = (last.site_sequence, incoming.site_sequence) {
        return incoming > last;
    }
    match (last.modified_at, incoming.modified_at) {
        (Some(last), Some(incoming)) if last != incoming => incoming > last,
        _ => incoming.arrival > last.arrival,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn position(site_sequence: Option<i64>, modified: Option<i64>, arrival: i64) -> Position {
        Position { site_sequence, modified_at: modified.map(|s| Timestamp::from_second(s).unwrap()), arrival }
    }

    #[rstest]
    #[case(position(Some(5), Some(9), 9), position(Some(6), Some(1), 1), true)]
    #[case(position(Some(5), None, 1), position(Some(5), None, 2), false)]
    #[case(position(Some(5), None, 1), position(Some(4), None, 2), false)]
    #[case(position(Some(5), Some(9), 1), position(None, Some(10), 2), true)]
    #[case(position(Some(5), Some(9), 1), position(None, Some(8), 2), false)]
    #[case(position(None, Some(9), 1), position(None, Some(9), 2), true)]
    #[case(position(None, Some(9), 2), position(None, Some(9), 2), false)]
    #[case(position(Some(5), None, 1), position(None, Some(8), 2), true)]
    #[case(position(None, None, 2), position(None, None, 1), false)]
    fn which_is_newer(#[case] last: Position, #[case] incoming: Position, #[case] expected: bool) {
        assert_eq!(is_newer(Some(&last), &incoming), expected);
        assert!(is_newer(None, &incoming));
    }

    /// Applies reports in the order they arrive, as the consumer does; returns the change that stands in the end.
    fn replay(reports: impl IntoIterator<Item = (usize, Position)>) -> Option<usize> {
        let mut last: Option<(usize, Position)> = None;
        for (change, position) in reports {
            if is_newer(last.as_ref().map(|(_, position)| position), &position) {
                last = Some((change, position));
            }
        }
        last.map(|(change, _)| change)
    }

    /// Every change of a history, some of them repeated, in any order.
    fn shuffled() -> impl Strategy<Value = (usize, Vec<usize>)> {
        (1_usize..30).prop_flat_map(|len| {
            let repeated = prop::collection::vec(0..len, 0..10);
            repeated.prop_flat_map(move |again| {
                (Just(len), Just((0..len).chain(again).collect::<Vec<_>>()).prop_shuffle())
            })
        })
    }

    fn number(change: usize) -> i64 {
        i64::try_from(change).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn with_sequences_any_order_ends_with_the_last_change((len, order) in shuffled(), start in 0_i64..1 << 50) {
            let reports = (0_i64..).zip(&order).map(|(arrival, &change)| {
                (change, position(Some(start + number(change)), Some(7), arrival))
            });
            prop_assert_eq!(replay(reports), Some(len - 1));
        }

        #[test]
        fn with_modified_dates_too((len, order) in shuffled()) {
            let reports = (0_i64..).zip(&order).map(|(arrival, &change)| {
                (change, position(None, Some(number(change)), arrival))
            });
            prop_assert_eq!(replay(reports), Some(len - 1));
        }

        #[test]
        fn with_neither_the_last_to_arrive_stands((_, order) in shuffled()) {
            let reports = (0_i64..).zip(&order).map(|(arrival, &change)| (change, position(None, None, arrival)));
            prop_assert_eq!(replay(reports), order.last().copied());
        }
    }
}
