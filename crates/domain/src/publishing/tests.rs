use std::collections::{BTreeSet, HashMap};

use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;
use rstest::rstest;

use super::*;
use crate::ids::ContentId;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn local(settings: &PublishingSettings, at: Timestamp) -> String {
    settings.zone.to_datetime(at).strftime("%F %H:%M").to_string()
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

/// Plans so many one after the other.
fn plan(settings: &PublishingSettings, taken: &mut Taken, from: Timestamp, count: usize) -> Vec<Timestamp> {
    let mut planned = Vec::new();
    for _ in 0..count {
        let Ok(slot) = next_free_slot(settings, taken, from) else { break };
        taken.add(settings, slot);
        planned.push(slot);
    }
    planned
}

#[test]
fn a_day_is_spread_over_its_windows() {
    let settings = PublishingSettings { weekly_limit: Some(7), ..PublishingSettings::default() };
    let planned = plan(&settings, &mut Taken::default(), at("2026-11-23T09:30:00Z"), 8);
    let planned: Vec<_> = planned.into_iter().map(|slot| local(&settings, slot)).collect();
    assert_eq!(
        planned,
        [
            "2026-11-23 10:36",
            "2026-11-23 12:12",
            "2026-11-23 13:48",
            "2026-11-23 15:24",
            "2026-11-24 09:00",
            "2026-11-24 10:36",
            "2026-11-24 12:12",
            "2026-11-30 09:00",
        ]
    );
}

#[rstest]
#[case(|s: &mut PublishingSettings| s.paused = true, "publishing_paused")]
#[case(|s: &mut PublishingSettings| s.daily_limit = Some(0), "no_free_slot")]
#[case(|s: &mut PublishingSettings| s.blackout = vec![(date(2026, 1, 1), date(2028, 1, 1))], "no_free_slot")]
fn no_slot(#[case] change: fn(&mut PublishingSettings), #[case] code: &str) {
    let mut settings = PublishingSettings::default();
    change(&mut settings);
    let none = next_free_slot(&settings, &Taken::default(), at("2026-11-23T00:00:00Z")).unwrap_err();
    assert_eq!(none.code(), code);
}

#[rstest]
#[case(|_: &mut PublishingSettings| {}, &[])]
#[case(|s: &mut PublishingSettings| s.windows.clear(), &["publish_time_slots"])]
#[case(|s: &mut PublishingSettings| s.windows = vec![Window { start: 600, end: 600 }], &["publish_time_slots"])]
#[case(|s: &mut PublishingSettings| s.windows = vec![Window { start: 22 * 60, end: 26 * 60 }], &["publish_time_slots"])]
#[case(|s: &mut PublishingSettings| s.windows = vec![Window { start: 0, end: 700 }, Window { start: 600, end: 1440 }], &["publish_time_slots"])]
#[case(|s: &mut PublishingSettings| s.windows = vec![Window { start: 600, end: 1440 }, Window { start: 0, end: 600 }], &[])]
#[case(|s: &mut PublishingSettings| s.days = DaySet::NONE, &["publish_days"])]
#[case(|s: &mut PublishingSettings| s.min_gap = 20_000, &["min_gap_minutes"])]
#[case(|s: &mut PublishingSettings| s.blackout = vec![(date(2026, 2, 2), date(2026, 2, 1))], &["blackout_dates"])]
fn faults(#[case] change: fn(&mut PublishingSettings), #[case] expected: &[&str]) {
    let mut settings = PublishingSettings::default();
    change(&mut settings);
    assert_eq!(settings.faults().iter().map(|fault| fault.field).collect::<Vec<_>>(), expected);
}

/// At two in the morning there is no such hour in March and there are two in October.
#[test]
fn the_clocks_change() {
    let settings = PublishingSettings {
        windows: vec![Window { start: 120, end: 180 }],
        daily_limit: Some(4),
        weekly_limit: None,
        monthly_limit: None,
        zone: zone("Europe/Berlin"),
        ..PublishingSettings::default()
    };
    let of = |day: Date| {
        let from = settings.zone.to_timestamp(day.at(0, 0, 0, 0)).unwrap();
        plan(&settings, &mut Taken::default(), from, 4)
            .into_iter()
            .map(|it| it.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(of(date(2026, 3, 29))[0], "2026-03-30T00:00:00Z", "nothing on the day without that hour");
    let autumn = of(date(2026, 10, 25));
    assert_eq!(autumn[..2], ["2026-10-25T00:00:00Z", "2026-10-25T00:15:00Z"]);
    assert_eq!(autumn.iter().collect::<BTreeSet<_>>().len(), 4);
}

#[test]
fn why_it_is_then() {
    let settings = PublishingSettings {
        days: weekdays(),
        blackout: vec![(date(2026, 11, 24), date(2026, 11, 25))],
        daily_limit: Some(1),
        weekly_limit: Some(2),
        ..PublishingSettings::default()
    };
    let taken = Taken::of(&settings, [at("2026-11-23T09:00:00Z"), at("2026-11-26T09:00:00Z")]);
    let (slot, reasons) = explain_next_slot(&settings, &taken, at("2026-11-23T08:00:00Z"));
    assert_eq!(slot, Ok(at("2026-11-30T09:00:00Z")));
    let reasons: Vec<_> = reasons.iter().map(ToString::to_string).collect();
    assert_eq!(
        reasons,
        [
            "2026-11-23: the week is full, 2 are the limit",
            "2026-11-24 to 2026-11-25: a blackout date",
            "2026-11-26 to 2026-11-27: the week is full, 2 are the limit",
            "2026-11-28 to 2026-11-29: not a publishing day",
        ]
    );
}

fn weekdays() -> DaySet {
    Weekday::Monday.cycle_forward().take(5).fold(DaySet::NONE, DaySet::with)
}

#[rstest]
#[case::on_time(&[(0, DueKind::Exact), (0, DueKind::Exact), (1, DueKind::Slot)], None, &[0, 1, 2], &[])]
#[case::not_yet(&[(-5, DueKind::Exact)], None, &[], &[])]
#[case::after_an_outage(&[(600, DueKind::Exact), (500, DueKind::Slot), (400, DueKind::Exact), (1, DueKind::Exact)], None, &[0, 3], &[1])]
#[case::one_per_gap(&[(600, DueKind::Exact)], Some(9), &[], &[])]
#[case::the_gap_is_over(&[(600, DueKind::Exact)], Some(10), &[0], &[])]
fn released(
    #[case] due: &[(i64, DueKind)],
    #[case] last: Option<i64>,
    #[case] go: &[i64],
    #[case] anew: &[i64],
) {
    let now = at("2026-11-25T12:00:00Z");
    let ago = |minutes: i64| now - SignedDuration::from_mins(minutes);
    let due: Vec<Due> = (0..)
        .zip(due)
        .map(|(id, (late, kind))| Due { content: ContentId::new(id), at: ago(*late), kind: *kind })
        .collect();
    let found = release(&PublishingSettings::default(), &due, last.map(ago), now);
    let ids = |ids: &[i64]| ids.iter().map(|id| ContentId::new(*id)).collect::<Vec<_>>();
    assert_eq!((found.now, found.anew), (ids(go), ids(anew)));
    let paused = PublishingSettings { paused: true, ..PublishingSettings::default() };
    assert_eq!(release(&paused, &due, None, now), Release::default());
}

fn some_settings() -> impl Strategy<Value = PublishingSettings> {
    let zones = prop::sample::select(vec![
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
    ]);
    let windows = prop::sample::select(vec![
        vec![Window { start: 540, end: 1020 }],
        vec![Window { start: 0, end: 1440 }],
        vec![Window { start: 60, end: 240 }, Window { start: 1200, end: 1440 }],
        vec![Window { start: 150, end: 151 }],
    ]);
    let limit = |most: u32| prop::option::of(1..=most);
    (zones, windows, limit(12), limit(30), limit(80), 1_u8..128, 0_u32..180, 0_i64..300).prop_map(
        |(name, windows, daily_limit, weekly_limit, monthly_limit, days, min_gap, black)| {
            let first = date(2026, 1, 1).saturating_add(black.days());
            PublishingSettings {
                zone: zone(name),
                windows,
                daily_limit,
                weekly_limit,
                monthly_limit,
                days: Weekday::Monday
                    .cycle_forward()
                    .take(7)
                    .filter(|day| days & (1 << day.to_monday_zero_offset()) != 0)
                    .fold(DaySet::NONE, DaySet::with),
                min_gap,
                blackout: vec![(first, first.saturating_add(9.days()))],
                ..PublishingSettings::default()
            }
        },
    )
}

fn check_all(settings: &PublishingSettings, slots: &[Timestamp]) -> Result<(), TestCaseError> {
    let (mut days, mut weeks, mut months) = (HashMap::new(), HashMap::new(), HashMap::new());
    let sorted: BTreeSet<_> = slots.iter().copied().collect();
    prop_assert_eq!(sorted.len(), slots.len(), "each slot once");
    for slot in slots {
        let shown = settings.zone.to_datetime(*slot);
        let minute = u32::try_from(shown.hour()).unwrap() * 60 + u32::try_from(shown.minute()).unwrap();
        prop_assert!(
            settings.windows.iter().any(|it| (it.start..it.end).contains(&minute)),
            "{shown} in no window"
        );
        prop_assert!(
            settings.days.has(shown.date().weekday()) && !settings.is_blacked_out(shown.date()),
            "{shown}"
        );
        *days.entry(shown.date()).or_insert(0_u32) += 1;
        *weeks.entry(settings.week_of(shown.date())).or_insert(0_u32) += 1;
        *months.entry(shown.date().first_of_month()).or_insert(0_u32) += 1;
    }
    let holds = |counts: &HashMap<Date, u32>, limit: Option<u32>| {
        limit.is_none_or(|limit| counts.values().all(|count| *count <= limit))
    };
    prop_assert!(holds(&days, settings.daily_limit), "daily limit");
    prop_assert!(holds(&weeks, settings.weekly_limit), "weekly limit");
    prop_assert!(holds(&months, settings.monthly_limit), "monthly limit");
    let gap = SignedDuration::from_mins(i64::from(settings.min_gap.max(1)));
    let apart = sorted.iter().zip(sorted.iter().skip(1)).all(|(one, next)| next.duration_since(*one) >= gap);
    prop_assert!(apart, "gap");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// A whole year with both changes of the clocks, filled one after the other.
    #[test]
    fn a_year_keeps_every_rule(settings in some_settings()) {
        let mut taken = Taken::default();
        let planned = plan(&settings, &mut taken, at("2026-01-01T00:00:00Z"), 300);
        prop_assert!(planned.windows(2).all(|pair| pair[0] < pair[1]));
        check_all(&settings, &planned)?;
    }

    /// However long nothing ran: never two of the late in one gap, and in the end everything has gone out.
    #[test]
    fn an_outage_makes_no_burst(minutes in prop::collection::vec((0_i64..2_000, any::<bool>()), 1..30), outage in 0_i64..3_000, gap in 1_u32..60) {
        let settings = PublishingSettings { min_gap: gap, daily_limit: Some(100), weekly_limit: None, monthly_limit: None, windows: vec![Window { start: 0, end: 1440 }], ..PublishingSettings::default() };
        let begin = at("2026-11-02T00:00:00Z");
        let mut waiting: Vec<Due> = (0..).zip(minutes).map(|(id, (minute, exact))| Due {
            content: ContentId::new(id), at: begin + SignedDuration::from_mins(minute), kind: if exact { DueKind::Exact } else { DueKind::Slot },
        }).collect();
        waiting.sort_by_key(|due| due.at);
        let mut now = begin + SignedDuration::from_mins(outage);
        let mut last: Option<Timestamp> = None;
        for _ in 0..40_000 {
            if waiting.is_empty() { break; }
            let found = release(&settings, &waiting, last, now);
            let late = waiting.iter().filter(|due| found.now.contains(&due.content) && now.duration_since(due.at) > ON_TIME).count();
            prop_assert!(late <= 1);
            if late == 1 {
                prop_assert!(last.is_none_or(|last| now.duration_since(last) >= SignedDuration::from_mins(i64::from(gap))));
            }
            if !found.now.is_empty() { last = Some(now); }
            waiting.retain(|due| !found.now.contains(&due.content));
            let mut taken = Taken::of(&settings, waiting.iter().filter(|due| due.kind == DueKind::Slot && due.at > now).map(|due| due.at));
            for due in waiting.iter_mut().filter(|due| found.anew.contains(&due.content)) {
                due.at = next_free_slot(&settings, &taken, now).unwrap();
                taken.add(&settings, due.at);
            }
            now += SignedDuration::from_mins(1);
        }
        prop_assert!(waiting.is_empty(), "everything goes out in the end");
    }
}
