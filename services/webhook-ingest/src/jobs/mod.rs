//! What the clock starts.

mod forget_deliveries;
mod watch_outbox;

pub use forget_deliveries::forget_deliveries;
pub use watch_outbox::watch_outbox;
