use database::DatabaseError;
use domain::content::Command;

use crate::AppState;
use crate::flows::command::{Wish, order};
use crate::store::automation;

/// Sends content that is published here but was never sent: an older installation may have left some.
pub async fn pass(state: AppState) -> Result<(), DatabaseError> {
    let (now, most) = (state.clock.now(), state.settings.sweep.batch);
    let found = automation::never_sent(&mut *state.database.connection().await?, most).await?;
    let wishes: Vec<Wish> = found
        .into_iter()
        .map(|(account_id, content_id)| Wish {
            account_id,
            user_id: None,
            content_id,
            integration_id: None,
            command: Command::Publish,
        })
        .collect();
    if wishes.is_empty() {
        return Ok(());
    }
    let outcomes =
        state.database.transaction(async |tx| Ok::<_, DatabaseError>(order(tx, now, &wishes).await?)).await?;
    let sent = outcomes.iter().filter(|it| it.is_ok()).count();
    tracing::info!(sent, found = wishes.len(), "published content that was never sent");
    Ok(())
}
