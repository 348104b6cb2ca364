use database::DatabaseError;
use jiff::SignedDuration;

use crate::AppState;
use crate::store::{idempotency_keys, probes, sessions};

const KEPT_ANSWERS: SignedDuration = SignedDuration::from_hours(24);
const KEPT_PROBES: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Deletes what nobody asks for any more: kept answers, old connection tests, sessions that have ended.
pub async fn pass(state: AppState) -> Result<(), DatabaseError> {
    let now = state.clock.now();
    let connection = &mut *state.database.connection().await?;
    idempotency_keys::delete_before(connection, now - KEPT_ANSWERS).await?;
    probes::delete_before(connection, now - KEPT_PROBES).await?;
    sessions::delete_expired(connection, now).await?;
    Ok(())
}
