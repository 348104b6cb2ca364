//! How reading sites' posts goes.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use super::{Connection, Integration, State};
use crate::store::schema::integrations;

/// Those whose posts may be read and were not looked at since then, the longest first.
pub async fn to_pull(
    connection: &mut AsyncPgConnection,
    looked_at_before: Timestamp,
    limit: i64,
) -> QueryResult<Vec<Integration>> {
    integrations::table
        .filter(integrations::state.eq(State::Connected.as_str()))
        .filter(integrations::is_active.and(integrations::sync_enabled))
        .filter(integrations::sync_status.ne(SyncStatus::Syncing.as_str()))
        .filter(
            integrations::looked_at.is_null().or(integrations::looked_at.lt(looked_at_before.to_diesel())),
        )
        .order(integrations::looked_at.asc().nulls_first())
        .limit(limit)
        .select(Integration::as_select())
        .load(connection)
        .await
}

/// Connected sites with the plugin whose posts were not compared since then, the longest first.
pub async fn to_compare(
    connection: &mut AsyncPgConnection,
    compared_before: Timestamp,
    limit: i64,
) -> QueryResult<Vec<Integration>> {
    let is_due =
        integrations::compared_at.is_null().or(integrations::compared_at.lt(compared_before.to_diesel()));
    integrations::table
        .filter(integrations::state.eq(State::Connected.as_str()))
        .filter(integrations::is_active.and(integrations::sync_enabled))
        .filter(integrations::connection.eq(Connection::Plugin.as_str()))
        .filter(integrations::site_public_key.is_not_null())
        .filter(integrations::sync_status.ne(SyncStatus::Syncing.as_str()))
        .filter(is_due)
        .order(integrations::compared_at.asc().nulls_first())
        .limit(limit)
        .select(Integration::as_select())
        .load(connection)
        .await
}

/// Notes that a comparison has begun.
pub async fn note_comparison(connection: &mut AsyncPgConnection, id: i64, now: Timestamp) -> QueryResult<()> {
    diesel::update(integrations::table.find(id))
        .set(integrations::compared_at.eq(now.to_diesel()))
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes how reading the site's posts goes; `last_sync_at` moves when it went well.
pub async fn note_sync(
    connection: &mut AsyncPgConnection,
    id: i64,
    (status, error): (SyncStatus, &str),
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(integrations::table.find(id))
        .set((
            integrations::sync_status.eq(status.as_str()),
            integrations::sync_error.eq(error),
            integrations::looked_at.eq(now.to_diesel()),
            (status == SyncStatus::Success).then(|| integrations::last_sync_at.eq(now.to_diesel())),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncStatus {
    Syncing,
    Success,
    Failed,
    Idle,
}

impl SyncStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Syncing => "syncing",
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Idle => "idle",
        }
    }
}
