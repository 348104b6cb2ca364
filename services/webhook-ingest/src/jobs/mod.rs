//! What the clock starts.

pub mod find_gaps;

mod forget_deliveries;
mod watch_outbox;

pub use find_gaps::find_gaps;
pub use forget_deliveries::forget_deliveries;
pub use watch_outbox::watch_outbox;
