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
fn a_skipped_day_gives_nothing_to_the_day_after_it() {
    // Samoa went from the 29th of December straight to the 31st.
    let settings = PublishingSettings {
        time_zone: "Pacific/Apia".to_owned(),
        publish_time_slots: vec![TimeWindow::ALL_DAY],
        blackout_dates: vec![DateRange::single(date(2011, 12, 31))],
        daily_limit: Some(1),
        ..PublishingSettings::default()
    };
    assert_eq!(locals(&settings, "2011-12-29T10:00:00Z", 2), ["12-29 00:00", "01-01 00:00"]);
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
    let settings =
        PublishingSettings { daily_limit: Some(1), weekly_limit: None, monthly_limit: Some(1), ..berlin() };
    let timetable = settings.check().unwrap();
    let found = next_free_slots(&timetable, &mut Taken::none(&timetable), at("2026-11-25T12:00:00Z"), 100);
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
