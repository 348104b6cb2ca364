use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime},
};

use super::{
    limits::Period,
    obstacle::{self, Obstacle},
    taken::Taken,
    time_of_day::{TimeOfDay, TimeWindow},
    timetable::Timetable,
};

/// A year with a leap day: who has to wait longer has settings that do not fit the amount of content.
pub const HORIZON_DAYS: i32 = 366;

/// A moment at which one item may go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    pub at: Timestamp,
    /// What the clocks at the site show then.
    pub local: DateTime,
    /// The window it is in.
    pub window: TimeWindow,
}

/// Why there is no slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSlot {
    #[error("Publishing is paused for this site. Resume it in the publishing settings.")]
    Paused,
    #[error("No day of the week is a publishing day. Choose at least one in the publishing settings.")]
    NoDay,
    #[error("No time of the day is open for publishing. Add a window in the publishing settings.")]
    NoWindow,
    #[error("The limit for a {0} is 0. Raise or remove it in the publishing settings.")]
    LimitIsZero(Period),
    #[error(
        "No slot is free until {until}. Raise the limits, open more days or windows, or take something out of the calendar."
    )]
    NothingFree { until: Date },
}

impl NoSlot {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Paused => "publishing_paused",
            Self::NoDay => "no_publishing_day",
            Self::NoWindow => "no_publishing_window",
            Self::LimitIsZero(_) => "limit_is_zero",
            Self::NothingFree { .. } => "no_free_slot",
        }
    }
}

/// Several slots, and why there are no more if they are fewer than asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeSlots {
    pub slots: Vec<Slot>,
    pub shortage: Option<NoSlot>,
}

/// The first slot that is free at or after this moment. It is not reserved yet.
pub fn next_free_slot(timetable: &Timetable, taken: &Taken, after: Timestamp) -> Result<Slot, NoSlot> {
    first_free(timetable, taken, after, last_day(timetable, after))
}

/// The first so many free slots, reserved in `taken` as they are found.
pub fn next_free_slots(
    timetable: &Timetable,
    taken: &mut Taken,
    after: Timestamp,
    count: usize,
) -> FreeSlots {
    let until = last_day(timetable, after);
    let mut slots: Vec<Slot> = Vec::new();
    while slots.len() < count {
        // All before the last one found was taken, and still is.
        let resume = slots.last().map_or(after, |slot| slot.at);
        match first_free(timetable, taken, resume, until) {
            Ok(slot) => {
                taken.add(slot.at);
                slots.push(slot);
            }
            Err(shortage) => return FreeSlots { slots, shortage: Some(shortage) },
        }
    }
    FreeSlots { slots, shortage: None }
}

pub(super) fn last_day(timetable: &Timetable, after: Timestamp) -> Date {
    timetable.calendar.date(after).saturating_add(HORIZON_DAYS.days())
}

fn first_free(timetable: &Timetable, taken: &Taken, after: Timestamp, until: Date) -> Result<Slot, NoSlot> {
    if let Some(hopeless) = hopeless(timetable) {
        return Err(hopeless);
    }
    let calendar = &timetable.calendar;
    let mut day = Some(calendar.date(after));
    while let Some(date) = day.filter(|date| *date <= until) {
        let obstacle = obstacle::on_day(timetable, taken, date);
        if obstacle.is_none()
            && let Some(slot) = free_on(timetable, taken, date, after)
        {
            return Ok(slot);
        }
        let over = if let Some(Obstacle::Full(full)) = obstacle { full.period } else { Period::Day };
        day = calendar.day_after(over, date);
    }
    Err(NoSlot::NothingFree { until })
}

/// Settings with which no day will ever have a slot.
fn hopeless(timetable: &Timetable) -> Option<NoSlot> {
    if timetable.is_paused {
        Some(NoSlot::Paused)
    } else if timetable.publish_days.is_empty() {
        Some(NoSlot::NoDay)
    } else if timetable.windows.is_empty() {
        Some(NoSlot::NoWindow)
    } else {
        timetable.limits.zero().map(NoSlot::LimitIsZero)
    }
}

/// The day's first slot at or after this moment with room around it, if nothing stands against the day as a whole.
pub(super) fn free_on(timetable: &Timetable, taken: &Taken, date: Date, after: Timestamp) -> Option<Slot> {
    let mut neighbours = None;
    let free = |at: Timestamp| {
        at >= after
            && neighbours.get_or_insert_with(|| taken.neighbours(at, timetable.min_gap)).leave_room_at(at)
    };
    slots_on(timetable, date, free)
}

/// The first slot of a local day the caller wants; it is asked in the order of time.
pub(super) fn slots_on(
    timetable: &Timetable,
    date: Date,
    mut wanted: impl FnMut(Timestamp) -> bool,
) -> Option<Slot> {
    let Some(start) = timetable.calendar.steady_start(date) else {
        return changing_day(timetable, date).into_iter().find(|slot| wanted(slot.at));
    };
    timetable.slots.iter().find_map(|(time, window)| {
        let at = start.checked_add(SignedDuration::from_mins(time.minutes().into())).ok()?;
        let local = || timetable.local(at);
        wanted(at).then(|| Slot { at, local: local(), window: *window })
    })
}

/// The slots of a day on which the clocks are changed. One in a skipped hour moves to the end of the skip, and the ones it comes too
/// near to move on as well, as long as they stay in their windows. One in a repeated hour is in the first of the two.
fn changing_day(timetable: &Timetable, date: Date) -> Vec<Slot> {
    let mut slots: Vec<Slot> = Vec::new();
    for (time, window) in &timetable.slots {
        let Some(planned) = timetable.calendar.instant(date, *time) else { continue };
        let room = slots.last().and_then(|slot| slot.at.checked_add(timetable.min_gap).ok());
        let at = room.map_or(planned, |room| room.max(planned));
        let local = timetable.local(at);
        if local.date() == date && window.contains(TimeOfDay::of(local)) {
            slots.push(Slot { at, local, window: *window });
        }
    }
    slots
}

#[cfg(test)]
mod tests;
