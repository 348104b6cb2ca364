//! Gives up what has waited too long for its site.

use std::time::Duration;

use database::{Database, DatabaseError};
use domain::Clock;
use domain::delivery::{Cause, Failure};
use jiff::Timestamp;
use lifecycle::{Shutdown, TaskResult};

use super::failure;
use super::report::Subject;
use crate::store::jobs;

#[derive(Clone)]
pub struct Expire {
    pub database: Database,
    pub clock: Clock,
    pub max_wait: Duration,
    pub every: Duration,
}

const BATCH: i64 = 200;

impl Expire {
    pub async fn run(self, shutdown: Shutdown) -> TaskResult {
        loop {
            while self.pass().await? == BATCH && !shutdown.is_cancelled() {}
            if !shutdown.sleep(self.every).await {
                return Ok(());
            }
        }
    }

    /// One batch; says how many it gave up.
    pub async fn pass(&self) -> Result<i64, DatabaseError> {
        let now = self.clock.now();
        let made_before = now.checked_sub(self.max_wait).unwrap_or(Timestamp::MIN);
        let why = Failure::new(Cause::Expired, "", None);
        let mut tx = self.database.begin().await?;
        let expired = jobs::expire(tx.conn(), made_before, now, &failure::to_json(&why), BATCH).await?;
        let reports: Vec<_> = expired
            .iter()
            .filter(|job| job.kind != "mend")
            .map(|job| Subject::from(job).failed(why.clone(), 0, now))
            .collect();
        if !reports.is_empty() {
            mailbox::post_all(&mut tx, &reports).await?;
        }
        tx.commit().await?;
        Ok(i64::try_from(expired.len()).unwrap_or(i64::MAX))
    }
}
