use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// Where the time comes from. Code that needs the time takes a `Clock`, so that a test can hold the hand.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Hand(ClockHand),
}

impl Clock {
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still.
    pub fn fixed(at: Timestamp) -> Self {
        Self::settable(at).0
    }

    /// A clock that moves only when its hand is moved; clones show the same time.
    pub fn settable(at: Timestamp) -> (Self, ClockHand) {
        let hand = ClockHand(Arc::new(Mutex::new(at)));
        (Self(Source::Hand(hand.clone())), hand)
    }

    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => Timestamp::now(),
            Source::Hand(hand) => hand.now(),
        }
    }
}

/// Moves the clock it came with.
#[derive(Clone, Debug)]
pub struct ClockHand(Arc<Mutex<Timestamp>>);

impl ClockHand {
    pub fn set(&self, at: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }

    pub fn advance(&self, by: SignedDuration) {
        let mut at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *at += by;
    }

    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_hand() {
        let (clock, hand) = Clock::settable(Timestamp::UNIX_EPOCH);
        let other = clock.clone();
        hand.advance(SignedDuration::from_secs(60));
        assert_eq!(other.now().as_second(), 60);
        hand.set(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH);
    }

    #[test]
    fn the_system_clock_moves_by_itself() {
        assert!(Clock::system().now() > Timestamp::UNIX_EPOCH);
    }
}
