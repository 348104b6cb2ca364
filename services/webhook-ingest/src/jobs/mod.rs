//! What the clock starts.

mod check_database;
mod forget_deliveries;

pub use check_database::check_database;
pub use forget_deliveries::forget_deliveries;
