use std::{borrow::Cow, collections::BTreeMap};

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{calendar::Calendar, limits::Period, timetable::Timetable};

/// When content of a site goes out or went out: slots and exact times alike, used or still to come. It keeps counts for the
/// calendar of one timetable; with another zone or another start of the week it is made anew.
#[derive(Clone, Debug)]
pub struct Taken {
    calendar: Calendar,
    /// How many at each instant: exact times may coincide.
    instants: BTreeMap<Timestamp, u32>,
    days: BTreeMap<Date, u32>,
    weeks: BTreeMap<Date, u32>,
    months: BTreeMap<Date, u32>,
}

impl Taken {
    /// Nothing yet.
    pub fn none(timetable: &Timetable) -> Self {
        Self {
            calendar: timetable.calendar.clone(),
            instants: BTreeMap::new(),
            days: BTreeMap::new(),
            weeks: BTreeMap::new(),
            months: BTreeMap::new(),
        }
    }

    /// All of these.
    pub fn of(timetable: &Timetable, instants: impl IntoIterator<Item = Timestamp>) -> Self {
        let mut taken = Self::none(timetable);
        for at in instants {
            taken.add(at);
        }
        taken
    }

    /// From when on instants matter to somebody who looks for a slot after this one: earlier ones need not be loaded.
    pub fn matters_since(timetable: &Timetable, after: Timestamp) -> Timestamp {
        let calendar = &timetable.calendar;
        let today = calendar.date(after);
        let first = calendar.first_day(Period::Week, today).min(calendar.first_day(Period::Month, today));
        let start = calendar.instant(first, super::TimeOfDay::START).unwrap_or(Timestamp::MIN);
        start.saturating_sub(timetable.min_gap).unwrap_or(Timestamp::MIN)
    }

    /// Takes a slot, unless this very instant is taken: what the unique key of the stored slots does.
    #[must_use = "false is a slot somebody else has"]
    pub fn reserve(&mut self, at: Timestamp) -> bool {
        let is_free = !self.contains(at);
        if is_free {
            self.add(at);
        }
        is_free
    }

    /// Counts one more at this instant, whatever is there already.
    pub fn add(&mut self, at: Timestamp) {
        let date = self.calendar.date(at);
        *self.instants.entry(at).or_default() += 1;
        for period in Period::ALL {
            let first_day = self.calendar.first_day(*period, date);
            *self.counts_mut(*period).entry(first_day).or_default() += 1;
        }
    }

    /// One less at this instant. Was there one?
    pub fn remove(&mut self, at: Timestamp) -> bool {
        if !take_one(&mut self.instants, at) {
            return false;
        }
        let date = self.calendar.date(at);
        for period in Period::ALL {
            let first_day = self.calendar.first_day(*period, date);
            take_one(self.counts_mut(*period), first_day);
        }
        true
    }

    /// Is anything at this instant?
    pub fn contains(&self, at: Timestamp) -> bool {
        self.instants.contains_key(&at)
    }

    /// How many are in the day, week or month this date is in.
    pub fn count(&self, period: Period, date: Date) -> u32 {
        let counts = match period {
            Period::Day => &self.days,
            Period::Week => &self.weeks,
            Period::Month => &self.months,
        };
        counts.get(&self.calendar.first_day(period, date)).copied().unwrap_or(0)
    }

    /// What others have, if this one is ours.
    pub(super) fn without(&self, at: Timestamp) -> Cow<'_, Self> {
        if !self.contains(at) {
            return Cow::Borrowed(self);
        }
        let mut others = self.clone();
        others.remove(at);
        Cow::Owned(others)
    }

    /// Answers "is something nearer than the gap" for instants that only rise, from the first on.
    pub(super) fn neighbours(&self, first: Timestamp, gap: SignedDuration) -> Neighbours<'_> {
        let from = first.saturating_sub(gap).unwrap_or(Timestamp::MIN);
        let mut instants = self.instants.range(from..);
        Neighbours { next: instants.next().map(|(at, _)| *at), instants, gap }
    }

    fn counts_mut(&mut self, period: Period) -> &mut BTreeMap<Date, u32> {
        match period {
            Period::Day => &mut self.days,
            Period::Week => &mut self.weeks,
            Period::Month => &mut self.months,
        }
    }
}

/// One pass over what is taken beside one over candidates: a full year costs no look-up for each of its slots.
pub(super) struct Neighbours<'a> {
    instants: std::collections::btree_map::Range<'a, Timestamp, u32>,
    next: Option<Timestamp>,
    gap: SignedDuration,
}

impl Neighbours<'_> {
    pub(super) fn leave_room_at(&mut self, at: Timestamp) -> bool {
        loop {
            match self.next {
                Some(other) if at.duration_since(other) >= self.gap => {
                    self.next = self.instants.next().map(|(at, _)| *at);
                }
                Some(other) => return other.duration_since(at) >= self.gap,
                None => return true,
            }
        }
    }
}

fn take_one<K: Ord>(counts: &mut BTreeMap<K, u32>, key: K) -> bool {
    let std::collections::btree_map::Entry::Occupied(mut entry) = counts.entry(key) else { return false };
    if *entry.get() > 1 {
        *entry.get_mut() -= 1;
    } else {
        entry.remove();
    }
    true
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::publishing::PublishingSettings;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn berlin() -> Timetable {
        PublishingSettings { time_zone: "Europe/Berlin".to_owned(), ..PublishingSettings::default() }
            .check()
            .unwrap()
    }

    #[test]
    fn counts_are_those_of_the_sites_calendar() {
        // 00:30 on Monday, the 1st of June, in Berlin.
        let mut taken = Taken::of(&berlin(), [at("2026-05-31T22:30:00Z")]);
        let counts =
            |taken: &Taken, day| Period::ALL.iter().map(|p| taken.count(*p, day)).collect::<Vec<_>>();
        assert_eq!(counts(&taken, date(2026, 6, 1)), [1, 1, 1]);
        assert_eq!(counts(&taken, date(2026, 6, 2)), [0, 1, 1]);
        assert_eq!(counts(&taken, date(2026, 5, 31)), [0, 0, 0]);
        assert!(taken.remove(at("2026-05-31T22:30:00Z")) && !taken.remove(at("2026-05-31T22:30:00Z")));
        assert_eq!(counts(&taken, date(2026, 6, 1)), [0, 0, 0]);
    }

    #[test]
    fn a_slot_is_reserved_once_and_exact_times_may_coincide() {
        let nine = at("2026-11-25T09:00:00Z");
        let mut taken = Taken::none(&berlin());
        assert!(taken.reserve(nine) && !taken.reserve(nine));
        taken.add(nine);
        assert_eq!(taken.count(Period::Day, date(2026, 11, 25)), 2);
        assert!(taken.remove(nine) && taken.contains(nine));
        assert!(!taken.without(nine).contains(nine) && taken.contains(nine));
    }

    #[test]
    fn what_matters_begins_with_the_week_or_the_month() {
        let since = |after: &str| Taken::matters_since(&berlin(), at(after)).to_string();
        assert_eq!(since("2026-11-25T12:00:00Z"), "2026-10-31T22:50:00Z");
        assert_eq!(since("2026-12-03T12:00:00Z"), "2026-11-29T22:50:00Z");
    }

    #[test]
    fn neighbours_are_those_nearer_than_the_gap() {
        let taken =
            Taken::of(&berlin(), ["09:00", "09:30"].map(|time| at(&format!("2026-11-25T{time}:00Z"))));
        let gap = SignedDuration::from_mins(10);
        let mut neighbours = taken.neighbours(at("2026-11-25T08:50:00Z"), gap);
        let room = ["08:50", "08:51", "09:00", "09:09", "09:10", "09:20", "09:21", "09:39", "09:40"]
            .map(|time| neighbours.leave_room_at(at(&format!("2026-11-25T{time}:00Z"))));
        assert_eq!(room, [true, false, false, false, true, true, false, false, true]);
    }
}
