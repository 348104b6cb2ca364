use std::time::Duration;

use jiff::Timestamp;

/// How often, and after how long, a site is tried again. All of it is in the settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryPolicy {
    /// Real tries in all.
    pub max_attempts: u32,
    pub first_delay: Duration,
    /// Each delay is so many times the one before.
    pub factor: f64,
    pub max_delay: Duration,
    /// Up to this fraction is added to a delay, by chance, so that jobs that failed together do not come back together.
    pub jitter: f64,
    /// A site may ask for a longer pause, up to this.
    pub max_retry_after: Duration,
    /// From doubt to the first look at the receipt; doubles from look to look.
    pub first_look: Duration,
    pub max_look_delay: Duration,
    /// How long a post may stay unconfirmed before it counts as failed.
    pub max_doubt: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            first_delay: Duration::from_mins(1),
            factor: 2.0,
            max_delay: Duration::from_hours(1),
            jitter: 0.2,
            max_retry_after: Duration::from_hours(6),
            first_look: Duration::from_secs(10),
            max_look_delay: Duration::from_mins(10),
            max_doubt: Duration::from_hours(24),
        }
    }
}

impl RetryPolicy {
    /// The first try is 1.
    pub fn may_try_again_after(&self, attempt: u32) -> bool {
        attempt < self.max_attempts
    }

    /// When to try again after the given try (the first is 1). `jitter` is chance, 0 to 1; it only lengthens, so that
    /// `first_delay` and a `Retry-After` are kept.
    pub fn next_try(
        &self,
        attempt: u32,
        retry_after: Option<Duration>,
        now: Timestamp,
        jitter: f64,
    ) -> Timestamp {
        let delay = grown(self.first_delay, self.factor, attempt.saturating_sub(1), self.max_delay);
        self.no_sooner(self.jittered(delay, jitter), retry_after, now)
    }

    /// When to look at the receipt, after so many looks in vain.
    pub(super) fn next_look(
        &self,
        looks: u32,
        retry_after: Option<Duration>,
        now: Timestamp,
        jitter: f64,
    ) -> Timestamp {
        let delay = grown(self.first_look, 2.0, looks, self.max_look_delay);
        self.no_sooner(self.jittered(delay, jitter), retry_after, now)
    }

    fn jittered(&self, delay: Duration, jitter: f64) -> Duration {
        let share = (self.jitter * jitter).clamp(0.0, 1.0);
        delay.saturating_add(Duration::try_from_secs_f64(delay.as_secs_f64() * share).unwrap_or_default())
    }

    fn no_sooner(&self, delay: Duration, retry_after: Option<Duration>, now: Timestamp) -> Timestamp {
        let asked = retry_after.unwrap_or_default().min(self.max_retry_after);
        later(now, delay.max(asked))
    }
}

/// `first` times `factor` to the power of `steps`, bounded.
pub(super) fn grown(first: Duration, factor: f64, steps: u32, max: Duration) -> Duration {
    let steps = i32::try_from(steps).unwrap_or(i32::MAX);
    let seconds = first.as_secs_f64() * factor.max(1.0).powi(steps);
    Duration::try_from_secs_f64(seconds).unwrap_or(max).min(max)
}

pub(super) fn later(now: Timestamp, delay: Duration) -> Timestamp {
    now.checked_add(delay).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[rstest]
    #[case(1, None, 0.0, 60)]
    #[case(1, None, 0.5, 66)]
    #[case(1, None, 1.0, 72)]
    #[case(2, None, 0.0, 120)]
    #[case(3, None, 0.0, 240)]
    #[case(7, None, 0.0, 3600)]
    #[case(4_000_000_000, None, 0.0, 3600)]
    #[case(0, None, 0.0, 60)]
    #[case(1, Some(30), 0.0, 60)]
    #[case(1, Some(300), 1.0, 300)]
    #[case(1, Some(7 * 3600), 0.0, 6 * 3600)]
    #[case(1, Some(u64::MAX), 0.0, 6 * 3600)]
    fn delays(
        #[case] attempt: u32,
        #[case] retry_after: Option<u64>,
        #[case] jitter: f64,
        #[case] expected: i64,
    ) {
        let at =
            RetryPolicy::default().next_try(attempt, retry_after.map(secs), Timestamp::UNIX_EPOCH, jitter);
        assert_eq!(at.as_second(), expected);
    }

    proptest! {
        #[test]
        fn any_policy_is_survived(
            attempt: u32, first in 0_u64.., max in 0_u64.., factor: f64, jitter: f64, chance in 0.0..=1.0, asked: Option<u64>,
        ) {
            let policy = RetryPolicy {
                first_delay: secs(first), max_delay: secs(max), factor, jitter, max_retry_after: secs(max), ..RetryPolicy::default()
            };
            prop_assert!(policy.next_try(attempt, asked.map(secs), Timestamp::UNIX_EPOCH, chance) >= Timestamp::UNIX_EPOCH);
        }

        #[test]
        fn never_sooner_than_promised(attempt in 1_u32..10, chance in 0.0..=1.0, asked in 0_u64..21_600) {
            let at = RetryPolicy::default().next_try(attempt, Some(secs(asked)), Timestamp::UNIX_EPOCH, chance);
            prop_assert!(at.as_second() >= 60 && at.as_second() >= asked.cast_signed() && at.as_second() <= 21_600);
        }
    }
}
