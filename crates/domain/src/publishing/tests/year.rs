use std::collections::BTreeSet;

use super::*;

/// Longer than a year in seconds, so that all changes of the clocks are in it.
const YEAR: i64 = 370 * 24 * 3600;

proptest! {
    #![proptest_config(years())]

    #[test]
    fn a_year_of_slots_keeps_every_promise(
        settings in settings(),
        exact in prop::collection::vec(0..YEAR, 0..40),
        starts in prop::collection::vec(0..YEAR, 1..250),
    ) {
        let timetable = settings.check().unwrap();
        let exact: Vec<_> = exact.into_iter().map(|second| at_second(new_year() + second)).collect();
        let mut taken = Taken::of(&timetable, exact.iter().copied());
        let mut tally = Tally::new(&settings);
        let mut all: BTreeSet<Timestamp> = exact.iter().copied().collect();
        for at in exact {
            tally.add(at);
        }
        for start in starts {
            let after = at_second(new_year() + start);
            let Ok(slot) = next_free_slot(&timetable, &taken, after) else { continue };
            let gap = min_gap(&settings);
            prop_assert!(slot.at >= after);
            assert_open(&settings, slot.at)?;
            let near = all.range(slot.at - gap..=slot.at + gap).find(|other| other.duration_since(slot.at).abs() < gap);
            prop_assert_eq!(near, None, "too near to {}", slot.at);
            tally.add_within_limits(slot.at)?;
            prop_assert!(slot.window.contains(slot.local.to_string()[11..16].parse().unwrap()));
            prop_assert!(taken.reserve(slot.at) && all.insert(slot.at), "{} is given twice", slot.at);
        }
    }

    #[test]
    fn many_at_once_are_the_same_as_one_after_another(settings in settings(), start in 0..YEAR) {
        let timetable = settings.check().unwrap();
        let after = at_second(new_year() + start);
        let at_once = next_free_slots(&timetable, &mut Taken::none(&timetable), after, 150);
        let mut taken = Taken::none(&timetable);
        let one_by_one: Vec<_> = (0..at_once.slots.len())
            .map(|_| {
                let slot = next_free_slot(&timetable, &taken, after).unwrap();
                assert!(taken.reserve(slot.at));
                slot
            })
            .collect();
        prop_assert_eq!(&at_once.slots, &one_by_one);
        prop_assert_eq!(at_once.shortage, next_free_slot(&timetable, &taken, after).err().filter(|_| one_by_one.len() < 150));
    }

    #[test]
    fn a_day_is_spread_over_its_windows(settings in settings(), start in 0..YEAR) {
        let settings = PublishingSettings { weekly_limit: None, monthly_limit: None, ..settings };
        let timetable = settings.check().unwrap();
        let mut taken = Taken::none(&timetable);
        let slots = next_free_slots(&timetable, &mut taken, at_second(new_year() + start), 400).slots;
        let open: u32 = settings.publish_time_slots.iter().map(|w| u32::from(w.end.minutes() - w.start.minutes())).sum();
        let step = settings.daily_limit.map_or(0, |limit| open / limit).max(settings.min_gap);
        // The first and the last day are not whole; on a day with a change of the clocks the hours are others.
        let days: Vec<_> = slots.chunk_by(|a, b| a.local.date() == b.local.date()).collect();
        for day in days.iter().skip(1).take(days.len().saturating_sub(2)) {
            let date = day[0].local.date();
            if timetable.calendar.steady_start(date).is_none() {
                continue;
            }
            let passed = |slot: &Slot| -> u32 {
                let minutes = TimeOfDay::of(slot.local).minutes();
                settings.publish_time_slots.iter().map(|w| u32::from(minutes.clamp(w.start.minutes(), w.end.minutes()) - w.start.minutes())).sum()
            };
            let steps: Vec<_> = day.iter().map(passed).collect();
            let first_may_be_near_yesterday = steps[0] == 0 || steps[0] == step;
            prop_assert!(first_may_be_near_yesterday, "{steps:?}");
            prop_assert!(steps.windows(2).all(|pair| pair[1] - pair[0] == step), "{steps:?}, in steps of {step}");
            let rest = open - steps[steps.len() - 1];
            let is_all = settings.daily_limit.is_some_and(|limit| limit as usize == steps.len());
            prop_assert!(is_all || rest <= step, "{date} ends early: {steps:?} of {open}");
        }
    }

    #[test]
    fn an_explanation_is_short_and_ends_with_the_answer(
        settings in settings(), start in 0..YEAR, count in 1_usize..300,
    ) {
        let timetable = settings.check().unwrap();
        let after = at_second(new_year() + start);
        let mut taken = Taken::none(&timetable);
        if let Some(slot) = next_free_slots(&timetable, &mut taken, after, count).slots.last() {
            let explanation = explain(&timetable, &taken, after, slot.at);
            prop_assert!(explanation.reasons.len() <= 11, "{explanation}");
            let is_answered = matches!(explanation.reasons.last(), Some(Reason::FirstFree { local, .. }) if *local == slot.local);
            prop_assert!(is_answered, "{explanation}");
        }
    }
}
