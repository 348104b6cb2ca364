use std::fmt;

use jiff::civil::Date;

/// Local dates from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateRange {
    pub first: Date,
    pub last: Date,
}

impl DateRange {
    /// A single date.
    pub const fn single(date: Date) -> Self {
        Self { first: date, last: date }
    }

    /// Is it one date only?
    pub fn is_single(self) -> bool {
        self.first == self.last
    }

    /// Is the date in it?
    pub fn contains(self, date: Date) -> bool {
        self.first <= date && date <= self.last
    }
}

impl fmt::Display for DateRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_single() {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{} to {}", self.first, self.last)
        }
    }
}
