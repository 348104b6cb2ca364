//! Whole years of publishing: the promises that hold whatever the settings are, counted here in another way than in the code.

mod outage;
mod race;
mod year;

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use proptest::prelude::*;

use super::*;

/// Both hemispheres, half an hour of daylight saving, none, and a change at midnight.
const ZONES: [&str; 5] =
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Cairo"];

/// A year is long: enough of them to meet every change of the clocks, and a failure is shown before it is the smallest one.
fn years() -> ProptestConfig {
    ProptestConfig { cases: 100, max_shrink_iters: 300, ..ProptestConfig::default() }
}

fn at_second(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// The year 2027 begins, in UTC.
fn new_year() -> i64 {
    "2027-01-01T00:00:00Z".parse::<Timestamp>().unwrap().as_second()
}

prop_compose! {
    /// Windows that are separate, and often around the hours at which clocks are changed.
    fn windows()(mut edges in prop::collection::btree_set(0_u16..=96, 2..7)) -> Vec<TimeWindow> {
        if edges.len() % 2 == 1 {
            edges.pop_last();
        }
        let times: Vec<_> = edges.into_iter().map(|quarter| TimeOfDay::from_minutes(quarter * 15).unwrap()).collect();
        times.chunks(2).map(|pair| TimeWindow { start: pair[0], end: pair[1] }).collect()
    }
}

prop_compose! {
    fn settings()(
        zone in prop::sample::select(&ZONES),
        windows in windows(),
        daily_limit in prop::option::of(1_u32..8),
        weekly_limit in prop::option::of(3_u32..30),
        monthly_limit in prop::option::of(10_u32..90),
        days in 1_u8..128,
        week_starts_on in prop::sample::select(Weekday::ALL),
        min_gap in prop_oneof![Just(10_u32), 1_u32..90],
        blackouts in prop::collection::vec((0_i32..365, 0_i32..20), 0..4),
    ) -> PublishingSettings {
        let year = jiff::civil::date(2027, 1, 1);
        let day = |offset: i32| year.checked_add(jiff::ToSpan::days(offset)).unwrap();
        PublishingSettings {
            daily_limit,
            weekly_limit,
            monthly_limit,
            publish_days: Weekday::ALL.iter().copied().filter(|day| days & (1 << *day as u8) != 0).collect(),
            publish_time_slots: windows,
            time_zone: zone.to_owned(),
            week_starts_on,
            min_gap,
            blackout_dates: blackouts
                .into_iter()
                .map(|(first, len)| DateRange { first: day(first), last: day(first + len) })
                .collect(),
            ..PublishingSettings::default()
        }
    }
}

/// Counts what goes out by the calendar on the wall.
struct Tally<'a> {
    settings: &'a PublishingSettings,
    zone: TimeZone,
    counts: HashMap<(Period, Date), u32>,
}

impl<'a> Tally<'a> {
    fn new(settings: &'a PublishingSettings) -> Self {
        Self { settings, zone: TimeZone::get(&settings.time_zone).unwrap(), counts: HashMap::new() }
    }

    fn periods(&self, at: Timestamp) -> [((Period, Date), Option<u32>); 3] {
        let day = at.to_zoned(self.zone.clone()).date();
        let mut week = day;
        while Weekday::from(week.weekday()) != self.settings.week_starts_on {
            week = week.yesterday().unwrap();
        }
        [
            ((Period::Day, day), self.settings.daily_limit),
            ((Period::Week, week), self.settings.weekly_limit),
            ((Period::Month, day.with().day(1).build().unwrap()), self.settings.monthly_limit),
        ]
    }

    fn add(&mut self, at: Timestamp) {
        for (key, _) in self.periods(at) {
            *self.counts.entry(key).or_default() += 1;
        }
    }

    /// Adds something that has to keep the limits.
    fn add_within_limits(&mut self, at: Timestamp) -> Result<(), TestCaseError> {
        self.add(at);
        for (key, limit) in self.periods(at) {
            prop_assert!(limit.is_none_or(|limit| self.counts[&key] <= limit), "{key:?} is over its limit");
        }
        Ok(())
    }
}

/// Days, windows and blackouts.
fn assert_open(settings: &PublishingSettings, at: Timestamp) -> Result<(), TestCaseError> {
    let local = at.to_zoned(TimeZone::get(&settings.time_zone).unwrap()).datetime();
    let minutes = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap();
    let is_open = settings
        .publish_time_slots
        .iter()
        .any(|window| window.start.minutes() <= minutes && minutes < window.end.minutes());
    prop_assert!(is_open, "{local} is in no window");
    prop_assert!(settings.publish_days.contains(local.date().weekday().into()), "{local} is no day");
    prop_assert!(!settings.blackout_dates.iter().any(|range| range.contains(local.date())), "{local} is out");
    Ok(())
}

fn min_gap(settings: &PublishingSettings) -> SignedDuration {
    SignedDuration::from_mins(settings.min_gap.into())
}
