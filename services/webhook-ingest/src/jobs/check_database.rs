use std::time::Duration;

use database::Database;
use lifecycle::{ReadinessHandle, Shutdown, TaskResult};

const EVERY: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(2);

/// Says whether the database answers: without it nothing can be taken in.
pub async fn check_database(
    database: &Database,
    readiness: &ReadinessHandle,
    shutdown: Shutdown,
) -> TaskResult {
    loop {
        match tokio::time::timeout(PATIENCE, database.ping()).await {
            Ok(Ok(())) => readiness.ok(),
            Ok(Err(error)) => readiness.failed(lifecycle::chain(&error)),
            Err(_) => readiness.failed("the database does not answer"),
        }
        if !shutdown.sleep(EVERY).await {
            return Ok(());
        }
    }
}
