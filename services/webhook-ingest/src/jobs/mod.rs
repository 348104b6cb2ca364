//! What the clock starts.

mod forget_deliveries;

pub use forget_deliveries::forget_deliveries;
