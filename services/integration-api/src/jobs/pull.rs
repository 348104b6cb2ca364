use database::DatabaseError;
use jiff::{SignedDuration, Timestamp};

use crate::AppState;
use crate::flows::imports::{fail, start};
use crate::store::imports::{self, Kind};
use crate::store::integrations;
use crate::store::publications::Failure;

/// Sites that are begun with in one pass; the rest have their turn in the next.
const SITES: i64 = 100;
/// Longer than a worker keeps what waits for its site.
const LOST_AFTER: SignedDuration = SignedDuration::from_hours(26);

/// Begins to compare the posts of sites whose turn it is.
async fn compare(state: &AppState, now: Timestamp) -> Result<(), DatabaseError> {
    let every = SignedDuration::try_from(state.settings.pull.compare_every).unwrap_or(SignedDuration::MAX);
    let before = now.checked_sub(every).unwrap_or(Timestamp::MIN);
    let due = integrations::to_compare(&mut *state.database.connection().await?, before, SITES).await?;
    for integration in due {
        state
            .database
            .transaction(async |tx| {
                start(tx, now, &integration, Kind::Compare, None, None).await?;
                Ok::<_, DatabaseError>(())
            })
            .await?;
    }
    Ok(())
}

/// Reads what was changed on each site since it was looked at the last time, and gives up runs nothing is heard of.
pub async fn pass(state: AppState) -> Result<(), DatabaseError> {
    let now = state.clock.now();
    let every = SignedDuration::try_from(state.settings.pull.every).unwrap_or(SignedDuration::MAX);
    let before = now.checked_sub(every).unwrap_or(Timestamp::MIN);
    let due = integrations::to_pull(&mut *state.database.connection().await?, before, SITES).await?;
    for integration in due {
        state
            .database
            .transaction(async |tx| {
                start(tx, now, &integration, Kind::Changes, None, None).await?;
                Ok::<_, DatabaseError>(())
            })
            .await?;
    }
    compare(&state, now).await?;
    let heard_before = now - LOST_AFTER;
    state
        .database
        .transaction(async |tx| {
            for import in imports::lost(tx.conn(), heard_before, SITES).await? {
                let failure = Failure {
                    cause: "lost".to_owned(),
                    detail: "Nothing was heard of it for more than a day.".to_owned(),
                    next_step: "Start it again; what is here already is not made twice.".to_owned(),
                    ..Failure::default()
                };
                fail(tx, now, import, failure).await?;
            }
            Ok::<_, DatabaseError>(())
        })
        .await
}
