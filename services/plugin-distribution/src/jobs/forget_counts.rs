use std::time::Duration;

use database::{Database, DatabaseError};
use domain::Clock;
use jiff::Timestamp;
use lifecycle::{Shutdown, TaskResult};

use crate::store::{downloads, refusals};

const EVERY: Duration = Duration::from_hours(1);
const CHUNK: i64 = 5_000;

/// Forgets downloads and refusals older than `keep`: once an hour, a few thousand at a time.
pub async fn forget_counts(
    database: &Database,
    clock: &Clock,
    keep: Duration,
    shutdown: Shutdown,
) -> TaskResult {
    loop {
        let before = clock.now().checked_sub(keep).unwrap_or(Timestamp::MIN);
        while !shutdown.is_cancelled() && pass(database, before).await? {}
        if !shutdown.sleep(EVERY).await {
            return Ok(());
        }
    }
}

/// Whether there may be more.
async fn pass(database: &Database, before: Timestamp) -> Result<bool, DatabaseError> {
    let connection = &mut *database.connection().await?;
    let downloads = downloads::forget(connection, before, CHUNK).await?;
    let refusals = refusals::forget(connection, before, CHUNK).await?;
    let most = downloads.max(refusals);
    Ok(i64::try_from(most).is_ok_and(|most| most == CHUNK))
}
