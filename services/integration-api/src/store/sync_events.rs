use database::Tx;
use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::AccountId;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde_json::Value;
use uuid::Uuid;

use super::schema::sync_events;

/// What the stream waits for.
pub const RECORDED: &str = "sync_events";

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = sync_events)]
pub struct SyncEvent {
    pub id: i64,
    pub event_id: Uuid,
    pub account_id: i64,
    pub site_id: i64,
    pub integration_id: Option<i64>,
    pub content_id: Option<i64>,
    pub event_type: String,
    pub action: String,
    pub direction: String,
    pub description: String,
    pub success: bool,
    pub external_id: Option<String>,
    pub error_message: String,
    pub details: Value,
    pub duration_ms: Option<i64>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Insertable)]
#[diesel(table_name = sync_events)]
pub struct NewSyncEvent {
    pub event_id: Uuid,
    pub account_id: i64,
    pub site_id: i64,
    pub integration_id: Option<i64>,
    pub content_id: Option<i64>,
    pub event_type: &'static str,
    pub action: &'static str,
    pub direction: &'static str,
    pub description: String,
    pub success: bool,
    pub external_id: Option<String>,
    pub error_message: String,
    pub details: Value,
    pub duration_ms: Option<i64>,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
}

/// Writes them down. The transaction must have written or locked a row before: readers count on it that whoever holds an id has
/// a transaction id, and so can tell which ids may still appear.
pub async fn record(tx: &mut Tx, events: Vec<NewSyncEvent>) -> QueryResult<()> {
    if events.is_empty() {
        return Ok(());
    }
    diesel::insert_into(sync_events::table).values(events).execute(tx.conn()).await?;
    tx.wake_after_commit(RECORDED);
    Ok(())
}

/// What a list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub site_id: Option<i64>,
    pub content_id: Option<i64>,
    pub event_type: Option<String>,
    pub success: Option<bool>,
    pub since: Option<Timestamp>,
}

/// The account's events, newest first.
pub async fn page(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<SyncEvent>> {
    let mut query = sync_events::table
        .filter(sync_events::account_id.eq(account.get()))
        .select(SyncEvent::as_select())
        .into_boxed();
    if let Some(site_id) = filter.site_id {
        query = query.filter(sync_events::site_id.eq(site_id));
    }
    if let Some(content_id) = filter.content_id {
        query = query.filter(sync_events::content_id.eq(content_id));
    }
    if let Some(event_type) = filter.event_type.clone() {
        query = query.filter(sync_events::event_type.eq(event_type));
    }
    if let Some(success) = filter.success {
        query = query.filter(sync_events::success.eq(success));
    }
    if let Some(since) = filter.since {
        query = query.filter(sync_events::created_at.ge(since.to_diesel()));
    }
    if let Some(before) = before {
        query = query.filter(sync_events::id.lt(before));
    }
    query.order(sync_events::id.desc()).limit(limit).load(connection).await
}

/// Every account's events above `after`, lowest id first.
pub async fn above(
    connection: &mut AsyncPgConnection,
    after: i64,
    limit: i64,
) -> QueryResult<Vec<SyncEvent>> {
    sync_events::table
        .filter(sync_events::id.gt(after))
        .order(sync_events::id)
        .limit(limit)
        .select(SyncEvent::as_select())
        .load(connection)
        .await
}

/// Every account's events in these ranges of ids, lowest id first.
pub async fn within(
    connection: &mut AsyncPgConnection,
    ranges: &[(i64, i64)],
) -> QueryResult<Vec<SyncEvent>> {
    let Some(((first, last), others)) = ranges.split_first() else { return Ok(Vec::new()) };
    let mut query = sync_events::table
        .filter(sync_events::id.between(*first, *last))
        .select(SyncEvent::as_select())
        .into_boxed();
    for (first, last) in others {
        query = query.or_filter(sync_events::id.between(*first, *last));
    }
    query.order(sync_events::id).load(connection).await
}

/// The account's events with `after < id <= last`, lowest id first.
pub async fn between(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    after: i64,
    last: i64,
    limit: i64,
) -> QueryResult<Vec<SyncEvent>> {
    sync_events::table
        .filter(sync_events::account_id.eq(account.get()))
        .filter(sync_events::id.gt(after))
        .filter(sync_events::id.le(last))
        .order(sync_events::id)
        .limit(limit)
        .select(SyncEvent::as_select())
        .load(connection)
        .await
}

/// The highest ids there are, lowest first.
pub async fn newest_ids(connection: &mut AsyncPgConnection, limit: i64) -> QueryResult<Vec<i64>> {
    let mut ids: Vec<i64> = sync_events::table
        .order(sync_events::id.desc())
        .limit(limit)
        .select(sync_events::id)
        .load(connection)
        .await?;
    ids.reverse();
    Ok(ids)
}

/// Which transactions are under way.
#[derive(Clone, Copy, Debug)]
pub struct Snapshot {
    /// Every transaction below this one has ended.
    pub ended_below: i64,
    /// None of this number or above has begun.
    pub next: i64,
}

pub async fn snapshot(connection: &mut AsyncPgConnection) -> QueryResult<Snapshot> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        ended_below: String,
        #[diesel(sql_type = Text)]
        next: String,
    }
    let row: Row = diesel::sql_query(
        "SELECT pg_snapshot_xmin(now)::text AS ended_below, pg_snapshot_xmax(now)::text AS next FROM pg_current_snapshot() AS now",
    )
    .get_result(connection)
    .await?;
    let number = |text: String| {
        text.parse().map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))
    };
    Ok(Snapshot { ended_below: number(row.ended_below)?, next: number(row.next)? })
}
