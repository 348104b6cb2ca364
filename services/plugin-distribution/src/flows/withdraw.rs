//! A version is taken back: nobody is given it any more, and sites that follow the log refuse it wherever they have it from.

use domain::plugin::log::Action;
use domain::plugin::status::Act;

use super::held::Held;
use super::{ActError, Which, Works, log_entry};
use crate::signing::Signer;
use crate::store::versions;

/// Whether anything changed.
pub async fn withdraw(works: &Works, signer: &Signer, which: Which<'_>) -> Result<bool, ActError> {
    let now = works.clock.now();
    works
        .database
        .transaction(async |tx| {
            let held = Held::hold(tx, which).await?;
            let status = held.after(Act::Withdraw)?;
            if status == held.status {
                return Ok(false);
            }
            let plugin_id = held.row.plugin_id;
            versions::set_status(tx.conn(), held.row.id, status).await?;
            versions::settle_latest(tx.conn(), plugin_id).await?;
            log_entry::enter(tx, plugin_id, Action::Withdraw, &held.statement(), signer, now).await?;
            Ok(true)
        })
        .await
}
