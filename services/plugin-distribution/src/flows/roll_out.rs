//! How far a version that is offered goes, and whether it goes at all for now.

use domain::plugin::status::Act;

use super::held::Held;
use super::{ActError, Which, Works};
use crate::store::versions;

/// What is to be changed of a roll-out.
#[derive(Clone, Copy, Debug)]
pub enum Change<'a> {
    /// Nobody else gets it for now.
    Pause { reason: &'a str },
    /// It goes on; updates that were undone before count no longer.
    Resume,
    /// It goes to so many of all sites.
    Percent(u8),
}

/// Whether anything changed.
pub async fn roll_out(works: &Works, which: Which<'_>, change: Change<'_>) -> Result<bool, ActError> {
    if matches!(change, Change::Percent(101..)) {
        return Err(ActError::NoPercent);
    }
    let now = works.clock.now();
    works
        .database
        .transaction(async |tx| {
            let held = Held::hold(tx, which).await?;
            held.after(Act::RollOut)?;
            // A halt holds this row only: what it did is seen from here on.
            let row = versions::hold(tx.conn(), held.row.id).await?.ok_or_else(|| which.missing())?;
            let (connection, id) = (tx.conn(), row.id);
            match change {
                Change::Pause { .. } if row.paused => return Ok(false),
                Change::Pause { reason } => versions::pause(connection, id, reason, None).await?,
                Change::Resume if !row.paused => return Ok(false),
                Change::Resume => versions::resume(connection, id, now).await?,
                Change::Percent(percent) if i16::from(percent) == row.rollout_percent => return Ok(false),
                Change::Percent(percent) => versions::set_percent(connection, id, percent).await?,
            }
            Ok(true)
        })
        .await
}
