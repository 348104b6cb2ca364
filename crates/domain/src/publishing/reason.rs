use std::fmt;

use jiff::civil::{Date, DateTime};

use super::{blackout::DateRange, limits::Period, obstacle::Full, slots::NoSlot, time_of_day::TimeWindow};

/// One step of an explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// With these settings no day ever has a slot.
    Stopped(NoSlot),
    NotPublishingDays(DateRange),
    Blackout(DateRange),
    /// One or more days, weeks or months with as many in each.
    Full {
        period: Period,
        days: DateRange,
        taken: u32,
        limit: u32,
    },
    /// There was no slot left on the first day.
    DayOver(Date),
    /// Something is at or near every slot.
    Crowded {
        days: DateRange,
        min_gap_minutes: i64,
    },
    /// All windows are in an hour that is skipped.
    ClocksSkipWindows(Date),
    /// More days, for reasons like those around.
    More(DateRange),
    /// The answer: nothing earlier was free.
    FirstFree {
        local: DateTime,
        window: TimeWindow,
        zone: String,
    },
    /// This one is free by now; it was not when the item got its slot.
    EarlierFree {
        local: DateTime,
    },
    /// The answer: the item stays where it is.
    Kept {
        local: DateTime,
        zone: String,
    },
    /// The answer: with the present settings and calendar it would not get this time.
    NotASlot {
        local: DateTime,
        zone: String,
    },
}

impl Reason {
    /// A limit that is reached, for all the days it is about.
    pub(super) fn full(full: Full, last_day: Date) -> Self {
        let Full { period, first_day, taken, limit } = full;
        Self::Full { period, days: DateRange { first: first_day, last: last_day }, taken, limit }
    }

    pub const fn code(&self) -> &'static str {
        match self {
            Self::Stopped(no_slot) => no_slot.code(),
            Self::NotPublishingDays(_) => "not_a_publishing_day",
            Self::Blackout(_) => "blackout",
            Self::Full { period, .. } => match period {
                Period::Day => "day_full",
                Period::Week => "week_full",
                Period::Month => "month_full",
            },
            Self::DayOver(_) => "day_over",
            Self::Crowded { .. } => "too_near",
            Self::ClocksSkipWindows(_) => "clocks_skip_windows",
            Self::More(_) => "more_days",
            Self::FirstFree { .. } => "first_free",
            Self::EarlierFree { .. } => "earlier_is_free",
            Self::Kept { .. } => "kept",
            Self::NotASlot { .. } => "not_a_slot",
        }
    }

    /// The days it is about.
    pub(super) const fn days(&self) -> Option<DateRange> {
        match self {
            Self::NotPublishingDays(days)
            | Self::Blackout(days)
            | Self::More(days)
            | Self::Full { days, .. }
            | Self::Crowded { days, .. } => Some(*days),
            Self::DayOver(date) | Self::ClocksSkipWindows(date) => Some(DateRange::single(*date)),
            Self::Stopped(_)
            | Self::FirstFree { .. }
            | Self::EarlierFree { .. }
            | Self::Kept { .. }
            | Self::NotASlot { .. } => None,
        }
    }

    /// Makes this and the next one of the same kind into one, if no day is between them.
    pub(super) fn absorb(&mut self, next: &Self) -> bool {
        let Some(theirs) = next.days() else { return false };
        let mut moved = self.clone();
        let Some(ours) = moved.run_mut().map(|run| std::mem::replace(run, theirs)) else { return false };
        if moved != *next || ours.last.tomorrow().ok() != Some(theirs.first) {
            return false;
        }
        if let Some(run) = self.run_mut() {
            run.last = theirs.last;
        }
        true
    }

    /// The days, where it may be about several.
    const fn run_mut(&mut self) -> Option<&mut DateRange> {
        match self {
            Self::NotPublishingDays(days)
            | Self::Blackout(days)
            | Self::Full { days, .. }
            | Self::Crowded { days, .. } => Some(days),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped(no_slot) => f.write_str(no_slot.to_string().trim_end_matches('.')),
            Self::NotPublishingDays(days) if days.is_single() => write!(f, "{days} is not a publishing day"),
            Self::NotPublishingDays(days) => write!(f, "{days} are not publishing days"),
            Self::Blackout(days) if days.is_single() => write!(f, "{days} is a blackout date"),
            Self::Blackout(days) => write!(f, "{days} are blackout dates"),
            Self::Full { period, days, taken, limit } => {
                fmt_full(f, *period, *days)?;
                write!(f, " full: {taken} of {limit} a {period} are taken")
            }
            Self::DayOver(date) => write!(f, "{date} has no slot left: the last one is over"),
            Self::Crowded { days, min_gap_minutes } => {
                let verb = if days.is_single() { "has" } else { "have" };
                write!(
                    f,
                    "{days} {verb} no free slot: each is taken or within {min_gap_minutes} min of another item"
                )
            }
            Self::ClocksSkipWindows(date) => {
                write!(f, "{date} has no slot: the clocks skip the time that is open for publishing")
            }
            Self::More(days) => write!(f, "{days}: nothing free, for reasons like these"),
            Self::FirstFree { local, window, zone } => {
                write!(f, "The first free slot in the window {window} ({zone}) is {}", to_the_minute(*local))
            }
            Self::EarlierFree { local } => {
                write!(f, "{} has become free since this item got its time", to_the_minute(*local))
            }
            Self::Kept { local, zone } => {
                write!(f, "The item keeps its time, {} ({zone})", to_the_minute(*local))
            }
            Self::NotASlot { local, zone } => write!(
                f,
                "{} ({zone}) was chosen by hand or under other settings: it is not a free slot now",
                to_the_minute(*local)
            ),
        }
    }
}

fn fmt_full(f: &mut fmt::Formatter<'_>, period: Period, days: DateRange) -> fmt::Result {
    let DateRange { first, last } = days;
    match period {
        Period::Day if first == last => write!(f, "{first} is"),
        Period::Day => write!(f, "{days} are"),
        Period::Week if (last - first).get_days() < 7 => write!(f, "The week of {first} is"),
        Period::Week => write!(f, "The weeks from {days} are"),
        Period::Month if last <= first.last_of_month() => write!(f, "{} is", first.strftime("%Y-%m")),
        Period::Month => write!(f, "{} to {} are", first.strftime("%Y-%m"), last.strftime("%Y-%m")),
    }
}

fn to_the_minute(local: DateTime) -> jiff::fmt::strtime::Display<'static> {
    local.strftime("%Y-%m-%d %H:%M")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn days(first: i8, last: i8) -> DateRange {
        DateRange { first: date(2026, 11, first), last: date(2026, 11, last) }
    }

    fn full(period: Period, days: DateRange, taken: u32) -> Reason {
        Reason::Full { period, days, taken, limit: 5 }
    }

    #[test]
    fn runs_become_one_if_they_say_the_same_and_touch() {
        let cases = [
            (Reason::Blackout(days(1, 2)), Reason::Blackout(days(3, 3)), true),
            (Reason::Blackout(days(1, 2)), Reason::Blackout(days(4, 4)), false),
            (Reason::Blackout(days(1, 2)), Reason::NotPublishingDays(days(3, 3)), false),
            (full(Period::Day, days(1, 1), 5), full(Period::Day, days(2, 2), 5), true),
            (full(Period::Day, days(1, 1), 5), full(Period::Day, days(2, 2), 6), false),
            (full(Period::Day, days(1, 1), 5), full(Period::Week, days(2, 8), 5), false),
            (Reason::DayOver(date(2026, 11, 1)), Reason::DayOver(date(2026, 11, 2)), false),
        ];
        for (first, next, expected) in cases {
            let mut run = first.clone();
            assert_eq!(run.absorb(&next), expected, "{first} / {next}");
            let last = if expected { next.days() } else { first.days() };
            assert_eq!(run.days().map(|days| days.last), last.map(|days| days.last));
        }
    }

    #[test]
    fn full_periods_are_named_as_people_name_them() {
        let year = DateRange { first: date(2026, 11, 1), last: date(2027, 1, 31) };
        let said = [
            full(Period::Day, days(2, 4), 5),
            full(Period::Week, days(2, 8), 5),
            full(Period::Week, days(2, 15), 5),
            full(Period::Month, days(1, 30), 6),
            full(Period::Month, year, 5),
        ]
        .map(|reason| reason.to_string());
        assert_eq!(
            said,
            [
                "2026-11-02 to 2026-11-04 are full: 5 of 5 a day are taken",
                "The week of 2026-11-02 is full: 5 of 5 a week are taken",
                "The weeks from 2026-11-02 to 2026-11-15 are full: 5 of 5 a week are taken",
                "2026-11 is full: 6 of 5 a month are taken",
                "2026-11 to 2027-01 are full: 5 of 5 a month are taken",
            ]
        );
    }
}
