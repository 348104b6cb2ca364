use std::time::Duration;

use database::Database;
use domain::Clock;
use lifecycle::{Shutdown, TaskResult};

use crate::store::{deliveries, gaps};

const EVERY: Duration = Duration::from_hours(1);
const CHUNK: i64 = 5_000;

/// Forgets deliveries, and gaps that were announced, older than `keep`: once an hour, deliveries a few thousand at a time.
pub async fn forget_deliveries(
    database: &Database,
    clock: &Clock,
    keep: Duration,
    shutdown: Shutdown,
) -> TaskResult {
    loop {
        let then = clock.now() - keep;
        while !shutdown.is_cancelled() {
            let forgotten = deliveries::forget(&mut *database.connection().await?, then, CHUNK).await?;
            if i64::try_from(forgotten)? < CHUNK {
                break;
            }
        }
        gaps::forget(&mut *database.connection().await?, then).await?;
        if !shutdown.sleep(EVERY).await {
            return Ok(());
        }
    }
}
