use std::time::Duration;

use database::Database;
use domain::Clock;
use lifecycle::{Shutdown, TaskResult};

use crate::store::deliveries;

const EVERY: Duration = Duration::from_hours(1);
const CHUNK: i64 = 5_000;

/// Forgets deliveries older than `keep`, once an hour, a few thousand at a time.
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
        if !shutdown.sleep(EVERY).await {
            return Ok(());
        }
    }
}
