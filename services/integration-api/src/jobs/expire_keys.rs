use database::DatabaseError;

use crate::AppState;
use crate::flows::credentials;
use crate::store::api_keys;

/// Sites dealt with in one transaction each.
const MOST: i64 = 100;

/// Ends keys whose grace is over. They are refused from that moment on anyway; this tells the other services.
pub async fn pass(state: AppState) -> Result<(), DatabaseError> {
    let now = state.clock.now();
    let overdue =
        api_keys::sites_with_overdue_grace(&mut *state.database.connection().await?, now, MOST).await?;
    for (account_id, site_id) in overdue {
        let mut tx = state.database.begin().await?;
        credentials::end_grace(&mut tx, account_id, site_id, now).await?;
        tx.commit().await?;
        tracing::info!(site.id = site_id.get(), "the grace of a rotated key is over");
    }
    Ok(())
}
