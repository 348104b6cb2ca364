use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
};

use super::{
    blackout::DateRange,
    calendar::Calendar,
    limits::Limits,
    settings::PublishingSettings,
    time_of_day::{TimeOfDay, TimeWindow},
    weekday::{Weekday, Weekdays},
};

/// A site's settings, checked and made ready to compute with.
#[derive(Clone, Debug)]
pub struct Timetable {
    pub(super) calendar: Calendar,
    pub(super) limits: Limits,
    pub(super) publish_days: Weekdays,
    /// Sorted.
    pub(super) windows: Vec<TimeWindow>,
    /// The slots of any day, by the clock on the wall, each with the window it is in; sorted.
    pub(super) slots: Vec<(TimeOfDay, TimeWindow)>,
    pub(super) min_gap: SignedDuration,
    /// Sorted by the first date; each with the last date of all up to it, so that one look-up is enough.
    blackouts: Vec<DateRange>,
    pub(super) is_paused: bool,
}

impl Timetable {
    pub(super) fn new(settings: &PublishingSettings, zone: jiff::tz::TimeZone) -> Self {
        let mut windows = settings.publish_time_slots.clone();
        windows.sort_unstable();
        Self {
            calendar: Calendar { zone, week_starts_on: settings.week_starts_on },
            limits: settings.limits(),
            publish_days: settings.publish_days,
            slots: spread(&windows, settings.daily_limit, settings.min_gap),
            windows,
            min_gap: SignedDuration::from_mins(settings.min_gap.into()),
            blackouts: covering(&settings.blackout_dates),
            is_paused: settings.paused,
        }
    }

    /// What the clocks at the site show at this moment.
    pub fn local(&self, at: Timestamp) -> DateTime {
        self.calendar.local(at)
    }

    /// When the clocks at the site show this minute. One they skip is the first moment after the skip; of one they show twice it
    /// is the first.
    pub fn instant(&self, local: DateTime) -> Option<Timestamp> {
        self.calendar.instant(local.date(), TimeOfDay::of(local))
    }

    /// The IANA name of the site's zone.
    pub fn zone_name(&self) -> &str {
        self.calendar.zone.iana_name().unwrap_or("UTC")
    }

    /// The window that is open at this moment, on whatever day.
    pub(super) fn window_at(&self, at: Timestamp) -> Option<TimeWindow> {
        let time = TimeOfDay::of(self.local(at));
        self.windows.iter().copied().find(|window| window.contains(time))
    }

    pub(super) fn is_publish_day(&self, date: Date) -> bool {
        self.publish_days.contains(Weekday::from(date.weekday()))
    }

    pub(super) fn is_blackout(&self, date: Date) -> bool {
        let begun = self.blackouts.partition_point(|range| range.first <= date);
        begun > 0 && self.blackouts[begun - 1].contains(date)
    }
}

/// The windows' open time in even steps, one for each item of a day, no shorter than the gap; whole minutes, which people read.
fn spread(windows: &[TimeWindow], daily_limit: Option<u32>, min_gap: u32) -> Vec<(TimeOfDay, TimeWindow)> {
    let open: u32 = windows.iter().map(|window| u32::from(window.minutes())).sum();
    let most = daily_limit.unwrap_or(u32::MAX);
    let step = open.checked_div(most).unwrap_or(0).max(min_gap).max(1);
    let mut slots: Vec<(TimeOfDay, TimeWindow)> = Vec::new();
    let mut opened = 0;
    for window in windows {
        let closed = opened + u32::from(window.minutes());
        // The first step that is not in an earlier window.
        let first = opened.next_multiple_of(step);
        for minute in (first..closed).step_by(step as usize) {
            let of_day = u32::from(window.start.minutes()) + minute - opened;
            let time = u16::try_from(of_day).ok().and_then(TimeOfDay::from_minutes);
            slots.extend(time.map(|time| (time, *window)));
        }
        opened = closed;
    }
    slots.truncate(most as usize);
    slots
}

/// Sorted, and each as long as the longest that begins before it.
fn covering(ranges: &[DateRange]) -> Vec<DateRange> {
    let mut ranges = ranges.to_vec();
    ranges.sort_unstable();
    let mut last = Date::MIN;
    for range in &mut ranges {
        last = last.max(range.last);
        range.last = last;
    }
    ranges
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

    #[rstest]
    #[case(&["09:00-17:00"], Some(5), 10, "09:00 10:36 12:12 13:48 15:24")]
    #[case(&["09:00-17:00"], Some(1), 10, "09:00")]
    #[case(&["09:00-17:00"], Some(0), 10, "")]
    #[case(&["09:00-10:00", "15:00-16:00"], Some(5), 10, "09:00 09:24 09:48 15:12 15:36")]
    #[case(&["09:00-10:00"], None, 20, "09:00 09:20 09:40")]
    #[case(&["09:00-10:00"], Some(100), 20, "09:00 09:20 09:40")]
    #[case(&["09:00-10:00"], Some(7), 1, "09:00 09:08 09:16 09:24 09:32 09:40 09:48")]
    #[case(&["09:00-17:00"], Some(5), 1440, "09:00")]
    #[case(&["09:00-09:05", "09:06-09:20", "23:59-24:00"], None, 10, "09:00 09:11")]
    #[case(&["22:00-24:00"], Some(2), 10, "22:00 23:00")]
    #[case(&[], Some(5), 10, "")]
    fn slots_are_spread_over_the_windows(
        #[case] windows: &[&str],
        #[case] daily_limit: Option<u32>,
        #[case] min_gap: u32,
        #[case] expected: &str,
    ) {
        let windows: Vec<_> = windows.iter().map(|text| window(text)).collect();
        let slots = spread(&windows, daily_limit, min_gap);
        assert!(slots.iter().all(|(time, window)| window.contains(*time)));
        let times: Vec<_> = slots.iter().map(|(time, _)| time.to_string()).collect();
        assert_eq!(times.join(" "), expected);
    }

    #[test]
    fn a_long_blackout_covers_what_short_ones_in_it_leave() {
        let blackout_dates = vec![
            DateRange::single(date(2026, 12, 25)),
            DateRange { first: date(2026, 12, 20), last: date(2026, 12, 31) },
        ];
        let timetable =
            PublishingSettings { blackout_dates, ..PublishingSettings::default() }.check().unwrap();
        let days = [(19, false), (20, true), (25, true), (26, true), (31, true)];
        for (day, expected) in days {
            assert_eq!(timetable.is_blackout(date(2026, 12, day)), expected, "{day}");
        }
        assert!(!timetable.is_blackout(date(2027, 1, 1)));
    }
}
