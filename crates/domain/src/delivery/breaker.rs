use std::time::Duration;

use jiff::Timestamp;

use super::retry::{grown, later};

/// Keeps a site that is down from being called again and again: a state to store beside the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaker {
    /// Calls go through; so many in a row have failed.
    Closed { failures: u32 },
    /// No calls until then.
    Open { until: Timestamp, pause: Duration },
    /// One probe is out; the rest waits for it, or until it counts as lost.
    HalfOpen { lost_at: Timestamp, pause: Duration },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerPolicy {
    /// Failures in a row that open it.
    pub threshold: u32,
    pub first_pause: Duration,
    /// The pause doubles with every failed probe, up to this.
    pub max_pause: Duration,
    /// A probe that has said nothing for so long is lost, and another may go.
    pub probe_patience: Duration,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self {
            threshold: 10,
            first_pause: Duration::from_mins(1),
            max_pause: Duration::from_hours(24),
            probe_patience: Duration::from_mins(3),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Call the site.
    Go,
    /// Call the site, as the one probe: store the state that came with this before the call.
    Probe,
    Wait {
        until: Timestamp,
    },
}

impl Default for Breaker {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

impl Breaker {
    /// May the site be called now? Returns the state to store.
    #[must_use]
    pub fn admit(self, policy: &BreakerPolicy, now: Timestamp) -> (Self, Admission) {
        match self {
            Self::Closed { .. } => (self, Admission::Go),
            Self::Open { until, .. } if now < until => (self, Admission::Wait { until }),
            Self::HalfOpen { lost_at, .. } if now < lost_at => (self, Admission::Wait { until: lost_at }),
            Self::Open { pause, .. } | Self::HalfOpen { pause, .. } => {
                (Self::HalfOpen { lost_at: later(now, policy.probe_patience), pause }, Admission::Probe)
            }
        }
    }

    /// The site answered as a site that is up does; a refusal of one post is such an answer
    /// (see [`Cause::is_site_trouble`](super::Cause::is_site_trouble)).
    #[must_use]
    pub fn succeeded(self) -> Self {
        Self::default()
    }

    #[must_use]
    pub fn failed(self, policy: &BreakerPolicy, now: Timestamp) -> Self {
        match self {
            Self::Closed { failures } if failures.saturating_add(1) < policy.threshold => {
                Self::Closed { failures: failures.saturating_add(1) }
            }
            Self::Closed { .. } => open(policy.first_pause.min(policy.max_pause), now),
            // A call that had begun before it opened.
            Self::Open { .. } => self,
            Self::HalfOpen { pause, .. } => open(grown(pause, 2.0, 1, policy.max_pause), now),
        }
    }

    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Closed { .. })
    }
}

fn open(pause: Duration, now: Timestamp) -> Breaker {
    Breaker::Open { until: later(now, pause), pause }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const POLICY: BreakerPolicy = BreakerPolicy {
        threshold: 10,
        first_pause: Duration::from_mins(1),
        max_pause: Duration::from_hours(24),
        probe_patience: Duration::from_mins(3),
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn opened() -> Breaker {
        (0..10).fold(Breaker::default(), |breaker, _| breaker.failed(&POLICY, at(0)))
    }

    #[test]
    fn ten_in_a_row_open_it_and_nine_do_not() {
        let nine = (0..9).fold(Breaker::default(), |breaker, _| breaker.failed(&POLICY, at(0)));
        assert_eq!(nine, Breaker::Closed { failures: 9 });
        assert_eq!(nine.succeeded().failed(&POLICY, at(0)), Breaker::Closed { failures: 1 });
        assert_eq!(
            nine.failed(&POLICY, at(0)),
            Breaker::Open { until: at(60), pause: Duration::from_mins(1) }
        );
        assert_eq!(opened().failed(&POLICY, at(30)), opened(), "a late failure does not lengthen the pause");
    }

    #[test]
    fn after_the_pause_one_probe_goes_and_the_rest_waits() {
        assert_eq!(opened().admit(&POLICY, at(59)), (opened(), Admission::Wait { until: at(60) }));
        let (probing, admission) = opened().admit(&POLICY, at(60));
        assert_eq!(admission, Admission::Probe);
        assert_eq!(probing.admit(&POLICY, at(61)), (probing, Admission::Wait { until: at(240) }));
        assert_eq!(probing.succeeded().admit(&POLICY, at(61)).1, Admission::Go);
        assert_eq!(probing.admit(&POLICY, at(240)).1, Admission::Probe, "the first probe was lost");
    }

    #[test]
    fn the_pause_doubles_up_to_a_day() {
        let mut breaker = opened();
        let mut now = at(0);
        let mut pauses = Vec::new();
        for _ in 0..13 {
            let Breaker::Open { until, pause } = breaker else { panic!("{breaker:?}") };
            pauses.push(pause.as_secs() / 60);
            assert_eq!(until, later(now, pause));
            now = until;
            breaker = breaker.admit(&POLICY, now).0.failed(&POLICY, now);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440, 1440]);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Admit,
        Succeed,
        Fail,
        Wait(u32),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            1 => Just(Step::Admit),
            1 => Just(Step::Succeed),
            4 => Just(Step::Fail),
            1 => (0_u32..100_000).prop_map(Step::Wait),
        ]
    }

    proptest! {
        #[test]
        fn no_site_is_shut_out_for_more_than_a_day(steps in prop::collection::vec(step(), 0..100)) {
            let (mut breaker, mut now) = (Breaker::default(), at(0));
            for step in steps {
                match step {
                    Step::Admit => breaker = breaker.admit(&POLICY, now).0,
                    Step::Succeed => breaker = breaker.succeeded(),
                    Step::Fail => breaker = breaker.failed(&POLICY, now),
                    Step::Wait(seconds) => now = later(now, Duration::from_secs(seconds.into())),
                }
            }
            let tomorrow = later(now, POLICY.max_pause);
            let shut_out = matches!(breaker.admit(&POLICY, tomorrow).1, Admission::Wait { .. });
            prop_assert!(!shut_out);
        }
    }
}
