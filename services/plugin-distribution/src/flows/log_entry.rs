use database::Tx;
use diesel::QueryResult;
use domain::plugin::Statement;
use domain::plugin::log::{Action, Entry};
use jiff::Timestamp;

use crate::signing::Signer;
use crate::store::release_log;

/// Adds a signed entry to the plugin's log, whose row this transaction holds.
pub async fn enter(
    tx: &mut Tx,
    plugin_id: i64,
    action: Action,
    package: &Statement<'_>,
    signer: &Signer,
    now: Timestamp,
) -> QueryResult<()> {
    let last = release_log::last(tx.conn(), plugin_id, package.slug).await?;
    let entry = Entry::next(last.as_ref(), action, package, now);
    let signed = signer.sign(&entry);
    release_log::append(tx.conn(), plugin_id, entry, signed).await
}
