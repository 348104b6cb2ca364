use std::fmt;

use jiff::ToSpan;
use jiff::civil::Date;

/// Why nothing earlier was possible: for a run of days, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    NoPublishingDay {
        from: Date,
        to: Date,
    },
    Blackout {
        from: Date,
        to: Date,
    },
    DayFull {
        from: Date,
        to: Date,
        limit: u32,
    },
    WeekFull {
        from: Date,
        to: Date,
        limit: u32,
    },
    MonthFull {
        from: Date,
        to: Date,
        limit: u32,
    },
    /// Its slots are taken, over, or too near to others.
    NoSlotLeft {
        from: Date,
        to: Date,
    },
}

impl Reason {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoPublishingDay { .. } => "no_publishing_day",
            Self::Blackout { .. } => "blackout",
            Self::DayFull { .. } => "day_full",
            Self::WeekFull { .. } => "week_full",
            Self::MonthFull { .. } => "month_full",
            Self::NoSlotLeft { .. } => "no_slot_left",
        }
    }

    pub const fn days(&self) -> (Date, Date) {
        match *self {
            Self::NoPublishingDay { from, to }
            | Self::Blackout { from, to }
            | Self::DayFull { from, to, .. }
            | Self::WeekFull { from, to, .. }
            | Self::MonthFull { from, to, .. }
            | Self::NoSlotLeft { from, to } => (from, to),
        }
    }

    /// The same reason, on the day after.
    pub(super) fn goes_on_with(&self, next: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(next)
            && self.days().1.checked_add(1.day()).is_ok_and(|day| day == next.days().0)
    }

    pub(super) fn extend_to(&mut self, next: &Self) {
        let end = next.days().1;
        match self {
            Self::NoPublishingDay { to, .. }
            | Self::Blackout { to, .. }
            | Self::DayFull { to, .. }
            | Self::WeekFull { to, .. }
            | Self::MonthFull { to, .. }
            | Self::NoSlotLeft { to, .. } => *to = end,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = self.days();
        if from == to {
            write!(f, "{from}: ")?;
        } else {
            write!(f, "{from} to {to}: ")?;
        }
        match self {
            Self::NoPublishingDay { .. } => f.write_str("not a publishing day"),
            Self::Blackout { .. } => f.write_str("a blackout date"),
            Self::DayFull { limit, .. } => write!(f, "full, {limit} a day are the limit"),
            Self::WeekFull { limit, .. } => write!(f, "the week is full, {limit} are the limit"),
            Self::MonthFull { limit, .. } => write!(f, "the month is full, {limit} are the limit"),
            Self::NoSlotLeft { .. } => f.write_str("every slot is taken, over, or too near to another post"),
        }
    }
}
