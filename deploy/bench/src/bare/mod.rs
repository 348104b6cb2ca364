//! What the parts could do if there were nothing between them: the same calls, the same rows, the same messages, each alone. The worker
//! is idle meanwhile.

use std::time::Duration;

pub mod calls;
pub mod messages;
pub mod rows;
pub mod stream;

use crate::measure::Used;

/// One part alone.
pub struct Bare {
    pub name: &'static str,
    pub count: usize,
    pub took: Duration,
    pub used: Used,
}

impl Bare {
    pub fn per_second(&self) -> f64 {
        self.count as f64 / self.took.as_secs_f64()
    }
}
