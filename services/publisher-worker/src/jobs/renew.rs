//! Leases are short and renewed while their worker lives: what a dead one leaves behind is taken over within seconds, and a slow
//! call keeps its job. What nobody in this process is at any more is not renewed: a job whose run panicked, or whose claim was
//! committed without our hearing of it, moves on as if its worker had died.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lifecycle::chain;
use uuid::Uuid;

use super::Worker;
use crate::store::claims;

/// Renewals per lease: two may fail, and the third is still in time.
const PER_LEASE: u32 = 4;

type Held = (Uuid, i64);

/// The jobs this process is at, with their fences. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Leases(Arc<Mutex<HashSet<Held>>>);

/// Held while a job runs and until its result is written.
#[derive(Debug)]
pub struct Lease {
    held: Held,
    leases: Leases,
}

impl Leases {
    pub fn hold(&self, job: Uuid, fence: i64) -> Lease {
        self.lock().insert((job, fence));
        Lease { held: (job, fence), leases: self.clone() }
    }

    fn all(&self) -> Vec<Held> {
        self.lock().iter().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.leases.lock().remove(&self.held);
    }
}

impl Worker {
    /// Never ends by itself.
    pub(super) async fn renew(&self) {
        let pause = (self.policy.lease / PER_LEASE).max(Duration::from_millis(100));
        loop {
            tokio::time::sleep(pause).await;
            let held = self.leases.all();
            if held.is_empty() {
                continue;
            }
            let end = self.clock.now().checked_add(self.policy.lease).unwrap_or(jiff::Timestamp::MAX);
            let renewed = async {
                let mut connection = self.database.connection().await?;
                claims::renew(&mut connection, &held, end).await?;
                Ok::<_, database::DatabaseError>(())
            };
            if let Err(error) = renewed.await {
                tracing::warn!(error = chain(&error), "leases could not be renewed yet");
            }
        }
    }
}
