//! Gives up what has waited too long for its site.

use std::time::Duration;

use contracts::reading::ReadPosts;
use database::{Database, DatabaseError};
use domain::Clock;
use domain::delivery::{Cause, Failure};
use jiff::Timestamp;
use lifecycle::{Shutdown, TaskResult};

use super::report::Subject;
use super::{failure, read};
use crate::store::jobs::{self, Ended};

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
        let reads: Vec<_> = expired.iter().filter(|job| job.kind == read::KIND).collect();
        let reads: Vec<_> =
            reads.into_iter().map(|job| read::failed(&asked(job), why.clone(), now)).collect();
        if !reads.is_empty() {
            mailbox::post_all(&mut tx, &reads).await?;
        }
        let reports: Vec<_> = expired
            .iter()
            .filter(|job| !read::is_silent(&job.kind))
            .map(|job| Subject::from(job).failed(why.clone(), 0, now))
            .collect();
        if !reports.is_empty() {
            mailbox::post_all(&mut tx, &reports).await?;
        }
        tx.commit().await?;
        Ok(i64::try_from(expired.len()).unwrap_or(i64::MAX))
    }
}

/// As far as it is known when the command itself is not kept any more.
fn asked(job: &Ended) -> ReadPosts {
    ReadPosts {
        read_id: job.operation_id.to_string(),
        account_id: job.account_id,
        site_id: job.site_id,
        ..ReadPosts::default()
    }
}
