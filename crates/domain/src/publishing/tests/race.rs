use std::collections::BTreeSet;

use super::*;

/// One of several replicas: what it has read of the calendar, perhaps long ago, and the slot it is about to write down.
struct Planner {
    seen: Taken,
    chosen: Option<Slot>,
}

proptest! {
    #![proptest_config(years())]

    #[test]
    fn replicas_with_old_knowledge_never_double_book(
        settings in settings(),
        turns in prop::collection::vec((0_usize..3, prop::bool::weighted(0.2)), 1..200),
    ) {
        let timetable = settings.check().unwrap();
        let start = at_second(new_year());
        let mut stored: BTreeSet<Timestamp> = BTreeSet::new();
        let mut tally = Tally::new(&settings);
        let mut planners: Vec<_> =
            (0..3).map(|_| Planner { seen: Taken::none(&timetable), chosen: None }).collect();
        let mut refused = 0;
        let mut written = 0;
        for (turn, reads_first) in turns {
            let planner = &mut planners[turn];
            match planner.chosen.take() {
                None => {
                    if reads_first {
                        planner.seen = Taken::of(&timetable, stored.iter().copied());
                    }
                    planner.chosen = next_free_slot(&timetable, &planner.seen, start).ok();
                }
                // The unique key lets one of two through; all look from the same moment on, so the other finds its slot taken.
                Some(slot) if stored.insert(slot.at) => {
                    written += 1;
                    assert_open(&settings, slot.at)?;
                    tally.add_within_limits(slot.at)?;
                    prop_assert!(planner.seen.reserve(slot.at));
                }
                Some(_) => {
                    refused += 1;
                    planner.seen = Taken::of(&timetable, stored.iter().copied());
                }
            }
        }
        prop_assert_eq!(written, stored.len());
        let mut alone = Taken::none(&timetable);
        let expected = next_free_slots(&timetable, &mut alone, start, written);
        prop_assert!(expected.slots.iter().map(|slot| slot.at).eq(stored), "{refused} were refused");
    }
}
