use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime},
};

use super::{
    limits::Period,
    obstacle::{self, Obstacle},
    taken::Taken,
    time_of_day::{TimeOfDay, TimeWindow},
    timetable::Timetable,
};

/// A year with a leap day: who has to wait longer has settings that do not fit the amount of content.
pub const HORIZON_DAYS: i32 = 366;

/// A moment at which one item may go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    pub at: Timestamp,
    /// What the clocks at the site show then.
    pub local: DateTime,
    /// The window it is in.
    pub window: TimeWindow,
}

/// Why there is no slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSlot {
    #[error("Publishing is paused for this site. Resume it in the publishing settings.")]
    Paused,
    #[error("No day of the week is a publishing day. Choose at least one in the publishing settings.")]
    NoDay,
    #[error("No time of the day is open for publishing. Add a window in the publishing settings.")]
    NoWindow,
    #[error("The limit for a {0} is 0. Raise or remove it in the publishing settings.")]
    LimitIsZero(Period),
    #[error(
        "No slot is free until {until}. Raise the limits, open more days or windows, or take something out of the calendar."
    )]
    NothingFree { until: Date },
}

impl NoSlot {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Paused => "publishing_paused",
            Self::NoDay => "no_publishing_day",
            Self::NoWindow => "no_publishing_window",
            Self::LimitIsZero(_) => "limit_is_zero",
            Self::NothingFree { .. } => "no_free_slot",
        }
    }
}

/// Several slots, and why there are no more if they are fewer than asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeSlots {
    pub slots: Vec<Slot>,
    pub shortage: Option<NoSlot>,
}

/// The first slot that is free at or after this moment. It is not reserved yet.
pub fn next_free_slot(timetable: &Timetable, taken: &Taken, after: Timestamp) -> Result<Slot, NoSlot> {
    first_free(timetable, taken, after, last_day(timetable, after))
}

/// The first so many free slots, reserved in `taken` as they are found.
pub fn next_free_slots(
    timetable: &Timetable,
    taken: &mut Taken,
    after: Timestamp,
    count: usize,
) -> FreeSlots {
    let until = last_day(timetable, after);
    let mut slots: Vec<Slot> = Vec::new();
    while slots.len() < count {
        // All before the last one found was taken, and still is.
        let resume = slots.last().map_or(after, |slot| slot.at);
        match first_free(timetable, taken, resume, until) {
            Ok(slot) => {
                taken.add(slot.at);
                slots.push(slot);
            }
            Err(shortage) => return FreeSlots { slots, shortage: Some(shortage) },
        }
    }
    FreeSlots { slots, shortage: None }
}

pub(super) fn last_day(timetable: &Timetable, after: Timestamp) -> Date {
    timetable.calendar.date(after).saturating_add(HORIZON_DAYS.days())
}

fn first_free(timetable: &Timetable, taken: &Taken, after: Timestamp, until: Date) -> Result<Slot, NoSlot> {
    if let Some(hopeless) = hopeless(timetable) {
        return Err(hopeless);
    }
    let calendar = &timetable.calendar;
    let mut day = Some(calendar.date(after));
    while let Some(date) = day.filter(|date| *date <= until) {
        let obstacle = obstacle::on_day(timetable, taken, date);
        if obstacle.is_none()
            && let Some(slot) = free_on(timetable, taken, date, after)
        {
            return Ok(slot);
        }
        let over = if let Some(Obstacle::Full(full)) = obstacle { full.period } else { Period::Day };
        day = calendar.day_after(over, date);
    }
    Err(NoSlot::NothingFree { until })
}

/// Settings with which no day will ever have a slot.
fn hopeless(timetable: &Timetable) -> Option<NoSlot> {
    if timetable.is_paused {
        Some(NoSlot::Paused)
    } else if timetable.publish_days.is_empty() {
        Some(NoSlot::NoDay)
    } else if timetable.windows.is_empty() {
        Some(NoSlot::NoWindow)
    } else {
        timetable.limits.zero().map(NoSlot::LimitIsZero)
    }
}

/// The day's first slot at or after this moment with room around it, if nothing stands against the day as a whole.
pub(super) fn free_on(timetable: &Timetable, taken: &Taken, date: Date, after: Timestamp) -> Option<Slot> {
    let mut neighbours = None;
    let free = |at: Timestamp| {
        at >= after
            && neighbours.get_or_insert_with(|| taken.neighbours(at, timetable.min_gap)).leave_room_at(at)
    };
    slots_on(timetable, date, free)
}

/// The first slot of a local day the caller wants; it is asked in the order of time.
pub(super) fn slots_on(
    timetable: &Timetable,
    date: Date,
    mut wanted: impl FnMut(Timestamp) -> bool,
) -> Option<Slot> {
    let Some(start) = timetable.calendar.steady_start(date) else {
        return changing_day(timetable, date).into_iter().find(|slot| wanted(slot.at));
    };
    timetable.slots.iter().find_map(|(time, window)| {
        let at = start.checked_add(SignedDuration::from_mins(time.minutes().into())).ok()?;
        let local = || timetable.local(at);
        wanted(at).then(|| Slot { at, local: local(), window: *window })
    })
}

/// The slots of a day on which the clocks are changed. One in a skipped hour moves to the end of the skip, and the ones it comes too
/// near to move on as well, as long as they stay in their windows. One in a repeated hour is in the first of the two.
fn changing_day(timetable: &Timetable, date: Date) -> Vec<Slot> {
    let mut slots: Vec<Slot> = Vec::new();
    for (time, window) in &timetable.slots {
        let Some(planned) = timetable.calendar.instant(date, *time) else { continue };
        let room = slots.last().and_then(|slot| slot.at.checked_add(timetable.min_gap).ok());
        let at = room.map_or(planned, |room| room.max(planned));
        let local = timetable.local(at);
        if local.date() == date && window.contains(TimeOfDay::of(local)) {
            slots.push(Slot { at, local, window: *window });
        }
    }
    slots
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;
    use crate::publishing::{DateRange, PublishingSettings, Weekday, Weekdays};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn berlin() -> PublishingSettings {
        PublishingSettings { time_zone: "Europe/Berlin".to_owned(), ..PublishingSettings::default() }
    }

    fn window(start: u16, end: u16) -> TimeWindow {
        TimeWindow { start: TimeOfDay::new(start, 0).unwrap(), end: TimeOfDay::new(end, 0).unwrap() }
    }

    fn locals(settings: &PublishingSettings, after: &str, count: usize) -> Vec<String> {
        let timetable = settings.check().unwrap();
        let found = next_free_slots(&timetable, &mut Taken::none(&timetable), at(after), count);
        found.slots.iter().map(|slot| slot.local.strftime("%m-%d %H:%M").to_string()).collect()
    }

    #[test]
    fn slots_follow_days_limits_and_blackouts() {
        let settings = PublishingSettings {
            daily_limit: Some(2),
            weekly_limit: Some(5),
            monthly_limit: Some(8),
            publish_days: Weekday::ALL.iter().copied().filter(|day| *day != Weekday::Friday).collect(),
            blackout_dates: vec![DateRange::single(date(2026, 11, 18))],
            ..berlin()
        };
        // From a Monday on, the 16th; 09:00 has begun.
        let expected = [
            "11-16 13:00",
            "11-17 09:00",
            "11-17 13:00",
            "11-19 09:00",
            "11-19 13:00", // five in this week
            "11-23 09:00",
            "11-23 13:00",
            "11-24 09:00", // eight in this month
            "12-01 09:00",
        ];
        assert_eq!(locals(&settings, "2026-11-16T08:00:01Z", 9), expected);
    }

    #[test]
    fn a_slot_may_be_now() {
        assert_eq!(locals(&berlin(), "2026-11-16T08:00:00Z", 1), ["11-16 09:00"]);
    }

    #[test]
    fn an_exact_time_keeps_its_distance_and_counts() {
        let timetable = PublishingSettings { daily_limit: Some(3), ..berlin() }.check().unwrap();
        // 09:05 and 11:30 in Berlin; the slots are at 09:00, 11:40 and 14:20.
        let taken = Taken::of(&timetable, [at("2026-11-16T08:05:00Z"), at("2026-11-16T10:30:00Z")]);
        let slot = next_free_slot(&timetable, &taken, at("2026-11-16T00:00:00Z")).unwrap();
        assert_eq!(slot.local.to_string(), "2026-11-16T11:40:00");
        let nearer = Taken::of(&timetable, [at("2026-11-16T08:05:00Z"), at("2026-11-16T10:30:01Z")]);
        let slot = next_free_slot(&timetable, &nearer, at("2026-11-16T00:00:00Z")).unwrap();
        assert_eq!(slot.local.to_string(), "2026-11-16T14:20:00");
    }

    #[rstest]
    // 02:00 to 03:00 is skipped: what was there moves up, and the rest with it while the window lasts.
    #[case("Europe/Berlin", window(1, 4), 30, "2027-03-27T23:00:00Z", &["03-28 01:00", "03-28 01:30", "03-28 03:00", "03-28 03:30", "03-29 01:00"])]
    #[case("Europe/Berlin", window(2, 3), 30, "2027-03-27T23:00:00Z", &["03-29 02:00"])]
    // 02:00 to 03:00 is repeated: each slot is there once, in the first of the two.
    #[case("Europe/Berlin", window(2, 4), 30, "2026-10-24T22:00:00Z", &["10-25 02:00", "10-25 02:30", "10-25 03:00", "10-25 03:30", "10-26 02:00"])]
    // Half an hour is skipped, 02:00 to 02:30.
    #[case("Australia/Lord_Howe", window(2, 3), 20, "2026-10-03T14:00:00Z", &["10-04 02:30", "10-04 02:50", "10-05 02:00"])]
    // The day begins at 01:00.
    #[case("Africa/Cairo", window(0, 2), 40, "2026-04-23T20:00:00Z", &["04-24 01:00", "04-24 01:40", "04-25 00:00"])]
    fn changed_clocks(
        #[case] zone: &str,
        #[case] window: TimeWindow,
        #[case] min_gap: u32,
        #[case] after: &str,
        #[case] expected: &[&str],
    ) {
        let settings = PublishingSettings {
            time_zone: zone.to_owned(),
            publish_time_slots: vec![window],
            daily_limit: None,
            weekly_limit: None,
            min_gap,
            ..PublishingSettings::default()
        };
        assert_eq!(locals(&settings, after, expected.len()), expected);
    }

    #[test]
    fn the_first_of_a_repeated_hour_is_taken() {
        let settings =
            PublishingSettings { publish_time_slots: vec![window(2, 3)], daily_limit: Some(1), ..berlin() };
        let timetable = settings.check().unwrap();
        let next =
            |after| next_free_slot(&timetable, &Taken::none(&timetable), at(after)).unwrap().at.to_string();
        assert_eq!(next("2026-10-25T00:00:00Z"), "2026-10-25T00:00:00Z");
        assert_eq!(
            next("2026-10-25T00:00:01Z"),
            "2026-10-26T01:00:00Z",
            "not an hour later, when it is 02:00 again"
        );
    }

    #[test]
    fn who_gets_no_slot_hears_why() {
        let none = |settings: PublishingSettings| {
            let timetable = settings.check().unwrap();
            let no =
                next_free_slot(&timetable, &Taken::none(&timetable), at("2026-11-25T12:00:00Z")).unwrap_err();
            format!("{}: {no}", no.code())
        };
        let all_year = DateRange { first: date(2026, 1, 1), last: date(2027, 12, 31) };
        let cases = [
            (PublishingSettings { paused: true, ..berlin() }, "publishing_paused"),
            (PublishingSettings { publish_days: Weekdays::NONE, ..berlin() }, "no_publishing_day"),
            (PublishingSettings { publish_time_slots: vec![], ..berlin() }, "no_publishing_window"),
            (
                PublishingSettings { weekly_limit: Some(0), ..berlin() },
                "limit_is_zero: The limit for a week is 0.",
            ),
            (
                PublishingSettings { blackout_dates: vec![all_year], ..berlin() },
                "no_free_slot: No slot is free until 2027-11-26.",
            ),
        ];
        for (settings, expected) in cases {
            let said = none(settings);
            assert!(said.starts_with(expected), "{said}");
        }
    }

    #[test]
    fn many_at_once_end_where_the_year_ends() {
        let settings = PublishingSettings {
            daily_limit: Some(1),
            weekly_limit: None,
            monthly_limit: Some(1),
            ..berlin()
        };
        let timetable = settings.check().unwrap();
        let found =
            next_free_slots(&timetable, &mut Taken::none(&timetable), at("2026-11-25T12:00:00Z"), 100);
        assert_eq!(found.slots.len(), 13);
        assert_eq!(found.shortage, Some(NoSlot::NothingFree { until: date(2027, 11, 26) }));
    }

    #[rstest]
    #[case(Timestamp::MAX)]
    #[case(Timestamp::MIN)]
    fn the_ends_of_time_are_survived(#[case] after: Timestamp) {
        let timetable = berlin().check().unwrap();
        let slot = next_free_slot(&timetable, &Taken::none(&timetable), after);
        assert!(slot.is_err() || slot.is_ok_and(|slot| slot.at >= after));
    }
}
