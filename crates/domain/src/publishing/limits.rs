use crate::text_enum::text_enum;

text_enum! {
    /// What a limit is about, in the calendar of the site's zone.
    Period {
        Day = "day",
        Week = "week",
        Month = "month",
    }
}

impl Period {
    /// The minutes of the longest one.
    pub(super) const fn minutes(self) -> u32 {
        let days = match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 31,
        };
        days * 24 * 60
    }
}

/// At most so many in each calendar period; none is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub daily: Option<u32>,
    pub weekly: Option<u32>,
    pub monthly: Option<u32>,
}

impl Limits {
    /// The limit of one kind of period.
    pub const fn of(&self, period: Period) -> Option<u32> {
        match period {
            Period::Day => self.daily,
            Period::Week => self.weekly,
            Period::Month => self.monthly,
        }
    }

    /// The longest period in which nothing at all is allowed.
    pub fn zero(&self) -> Option<Period> {
        [Period::Month, Period::Week, Period::Day].into_iter().find(|period| self.of(*period) == Some(0))
    }
}
