use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::explain::Reason;
use super::settings::PublishingSettings;

/// When something went out or is going to, counted by the days, weeks and months of the site.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    at: BTreeSet<Timestamp>,
    days: HashMap<Date, u32>,
    weeks: HashMap<Date, u32>,
    months: HashMap<Date, u32>,
}

impl Taken {
    pub fn of(settings: &PublishingSettings, at: impl IntoIterator<Item = Timestamp>) -> Self {
        let mut taken = Self::default();
        for at in at {
            taken.add(settings, at);
        }
        taken
    }

    /// Also counts what goes out at the very same moment.
    pub fn add(&mut self, settings: &PublishingSettings, at: Timestamp) {
        let date = settings.zone.to_datetime(at).date();
        self.at.insert(at);
        *self.days.entry(date).or_default() += 1;
        *self.weeks.entry(settings.week_of(date)).or_default() += 1;
        *self.months.entry(date.first_of_month()).or_default() += 1;
    }

    fn is_near(&self, at: Timestamp, gap_minutes: u32) -> bool {
        let gap = SignedDuration::from_mins(i64::from(gap_minutes.max(1)));
        let (from, to) = (at - gap, at + gap);
        self.at.range(from..=to).any(|other| *other > from && *other < to)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSlot {
    #[error("Publishing is paused for this site. Resume it in the site's publishing settings.")]
    Paused,
    #[error("The site's limits allow no post at all. Raise them in its publishing settings.")]
    NoRoom,
    #[error(
        "There is no free slot within a year. Raise the limits or open more days in the site's publishing settings."
    )]
    NoneInAYear,
}

impl NoSlot {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Paused => "publishing_paused",
            Self::NoRoom | Self::NoneInAYear => "no_free_slot",
        }
    }
}

/// So far ahead slots are looked for.
const DAYS_AHEAD: usize = 366;

/// The first slot from then on that is free.
pub fn next_free_slot(
    settings: &PublishingSettings,
    taken: &Taken,
    after: Timestamp,
) -> Result<Timestamp, NoSlot> {
    search(settings, taken, after, &mut |_| {})
}

/// The same, and what stood in the way of everything earlier, day by day.
pub fn explain_next_slot(
    settings: &PublishingSettings,
    taken: &Taken,
    after: Timestamp,
) -> (Result<Timestamp, NoSlot>, Vec<Reason>) {
    let mut reasons: Vec<Reason> = Vec::new();
    let found = search(settings, taken, after, &mut |reason| match reasons.last_mut() {
        Some(last) if last.goes_on_with(&reason) => last.extend_to(&reason),
        _ => reasons.push(reason),
    });
    (found, reasons)
}

fn search(
    settings: &PublishingSettings,
    taken: &Taken,
    after: Timestamp,
    tell: &mut dyn FnMut(Reason),
) -> Result<Timestamp, NoSlot> {
    if settings.paused {
        return Err(NoSlot::Paused);
    }
    if [settings.daily_limit, settings.weekly_limit, settings.monthly_limit].contains(&Some(0)) {
        return Err(NoSlot::NoRoom);
    }
    let mut date = settings.zone.to_datetime(after).date();
    for _ in 0..DAYS_AHEAD {
        match hindrance(settings, taken, date) {
            Some(reason) => tell(reason),
            None => match first_free(settings, taken, date, after) {
                Some(slot) => return Ok(slot),
                None => tell(Reason::NoSlotLeft { from: date, to: date }),
            },
        }
        let Ok(next) = date.checked_add(1.day()) else { break };
        date = next;
    }
    Err(NoSlot::NoneInAYear)
}

fn first_free(
    settings: &PublishingSettings,
    taken: &Taken,
    date: Date,
    after: Timestamp,
) -> Option<Timestamp> {
    settings.slots_of(date).into_iter().find(|slot| *slot >= after && !taken.is_near(*slot, settings.min_gap))
}

/// Why nothing goes out on this day, whatever the time.
fn hindrance(settings: &PublishingSettings, taken: &Taken, date: Date) -> Option<Reason> {
    let full = |counts: &HashMap<Date, u32>, key: Date, limit: Option<u32>| {
        limit.filter(|limit| counts.get(&key).copied().unwrap_or(0) >= *limit)
    };
    let (from, to) = (date, date);
    if !settings.days.has(date.weekday()) {
        Some(Reason::NoPublishingDay { from, to })
    } else if settings.is_blacked_out(date) {
        Some(Reason::Blackout { from, to })
    } else if let Some(limit) = full(&taken.months, date.first_of_month(), settings.monthly_limit) {
        Some(Reason::MonthFull { from, to, limit })
    } else if let Some(limit) = full(&taken.weeks, settings.week_of(date), settings.weekly_limit) {
        Some(Reason::WeekFull { from, to, limit })
    } else {
        let limit = full(&taken.days, date, settings.daily_limit)?;
        Some(Reason::DayFull { from, to, limit })
    }
}
