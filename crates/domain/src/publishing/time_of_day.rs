use std::{fmt, str::FromStr};

use jiff::civil::{DateTime, Time};

/// A local time to the minute, from 00:00 up to 24:00, the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// The start of the day.
    pub const START: Self = Self(0);
    /// 24:00, the end of the day.
    pub const END: Self = Self(24 * 60);

    /// At this hour and minute, if a day has it.
    pub const fn new(hour: u16, minute: u16) -> Option<Self> {
        if minute < 60 && (hour < 24 || (hour == 24 && minute == 0)) {
            Some(Self(hour * 60 + minute))
        } else {
            None
        }
    }

    /// So many minutes after 00:00 by the clock on the wall, if a day has as many.
    pub const fn from_minutes(minutes: u16) -> Option<Self> {
        if minutes <= Self::END.0 { Some(Self(minutes)) } else { None }
    }

    /// Minutes since 00:00 by the clock on the wall.
    pub const fn minutes(self) -> u16 {
        self.0
    }

    /// The minute a local time is in.
    pub(super) fn of(local: DateTime) -> Self {
        let part = |number: i8| u16::from(number.unsigned_abs());
        Self(part(local.hour()) * 60 + part(local.minute()))
    }

    /// As a time of jiff, which has no 24:00.
    pub(super) fn to_time(self) -> Option<Time> {
        let (hour, minute) = (i8::try_from(self.0 / 60).ok()?, i8::try_from(self.0 % 60).ok()?);
        Time::new(hour, minute, 0, 0).ok()
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl FromStr for TimeOfDay {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let two_digits = |part: &str| {
            let fine = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            if fine { part.parse().map_err(|_| InvalidTime) } else { Err(InvalidTime) }
        };
        let (hour, minute) = text.split_once(':').ok_or(InvalidTime)?;
        Self::new(two_digits(hour)?, two_digits(minute)?).ok_or(InvalidTime)
    }
}

/// The text is no local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a time of day with two digits each, from 00:00 to 24:00, such as 09:30")]
pub struct InvalidTime;

/// Open from its start until before its end, by the clock on the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeWindow {
    pub start: TimeOfDay,
    pub end: TimeOfDay,
}

impl TimeWindow {
    /// The whole day.
    pub const ALL_DAY: Self = Self { start: TimeOfDay::START, end: TimeOfDay::END };

    /// Is it open at this time?
    pub fn contains(self, time: TimeOfDay) -> bool {
        self.start <= time && time < self.end
    }

    /// Is there a time at which both are open?
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    pub(super) fn minutes(self) -> u16 {
        self.end.0.saturating_sub(self.start.0)
    }
}

impl fmt::Display for TimeWindow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("00:00", Some(0))]
    #[case("09:30", Some(570))]
    #[case("23:59", Some(1439))]
    #[case("24:00", Some(1440))]
    #[case("24:01", None)]
    #[case("25:00", None)]
    #[case("09:60", None)]
    #[case("9:30", None)]
    #[case("+9:30", None)]
    #[case("09:30:00", None)]
    #[case("0930", None)]
    #[case("", None)]
    fn times(#[case] text: &str, #[case] minutes: Option<u16>) {
        let time = text.parse::<TimeOfDay>().ok();
        assert_eq!(time.map(TimeOfDay::minutes), minutes);
        assert!(time.is_none_or(|time| time.to_string() == text));
    }

    #[test]
    fn a_window_ends_before_its_end_and_touching_ones_do_not_overlap() {
        let window =
            |start: &str, end: &str| TimeWindow { start: start.parse().unwrap(), end: end.parse().unwrap() };
        let morning = window("09:00", "12:00");
        assert!(morning.contains("09:00".parse().unwrap()) && !morning.contains("12:00".parse().unwrap()));
        assert!(!morning.overlaps(window("12:00", "24:00")));
        assert!(morning.overlaps(window("11:59", "24:00")) && TimeWindow::ALL_DAY.overlaps(morning));
        assert_eq!(morning.to_string(), "09:00-12:00");
    }
}
