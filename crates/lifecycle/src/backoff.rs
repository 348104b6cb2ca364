use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// How long a task has to run before a failure counts as a new one.
const STEADY: Duration = Duration::from_secs(30);

/// The pauses between the lives of one task.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The pause after a life of `lived`, somewhere between half of the step and the whole of it.
    pub fn after(&mut self, lived: Duration) -> Duration {
        if lived >= STEADY {
            self.failures = 0;
        }
        let step = FIRST.saturating_mul(1 << self.failures.min(16)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        step.mul_f64(rand::random_range(0.5..=1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_five_seconds_and_start_anew_after_a_steady_life() {
        let mut backoff = Backoff::default();
        for step in [100, 200, 400, 800, 1600, 3200, 5000, 5000] {
            let pause = backoff.after(Duration::ZERO);
            assert!(pause <= Duration::from_millis(step), "{pause:?} > {step} ms");
            assert!(pause >= Duration::from_millis(step / 2), "{pause:?} < {step} ms / 2");
        }
        assert!(backoff.after(STEADY) <= FIRST);
        for _ in 0..100 {
            assert!(backoff.after(Duration::ZERO) <= LONGEST);
        }
    }
}
