use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// More urgent work of the process: a relay rests while there is some. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Rush(Arc<AtomicBool>);

impl Rush {
    pub fn set(&self, is_on: bool) {
        self.0.store(is_on, Ordering::Relaxed);
    }

    pub(crate) fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
