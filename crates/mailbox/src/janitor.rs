use std::time::Duration;

use database::Database;
use diesel::sql_types::{BigInt, Double};
use diesel_async::RunQueryDsl;
use lifecycle::{Shutdown, TaskResult};

const EVERY: Duration = Duration::from_hours(1);
const CHUNK: i64 = 5_000;

/// Forgets inbox entries older than `keep`, once an hour, a few thousand at a time.
pub async fn forget_old(database: &Database, keep: Duration, shutdown: Shutdown) -> TaskResult {
    loop {
        let mut deleted = CHUNK;
        while deleted == CHUNK && !shutdown.is_cancelled() {
            let count = diesel::sql_query(
                "DELETE FROM inbox WHERE ctid = ANY (ARRAY (
                     SELECT ctid FROM inbox WHERE received_at < now() - interval '1 second' * $1 LIMIT $2))",
            )
            .bind::<Double, _>(keep.as_secs_f64())
            .bind::<BigInt, _>(CHUNK)
            .execute(&mut database.connection().await?)
            .await?;
            deleted = i64::try_from(count).unwrap_or(CHUNK);
        }
        if !shutdown.sleep(EVERY).await {
            return Ok(());
        }
    }
}
