use std::fmt;

use crate::text_enum::text_enum;

text_enum! {
    /// A day of the week, by the name it has in JSON and in the database.
    Weekday {
        Monday = "monday",
        Tuesday = "tuesday",
        Wednesday = "wednesday",
        Thursday = "thursday",
        Friday = "friday",
        Saturday = "saturday",
        Sunday = "sunday",
    }
}

impl From<jiff::civil::Weekday> for Weekday {
    fn from(day: jiff::civil::Weekday) -> Self {
        match day {
            jiff::civil::Weekday::Monday => Self::Monday,
            jiff::civil::Weekday::Tuesday => Self::Tuesday,
            jiff::civil::Weekday::Wednesday => Self::Wednesday,
            jiff::civil::Weekday::Thursday => Self::Thursday,
            jiff::civil::Weekday::Friday => Self::Friday,
            jiff::civil::Weekday::Saturday => Self::Saturday,
            jiff::civil::Weekday::Sunday => Self::Sunday,
        }
    }
}

impl Weekday {
    /// So many days is this one after `first`, 0 to 6.
    pub(super) const fn days_since(self, first: Self) -> i32 {
        (self as i32 - first as i32).rem_euclid(7)
    }
}

/// A set of days of the week.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Weekdays(u8);

impl Weekdays {
    /// Every day.
    pub const ALL: Self = Self(0b111_1111);
    /// No day.
    pub const NONE: Self = Self(0);

    /// Is this day in it?
    pub const fn contains(self, day: Weekday) -> bool {
        self.0 & (1 << day as u8) != 0
    }

    /// Is no day in it?
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its days, from Monday on.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        Weekday::ALL.iter().copied().filter(move |day| self.contains(*day))
    }
}

impl FromIterator<Weekday> for Weekdays {
    fn from_iter<I: IntoIterator<Item = Weekday>>(days: I) -> Self {
        Self(days.into_iter().fold(0, |set, day| set | 1 << day as u8))
    }
}

impl fmt::Debug for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_put_in() {
        let weekend: Weekdays = [Weekday::Sunday, Weekday::Saturday, Weekday::Sunday].into_iter().collect();
        assert_eq!(weekend.iter().collect::<Vec<_>>(), [Weekday::Saturday, Weekday::Sunday]);
        assert!(!weekend.contains(Weekday::Friday) && !weekend.is_empty());
        assert_eq!(Weekday::ALL.iter().copied().collect::<Weekdays>(), Weekdays::ALL);
        assert!(Weekdays::NONE.is_empty());
    }

    #[test]
    fn days_since_go_round_the_week() {
        assert_eq!(Weekday::Monday.days_since(Weekday::Monday), 0);
        assert_eq!(Weekday::Monday.days_since(Weekday::Sunday), 1);
        assert_eq!(Weekday::Saturday.days_since(Weekday::Sunday), 6);
    }
}
