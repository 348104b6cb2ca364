//! When content of a site goes out: a person's settings, the free slots they leave, why an item goes out when it does,
//! and what is let go when its time has come.
//!
//! [`PublishingSettings`] are what a person entered; [`PublishingSettings::check`] makes a [`Timetable`] of them, which all
//! the rest computes with. [`Taken`] is what others have already. Whoever finds a slot still has to write it down under a unique key:
//! of two that found the same one, the second starts again.

mod settings;

mod blackout;
mod time_of_day;
mod weekday;

mod timetable;

mod calendar;
mod limits;
mod obstacle;
mod taken;

mod slots;

mod explain;
mod reason;

mod release;

#[cfg(test)]
mod tests;

pub use blackout::DateRange;
pub use explain::{Explanation, explain};
pub use limits::{Limits, Period};
pub use obstacle::{Full, Obstacle};
pub use reason::Reason;
pub use release::{DueItem, DueKind, Held, Hold, Moved, ON_TIME, Release, release};
pub use settings::{PublishingSettings, SettingsFault, SettingsProblem};
pub use slots::{FreeSlots, HORIZON_DAYS, NoSlot, Slot, next_free_slot, next_free_slots};
pub use taken::Taken;
pub use time_of_day::{InvalidTime, TimeOfDay, TimeWindow};
pub use timetable::Timetable;
pub use weekday::{Weekday, Weekdays};
