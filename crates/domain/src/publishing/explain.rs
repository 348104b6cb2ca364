use std::fmt;

use jiff::{Timestamp, civil::Date};

use super::{
    blackout::DateRange,
    limits::Period,
    obstacle::{self, Obstacle},
    reason::Reason,
    slots::{NoSlot, free_on, last_day, next_free_slot, slots_on},
    taken::Taken,
    timetable::Timetable,
};

/// More than this nobody reads.
const MAX_STEPS: usize = 10;
/// Of those, so many are the last ones.
const LAST_STEPS: usize = 2;

/// Why an item goes out when it does: steps in the order of time, the last of which is the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub reasons: Vec<Reason>,
}

impl fmt::Display for Explanation {
    /// One line for each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, reason) in self.reasons.iter().enumerate() {
            let line_end = if index == 0 { "" } else { "\n" };
            write!(f, "{line_end}{reason}")?;
        }
        Ok(())
    }
}

/// Why does what looked for a slot from `after` on go out at `slot`? `taken` may or may not have the item itself in it.
pub fn explain(timetable: &Timetable, taken: &Taken, after: Timestamp, slot: Timestamp) -> Explanation {
    let others = taken.without(slot);
    let (local, zone) = (timetable.local(slot), timetable.zone_name().to_owned());
    let walk = |end: Option<Date>| shortened(steps(timetable, &others, after, end));
    let mut reasons;
    match next_free_slot(timetable, &others, after) {
        Ok(first) if first.at == slot => {
            reasons = walk(Some(local.date()));
            reasons.push(Reason::FirstFree { local, window: first.window, zone });
        }
        Ok(first) if first.at < slot => {
            reasons = walk(Some(first.local.date()));
            reasons.extend([Reason::EarlierFree { local: first.local }, Reason::Kept { local, zone }]);
        }
        Ok(_) | Err(NoSlot::NothingFree { .. }) => {
            reasons = walk(local.date().tomorrow().ok());
            reasons.push(Reason::NotASlot { local, zone });
        }
        Err(stopped) => reasons = vec![Reason::Stopped(stopped), Reason::Kept { local, zone }],
    }
    Explanation { reasons }
}

/// What stood against each day from `after` up to, not including, `end`; runs of days are one.
fn steps(timetable: &Timetable, others: &Taken, after: Timestamp, end: Option<Date>) -> Vec<Reason> {
    let calendar = &timetable.calendar;
    let until = last_day(timetable, after);
    let mut steps: Vec<Reason> = Vec::new();
    let mut day = Some(calendar.date(after));
    while let Some(date) = day.filter(|date| *date <= until && end.is_none_or(|end| *date < end)) {
        let obstacle = obstacle::on_day(timetable, others, date);
        let over = if let Some(Obstacle::Full(full)) = obstacle { full.period } else { Period::Day };
        day = calendar.day_after(over, date);
        let last_day = day.and_then(|next| next.yesterday().ok()).unwrap_or(date);
        let step = match obstacle {
            Some(Obstacle::Full(full)) => Some(Reason::full(full, last_day)),
            Some(Obstacle::Blackout) => Some(Reason::Blackout(DateRange::single(date))),
            Some(Obstacle::NotAPublishingDay) => Some(Reason::NotPublishingDays(DateRange::single(date))),
            Some(Obstacle::OutsideWindows) | None => within_the_day(timetable, others, date, after),
        };
        let Some(step) = step else { continue };
        if !steps.last_mut().is_some_and(|last| last.absorb(&step)) {
            steps.push(step);
        }
    }
    steps
}

/// Why a day that is open has nothing free.
fn within_the_day(timetable: &Timetable, others: &Taken, date: Date, after: Timestamp) -> Option<Reason> {
    if free_on(timetable, others, date, after).is_some() {
        None
    } else if slots_on(timetable, date, |_| true).is_none() {
        Some(Reason::ClocksSkipWindows(date))
    } else if slots_on(timetable, date, |at| at >= after).is_none() {
        Some(Reason::DayOver(date))
    } else {
        let min_gap_minutes = timetable.min_gap.as_mins();
        Some(Reason::Crowded { days: DateRange::single(date), min_gap_minutes })
    }
}

/// The first and the last ones, with one for all between.
fn shortened(mut steps: Vec<Reason>) -> Vec<Reason> {
    if steps.len() <= MAX_STEPS {
        return steps;
    }
    let tail = steps.split_off(steps.len() - LAST_STEPS);
    let left_out = steps.split_off(MAX_STEPS - LAST_STEPS - 1);
    let first = left_out.first().and_then(Reason::days);
    let last = left_out.last().and_then(Reason::days);
    steps.extend(
        first.zip(last).map(|(first, last)| Reason::More(DateRange { first: first.first, last: last.last })),
    );
    steps.extend(tail);
    steps
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::publishing::{PublishingSettings, Slot, TimeOfDay, TimeWindow, Weekday, next_free_slots};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn berlin() -> PublishingSettings {
        PublishingSettings { time_zone: "Europe/Berlin".to_owned(), ..PublishingSettings::default() }
    }

    fn weekdays() -> PublishingSettings {
        let publish_days = Weekday::ALL.iter().copied().take(5).collect();
        PublishingSettings { publish_days, ..berlin() }
    }

    /// The timetable, what so many items took, and the slot the last of them got.
    fn filled(settings: &PublishingSettings, after: &str, count: usize) -> (Timetable, Taken, Slot) {
        let timetable = settings.check().unwrap();
        let mut taken = Taken::none(&timetable);
        let last = *next_free_slots(&timetable, &mut taken, at(after), count).slots.last().unwrap();
        (timetable, taken, last)
    }

    fn explained(settings: &PublishingSettings, after: &str, count: usize) -> String {
        let (timetable, taken, slot) = filled(settings, after, count);
        explain(&timetable, &taken, at(after), slot.at).to_string()
    }

    #[test]
    fn the_first_slot_needs_one_line() {
        assert_eq!(
            explained(&berlin(), "2026-11-26T00:00:00Z", 2),
            "The first free slot in the window 09:00-17:00 (Europe/Berlin) is 2026-11-26 10:36"
        );
    }

    #[test]
    fn a_story_with_everything_in_it() {
        let settings = PublishingSettings {
            blackout_dates: vec![DateRange::single(date(2026, 12, 1))],
            weekly_limit: Some(9),
            ..weekdays()
        };
        // Thursday evening in Berlin.
        assert_eq!(
            explained(&settings, "2026-11-26T19:00:00Z", 16),
            "2026-11-26 has no slot left: the last one is over\n\
             2026-11-27 is full: 5 of 5 a day are taken\n\
             2026-11-28 to 2026-11-29 are not publishing days\n\
             The week of 2026-11-30 is full: 9 of 9 a week are taken\n\
             The first free slot in the window 09:00-17:00 (Europe/Berlin) is 2026-12-07 10:36"
        );
    }

    #[test]
    fn blackouts_and_crowded_days_are_named() {
        let settings = PublishingSettings {
            blackout_dates: vec![DateRange { first: date(2026, 12, 24), last: date(2026, 12, 26) }],
            daily_limit: None,
            weekly_limit: None,
            min_gap: 240,
            ..berlin()
        };
        assert_eq!(
            explained(&settings, "2026-12-22T00:00:00Z", 5),
            "2026-12-22 to 2026-12-23 have no free slot: each is taken or within 240 min of another item\n\
             2026-12-24 to 2026-12-26 are blackout dates\n\
             The first free slot in the window 09:00-17:00 (Europe/Berlin) is 2026-12-27 09:00"
        );
    }

    #[test]
    fn a_window_the_clocks_skip() {
        let night = TimeWindow { start: TimeOfDay::new(2, 0).unwrap(), end: TimeOfDay::new(3, 0).unwrap() };
        let settings = PublishingSettings { publish_time_slots: vec![night], ..berlin() };
        assert_eq!(
            explained(&settings, "2027-03-27T23:00:00Z", 1),
            "2027-03-28 has no slot: the clocks skip the time that is open for publishing\n\
             The first free slot in the window 02:00-03:00 (Europe/Berlin) is 2027-03-29 02:00"
        );
    }

    #[test]
    fn a_long_wait_is_told_shortly() {
        let settings = PublishingSettings { weekly_limit: None, monthly_limit: None, ..weekdays() };
        let said = explained(&settings, "2026-11-02T00:00:00Z", 1000);
        let lines: Vec<_> = said.lines().collect();
        assert_eq!(lines.len(), MAX_STEPS + 1, "{said}");
        assert_eq!(lines[0], "2026-11-02 to 2026-11-06 are full: 5 of 5 a day are taken");
        assert_eq!(lines[7], "2026-11-28 to 2027-07-30: nothing free, for reasons like these");
        assert_eq!(lines[9], "2027-08-02 to 2027-08-05 are full: 5 of 5 a day are taken");
    }

    #[test]
    fn what_has_become_free_since_is_said() {
        let (timetable, mut taken, slot) = filled(&berlin(), "2026-11-26T00:00:00Z", 6);
        assert!(taken.remove(at("2026-11-26T09:36:00Z")));
        assert_eq!(
            explain(&timetable, &taken, at("2026-11-26T00:00:00Z"), slot.at).to_string(),
            "2026-11-26 10:36 has become free since this item got its time\n\
             The item keeps its time, 2026-11-27 09:00 (Europe/Berlin)"
        );
    }

    #[test]
    fn a_time_chosen_by_hand_is_no_slot() {
        let timetable = weekdays().check().unwrap();
        let taken = Taken::none(&timetable);
        // A Saturday at noon.
        let said = explain(&timetable, &taken, at("2026-11-28T00:00:00Z"), at("2026-11-28T11:00:00Z"));
        assert_eq!(
            said.to_string(),
            "2026-11-28 is not a publishing day\n\
             2026-11-28 12:00 (Europe/Berlin) was chosen by hand or under other settings: it is not a free slot now"
        );
    }

    #[test]
    fn a_pause_comes_first() {
        let timetable = PublishingSettings { paused: true, ..berlin() }.check().unwrap();
        let said = explain(
            &timetable,
            &Taken::none(&timetable),
            at("2026-11-26T00:00:00Z"),
            at("2026-11-26T08:00:00Z"),
        );
        assert_eq!(said.reasons[0].code(), "publishing_paused");
        assert_eq!(said.reasons[1].code(), "kept");
    }
}
