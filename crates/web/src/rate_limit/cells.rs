//! A table of fixed size: whatever comes, it neither grows nor has to be swept.
//!
//! A cell holds the time at which its key's quota will be whole again (the generic cell rate algorithm needs nothing else). A key may
//! stand in any of the eight cells of its set; where all are taken, the one that is whole first makes room. So strangers in any number
//! push out those who hardly took anything, and never one another's heavy users. Who is pushed out begins anew: the table errs on
//! the side of taking a request, and where it is full of keys that are at their limit, nobody else pays for it.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Quota;

const SETS: usize = 8_192;
const WAYS: usize = 8;

pub struct Cells {
    /// Secret: nobody can choose keys that fall on one another's cells.
    hashes: RandomState,
    begun: Instant,
    /// Nanoseconds for one more.
    each: u64,
    burst: u64,
    sets: Mutex<Box<[[Cell; WAYS]]>>,
}

#[derive(Clone, Copy, Default)]
struct Cell {
    /// The key's hash; 0 for a cell that was never used.
    key: u64,
    /// Nanoseconds from `begun`.
    whole_at: u64,
}

pub struct Taken {
    pub remaining: u64,
    pub full_in: Duration,
    pub wait: Option<Duration>,
}

impl Cells {
    pub fn new(quota: Quota) -> Self {
        Self {
            hashes: RandomState::new(),
            begun: Instant::now(),
            each: 1_000_000_000 / u64::from(quota.per_second.max(1)),
            burst: u64::from(quota.burst.max(1)),
            sets: Mutex::new(vec![[Cell::default(); WAYS]; SETS].into_boxed_slice()),
        }
    }

    pub fn take(&self, key: impl Hash, now: Instant) -> Taken {
        let hash = self.hashes.hash_one(key) | 1;
        let now = u64::try_from(now.saturating_duration_since(self.begun).as_nanos()).unwrap_or(u64::MAX);
        let mut sets = self.lock();
        let places = sets.len() as u64;
        let place =
            usize::try_from((hash >> 16) % places).expect("invariant: the remainder is below a usize");
        let cell = find(&mut sets[place], hash);
        let (whole_at, most) = (cell.whole_at.max(now) + self.each, now + self.each * self.burst);
        let wait = whole_at.checked_sub(most).filter(|wait| *wait > 0);
        if wait.is_none() {
            *cell = Cell { key: hash, whole_at };
        }
        let whole_at = if wait.is_none() { whole_at } else { whole_at - self.each };
        Taken {
            remaining: most.saturating_sub(whole_at) / self.each,
            full_in: Duration::from_nanos(whole_at - now),
            wait: wait.map(Duration::from_nanos),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Box<[[Cell; WAYS]]>> {
        self.sets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The key's own cell, else one that it may have, emptied.
fn find(set: &mut [Cell; WAYS], key: u64) -> &mut Cell {
    if let Some(place) = set.iter().position(|cell| cell.key == key) {
        return &mut set[place];
    }
    let cell = set.iter_mut().min_by_key(|cell| cell.whole_at).expect("invariant: a set has cells");
    *cell = Cell { key, whole_at: 0 };
    cell
}
