use jiff::{Timestamp, civil::Date};

use super::{limits::Period, taken::Taken, timetable::Timetable};

/// Why nothing may go into a slot on a day, or at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    Full(Full),
    Blackout,
    NotAPublishingDay,
    /// No window is open; never said of a whole day.
    OutsideWindows,
}

/// A limit that is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full {
    pub period: Period,
    /// Which one: its first day.
    pub first_day: Date,
    pub taken: u32,
    pub limit: u32,
}

/// What keeps this whole day from having a slot; the longest lasting first.
pub(super) fn on_day(timetable: &Timetable, taken: &Taken, date: Date) -> Option<Obstacle> {
    let full = |period| full(timetable, taken, period, date).map(Obstacle::Full);
    full(Period::Month)
        .or_else(|| full(Period::Week))
        .or_else(|| timetable.is_blackout(date).then_some(Obstacle::Blackout))
        .or_else(|| (!timetable.is_publish_day(date)).then_some(Obstacle::NotAPublishingDay))
        .or_else(|| full(Period::Day))
}

/// What keeps an item that is meant for a slot from going out at this moment.
pub(super) fn at_moment(timetable: &Timetable, taken: &Taken, at: Timestamp) -> Option<Obstacle> {
    on_day(timetable, taken, timetable.calendar.date(at))
        .or_else(|| timetable.window_at(at).is_none().then_some(Obstacle::OutsideWindows))
}

fn full(timetable: &Timetable, others: &Taken, period: Period, date: Date) -> Option<Full> {
    let limit = timetable.limits.of(period)?;
    let taken = others.count(period, date);
    (taken >= limit).then(|| Full {
        period,
        first_day: timetable.calendar.first_day(period, date),
        taken,
        limit,
    })
}
