use jiff::tz::TimeZone;

use super::{
    blackout::DateRange,
    limits::{Limits, Period},
    time_of_day::{TimeOfDay, TimeWindow},
    timetable::Timetable,
    weekday::{Weekday, Weekdays},
};

/// How a site wants its content to go out, as a person entered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishingSettings {
    /// What was written needs nobody's approval.
    pub auto_approval_enabled: bool,
    /// What is approved gets the next free slot by itself.
    pub auto_publish_enabled: bool,
    /// At most so many a day; none is no limit.
    pub daily_limit: Option<u32>,
    /// At most so many a week; none is no limit.
    pub weekly_limit: Option<u32>,
    /// At most so many a month; none is no limit.
    pub monthly_limit: Option<u32>,
    /// Nothing goes into a slot on other days.
    pub publish_days: Weekdays,
    /// Nothing goes into a slot at other local times.
    pub publish_time_slots: Vec<TimeWindow>,
    /// The zone of all days and times here, by its IANA name.
    pub time_zone: String,
    pub week_starts_on: Weekday,
    /// Minutes between two items.
    pub min_gap: u32,
    /// Local dates without publishing.
    pub blackout_dates: Vec<DateRange>,
    /// Nothing at all goes out.
    pub paused: bool,
}

impl Default for PublishingSettings {
    fn default() -> Self {
        let office_hours = TimeOfDay::new(9, 0).zip(TimeOfDay::new(17, 0));
        Self {
            auto_approval_enabled: false,
            auto_publish_enabled: false,
            daily_limit: Some(5),
            weekly_limit: Some(20),
            monthly_limit: Some(60),
            publish_days: Weekdays::ALL,
            publish_time_slots: office_hours
                .map(|(start, end)| TimeWindow { start, end })
                .into_iter()
                .collect(),
            time_zone: "UTC".to_owned(),
            week_starts_on: Weekday::Monday,
            min_gap: 10,
            blackout_dates: Vec::new(),
            paused: false,
        }
    }
}

/// Two items never go out in the same minute, and every slot is on a minute.
const LEAST_GAP: u32 = 1;
/// A day between two items; whoever wants less often has limits and days for it.
const GREATEST_GAP: u32 = 24 * 60;
/// One for each half hour.
const MAX_WINDOWS: usize = 48;
/// As many as a year has days.
const MAX_BLACKOUTS: usize = 366;

/// Something wrong with the settings, and with which field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsFault {
    /// A JSON pointer, such as `/publish_time_slots/0/end`.
    pub pointer: String,
    pub problem: SettingsProblem,
}

/// What is wrong with a field of the settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsProblem {
    #[error("must be the name of a time zone, such as Europe/Berlin or UTC")]
    UnknownTimeZone,
    #[error("must be from {LEAST_GAP} to {GREATEST_GAP} minutes")]
    GapOutOfBounds,
    #[error("may be {max} at most: with a minute between two items no more fit into a {period}")]
    LimitTooHigh { period: Period, max: u32 },
    #[error("must be later than the start; for a window of a whole day enter 00:00 to 24:00")]
    EmptyWindow,
    #[error("must be before 24:00; a window that begins with the next day begins at 00:00")]
    StartsAtMidnight,
    #[error("may not be after midnight: split this window into {start}-24:00 and 00:00-{end}")]
    OverMidnight { start: TimeOfDay, end: TimeOfDay },
    #[error("is the start of the day: enter 24:00 for the end of it")]
    EndsAtMidnight,
    #[error(
        "may not overlap the window {other}: make one window of both, or end one before the other starts"
    )]
    Overlap { other: TimeWindow },
    #[error("may have {max} entries at most, but has {len}")]
    TooMany { len: usize, max: usize },
    #[error("may not be before the first date")]
    BackwardRange,
}

impl SettingsProblem {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownTimeZone => "unknown_time_zone",
            Self::GapOutOfBounds => "gap_out_of_bounds",
            Self::LimitTooHigh { .. } => "limit_too_high",
            Self::EmptyWindow => "window_is_empty",
            Self::StartsAtMidnight => "window_starts_at_midnight",
            Self::OverMidnight { .. } => "window_over_midnight",
            Self::EndsAtMidnight => "window_ends_at_midnight",
            Self::Overlap { .. } => "windows_overlap",
            Self::TooMany { .. } => "too_many",
            Self::BackwardRange => "range_is_backward",
        }
    }
}

impl PublishingSettings {
    /// All that is wrong with them, or what to compute with.
    pub fn check(&self) -> Result<Timetable, Vec<SettingsFault>> {
        let mut faults = Vec::new();
        self.check_limits(&mut faults);
        self.check_windows(&mut faults);
        if !(LEAST_GAP..=GREATEST_GAP).contains(&self.min_gap) {
            faults.push(fault("/min_gap", SettingsProblem::GapOutOfBounds));
        }
        self.check_blackouts(&mut faults);
        match known_zone(&self.time_zone) {
            Some(zone) if faults.is_empty() => Ok(Timetable::new(self, zone)),
            Some(_) => Err(faults),
            None => {
                faults.push(fault("/time_zone", SettingsProblem::UnknownTimeZone));
                Err(faults)
            }
        }
    }

    /// The three limits as one.
    pub const fn limits(&self) -> Limits {
        Limits { daily: self.daily_limit, weekly: self.weekly_limit, monthly: self.monthly_limit }
    }

    fn check_limits(&self, faults: &mut Vec<SettingsFault>) {
        let fields = [
            ("/daily_limit", Period::Day),
            ("/weekly_limit", Period::Week),
            ("/monthly_limit", Period::Month),
        ];
        for (pointer, period) in fields {
            let max = period.minutes();
            if self.limits().of(period).is_some_and(|limit| limit > max) {
                faults.push(fault(pointer, SettingsProblem::LimitTooHigh { period, max }));
            }
        }
    }

    fn check_windows(&self, faults: &mut Vec<SettingsFault>) {
        let windows = &self.publish_time_slots;
        if windows.len() > MAX_WINDOWS {
            let problem = SettingsProblem::TooMany { len: windows.len(), max: MAX_WINDOWS };
            return faults.push(fault("/publish_time_slots", problem));
        }
        for (index, window) in windows.iter().enumerate() {
            if let Some((field, problem)) = window_problem(*window) {
                faults.push(fault(format!("/publish_time_slots/{index}/{field}"), problem));
            } else if let Some(other) = windows[..index].iter().find(|other| other.overlaps(*window)) {
                let problem = SettingsProblem::Overlap { other: *other };
                faults.push(fault(format!("/publish_time_slots/{index}"), problem));
            }
        }
    }

    fn check_blackouts(&self, faults: &mut Vec<SettingsFault>) {
        let len = self.blackout_dates.len();
        if len > MAX_BLACKOUTS {
            return faults
                .push(fault("/blackout_dates", SettingsProblem::TooMany { len, max: MAX_BLACKOUTS }));
        }
        for (index, range) in self.blackout_dates.iter().enumerate() {
            if range.last < range.first {
                faults.push(fault(format!("/blackout_dates/{index}/last"), SettingsProblem::BackwardRange));
            }
        }
    }
}

fn fault(pointer: impl Into<String>, problem: SettingsProblem) -> SettingsFault {
    SettingsFault { pointer: pointer.into(), problem }
}

fn window_problem(TimeWindow { start, end }: TimeWindow) -> Option<(&'static str, SettingsProblem)> {
    if start == TimeOfDay::END {
        Some(("start", SettingsProblem::StartsAtMidnight))
    } else if start == end {
        Some(("end", SettingsProblem::EmptyWindow))
    } else if end == TimeOfDay::START {
        Some(("end", SettingsProblem::EndsAtMidnight))
    } else if end < start {
        Some(("end", SettingsProblem::OverMidnight { start, end }))
    } else {
        None
    }
}

fn known_zone(name: &str) -> Option<TimeZone> {
    let zone = TimeZone::get(name).ok()?;
    (!zone.is_unknown() && zone.iana_name().is_some()).then_some(zone)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;

    fn window(text: &str) -> TimeWindow {
        let (start, end) = text.split_once('-').unwrap();
        TimeWindow { start: start.parse().unwrap(), end: end.parse().unwrap() }
    }

    fn faults(settings: &PublishingSettings) -> Vec<(String, &'static str)> {
        let faults = settings.check().err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.pointer, fault.problem.code())).collect()
    }

    #[test]
    fn the_defaults_are_fine() {
        let settings = PublishingSettings::default();
        assert_eq!(faults(&settings), []);
        assert_eq!(settings.publish_time_slots, [window("09:00-17:00")]);
    }

    #[rstest]
    #[case(&["00:00-24:00"], &[])]
    #[case(&["13:00-15:00", "09:00-13:00", "15:00-24:00"], &[])]
    #[case(&[], &[])]
    #[case(&["09:00-09:00"], &[("/publish_time_slots/0/end", "window_is_empty")])]
    #[case(&["09:00-10:00", "22:00-02:00"], &[("/publish_time_slots/1/end", "window_over_midnight")])]
    #[case(&["22:00-00:00"], &[("/publish_time_slots/0/end", "window_ends_at_midnight")])]
    #[case(&["24:00-24:00"], &[("/publish_time_slots/0/start", "window_starts_at_midnight")])]
    #[case(&["09:00-12:00", "11:59-13:00"], &[("/publish_time_slots/1", "windows_overlap")])]
    #[case(&["09:00-12:00", "09:00-12:00"], &[("/publish_time_slots/1", "windows_overlap")])]
    #[case(&["09:00-12:00"; 49], &[("/publish_time_slots", "too_many")])]
    fn windows_are_separate_and_within_a_day(#[case] windows: &[&str], #[case] expected: &[(&str, &str)]) {
        let publish_time_slots = windows.iter().map(|text| window(text)).collect();
        let settings = PublishingSettings { publish_time_slots, ..PublishingSettings::default() };
        let expected: Vec<_> =
            expected.iter().map(|(pointer, code)| ((*pointer).to_owned(), *code)).collect();
        assert_eq!(faults(&settings), expected);
    }

    #[test]
    fn a_window_over_midnight_is_refused_with_how_to_split_it() {
        let (_, problem) = window_problem(window("22:00-02:00")).unwrap();
        assert_eq!(
            problem.to_string(),
            "may not be after midnight: split this window into 22:00-24:00 and 00:00-02:00"
        );
    }

    #[rstest]
    #[case("Europe/Berlin", true)]
    #[case("Australia/Lord_Howe", true)]
    #[case("UTC", true)]
    #[case("Europe/Atlantis", false)]
    #[case("Etc/Unknown", false)]
    #[case("+02:00", false)]
    #[case("../../etc/passwd", false)]
    #[case("", false)]
    fn zones(#[case] name: &str, #[case] known: bool) {
        let settings = PublishingSettings { time_zone: name.to_owned(), ..PublishingSettings::default() };
        let expected = if known { vec![] } else { vec![("/time_zone".to_owned(), "unknown_time_zone")] };
        assert_eq!(faults(&settings), expected);
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let settings = PublishingSettings {
            daily_limit: Some(1441),
            weekly_limit: Some(0),
            monthly_limit: None,
            min_gap: 0,
            blackout_dates: vec![DateRange { first: date(2026, 12, 24), last: date(2026, 12, 23) }],
            time_zone: "Mars".to_owned(),
            ..PublishingSettings::default()
        };
        let codes: Vec<_> =
            faults(&settings).into_iter().map(|(pointer, code)| format!("{pointer} {code}")).collect();
        assert_eq!(
            codes,
            [
                "/daily_limit limit_too_high",
                "/min_gap gap_out_of_bounds",
                "/blackout_dates/0/last range_is_backward",
                "/time_zone unknown_time_zone",
            ]
        );
    }
}
