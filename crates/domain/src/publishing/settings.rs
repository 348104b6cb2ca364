use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

/// When a site's content may go out.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishingSettings {
    /// What is handed in is approved at once.
    pub auto_approval: bool,
    /// What is approved gets the next free slot.
    pub auto_publish: bool,
    /// Posts per calendar day, week and month of the site's zone; `None`: no limit.
    pub daily_limit: Option<u32>,
    pub weekly_limit: Option<u32>,
    pub monthly_limit: Option<u32>,
    pub days: DaySet,
    pub windows: Vec<Window>,
    pub zone: TimeZone,
    pub week_starts_on: Weekday,
    /// Minutes between two posts, at least.
    pub min_gap: u32,
    /// First and last day, both included.
    pub blackout: Vec<(Date, Date)>,
    pub paused: bool,
}

impl Default for PublishingSettings {
    fn default() -> Self {
        Self {
            auto_approval: false,
            auto_publish: false,
            daily_limit: Some(5),
            weekly_limit: Some(20),
            monthly_limit: Some(60),
            days: DaySet::ALL,
            windows: vec![Window { start: 9 * 60, end: 17 * 60 }],
            zone: TimeZone::UTC,
            week_starts_on: Weekday::Monday,
            min_gap: 10,
            blackout: Vec::new(),
            paused: false,
        }
    }
}

/// A part of the day, in minutes since midnight by the site's clocks; `end` is not part of it and may be 24:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub start: u32,
    pub end: u32,
}

/// Some days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaySet(u8);

impl DaySet {
    pub const ALL: Self = Self(0b111_1111);
    pub const NONE: Self = Self(0);

    #[must_use]
    pub fn with(self, day: Weekday) -> Self {
        Self(self.0 | Self::bit(day))
    }

    pub fn has(self, day: Weekday) -> bool {
        self.0 & Self::bit(day) != 0
    }

    fn bit(day: Weekday) -> u8 {
        1 << day.to_monday_zero_offset()
    }
}

/// What is wrong with a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// As the API names it.
    pub field: &'static str,
    pub message: &'static str,
}

const DAY: u32 = 24 * 60;
const LONGEST_GAP: u32 = 7 * DAY;
const MOST_WINDOWS: usize = 24;
const MOST_BLACKOUTS: usize = 366;

impl PublishingSettings {
    /// Everything that is wrong with them.
    pub fn faults(&self) -> Vec<Fault> {
        let mut windows = self.windows.clone();
        windows.sort_by_key(|window| window.start);
        let too_long = |window: &Window| window.start >= window.end || window.end > DAY;
        let checks = [
            (self.windows.is_empty(), "publish_time_slots", "at least one"),
            (self.windows.len() > MOST_WINDOWS, "publish_time_slots", "at most 24"),
            (
                self.windows.iter().any(too_long),
                "publish_time_slots",
                "each ends after it starts and by 24:00; one over midnight has to be split in two",
            ),
            (
                windows.windows(2).any(|pair| pair[0].end > pair[1].start),
                "publish_time_slots",
                "they must not overlap",
            ),
            (self.days == DaySet::NONE, "publish_days", "at least one day"),
            (self.min_gap > LONGEST_GAP, "min_gap_minutes", "at most a week"),
            (self.blackout.len() > MOST_BLACKOUTS, "blackout_dates", "at most 366"),
            (
                self.blackout.iter().any(|(first, last)| first > last),
                "blackout_dates",
                "each ends after it starts",
            ),
        ];
        checks
            .into_iter()
            .filter(|(wrong, ..)| *wrong)
            .map(|(_, field, message)| Fault { field, message })
            .collect()
    }

    pub fn is_blacked_out(&self, date: Date) -> bool {
        self.blackout.iter().any(|(first, last)| (*first..=*last).contains(&date))
    }

    /// First day of the week a day is in.
    pub fn week_of(&self, date: Date) -> Date {
        let since = date.weekday().since(self.week_starts_on);
        date.saturating_sub(jiff::Span::new().days(i64::from(since)))
    }
}
