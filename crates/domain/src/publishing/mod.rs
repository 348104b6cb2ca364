//! When a site's content goes out: settings, the slots they make, which is free, and what is released now.

mod calendar;
mod explain;
mod release;
mod settings;
mod slots;

pub use explain::Reason;
pub use release::{Due, DueKind, ON_TIME, Release, release};
pub use settings::{DaySet, Fault, PublishingSettings, Window};
pub use slots::{NoSlot, Taken, explain_next_slot, next_free_slot};

#[cfg(test)]
mod tests;
