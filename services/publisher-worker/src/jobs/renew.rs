//! Leases are short and renewed while their worker lives: what a dead one leaves behind is taken over within seconds, and a slow
//! call keeps its job.

use std::time::Duration;

use lifecycle::chain;

use super::Worker;
use crate::store::claims;

/// Renewals per lease: two may fail, and the third is still in time.
const PER_LEASE: u32 = 4;

impl Worker {
    /// Never ends by itself.
    pub(super) async fn renew(&self) {
        let pause = (self.policy.lease / PER_LEASE).max(Duration::from_millis(100));
        loop {
            tokio::time::sleep(pause).await;
            let end = self.clock.now().checked_add(self.policy.lease).unwrap_or(jiff::Timestamp::MAX);
            let renewed = async {
                let mut connection = self.database.connection().await?;
                claims::renew(&mut connection, self.policy.owner, end).await?;
                Ok::<_, database::DatabaseError>(())
            };
            if let Err(error) = renewed.await {
                tracing::warn!(error = chain(&error), "leases could not be renewed yet");
            }
        }
    }
}
