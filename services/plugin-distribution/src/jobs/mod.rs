//! What the clock starts.

mod forget_counts;

pub use forget_counts::forget_counts;
