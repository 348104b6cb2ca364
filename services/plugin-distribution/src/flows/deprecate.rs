//! A version is offered no longer; who names it still gets it.

use domain::plugin::status::Act;

use super::held::Held;
use super::{ActError, Which, Works};
use crate::store::versions;

/// Whether anything changed.
pub async fn deprecate(works: &Works, which: Which<'_>) -> Result<bool, ActError> {
    works
        .database
        .transaction(async |tx| {
            let held = Held::hold(tx, which).await?;
            let status = held.after(Act::Deprecate)?;
            if status == held.status {
                return Ok(false);
            }
            versions::set_status(tx.conn(), held.row.id, status).await?;
            versions::settle_latest(tx.conn(), held.row.plugin_id).await?;
            Ok(true)
        })
        .await
}
