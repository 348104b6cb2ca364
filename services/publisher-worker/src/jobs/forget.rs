//! Deletes jobs that were over long ago.

use std::time::Duration;

use database::{Database, DatabaseError};
use domain::Clock;
use jiff::Timestamp;
use lifecycle::{Shutdown, TaskResult};

use crate::store::jobs;

#[derive(Clone)]
pub struct Forget {
    pub database: Database,
    pub clock: Clock,
    pub keep: Duration,
}

const EVERY: Duration = Duration::from_hours(1);
const BATCH: usize = 500;

impl Forget {
    pub async fn run(self, shutdown: Shutdown) -> TaskResult {
        loop {
            while self.pass().await? == BATCH && !shutdown.is_cancelled() {}
            if !shutdown.sleep(EVERY).await {
                return Ok(());
            }
        }
    }

    /// One batch, committed on its own; says how many it deleted.
    pub async fn pass(&self) -> Result<usize, DatabaseError> {
        let finished_before = self.clock.now().checked_sub(self.keep).unwrap_or(Timestamp::MIN);
        let mut connection = self.database.connection().await?;
        let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
        Ok(jobs::forget(&mut connection, finished_before, limit).await?)
    }
}
