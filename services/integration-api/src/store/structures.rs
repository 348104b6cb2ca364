use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::{AccountId, IntegrationId};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde_json::Value;

use super::schema::structures;

/// What a site says of itself, but for its types and terms.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = structures)]
pub struct Structure {
    pub digest: Option<Vec<u8>>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub told_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub fetched_at: Option<Timestamp>,
    pub capabilities: Value,
    pub authors: Value,
    pub plugin_connection_enabled: Option<bool>,
    pub two_way_sync_enabled: Option<bool>,
}

/// What was told last.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = structures)]
pub struct Told<'a> {
    pub digest: &'a [u8],
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub told_at: Timestamp,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub fetched_at: Timestamp,
    pub capabilities: Option<&'a Value>,
    pub authors: Option<&'a Value>,
    pub plugin_connection_enabled: Option<bool>,
    pub two_way_sync_enabled: Option<bool>,
}

/// The integration's row, made if there is none, and locked: one push at a time.
pub async fn lock(
    connection: &mut AsyncPgConnection,
    (account, integration): (AccountId, IntegrationId),
) -> QueryResult<Structure> {
    diesel::insert_into(structures::table)
        .values((structures::account_id.eq(account.get()), structures::integration_id.eq(integration.get())))
        .on_conflict_do_nothing()
        .execute(connection)
        .await?;
    structures::table
        .find(integration.get())
        .select(Structure::as_select())
        .for_update()
        .first(connection)
        .await
}

pub async fn find(
    connection: &mut AsyncPgConnection,
    integration: IntegrationId,
) -> QueryResult<Option<Structure>> {
    structures::table
        .find(integration.get())
        .select(Structure::as_select())
        .first(connection)
        .await
        .optional()
}

/// What was not told stays as it is.
pub async fn write(
    connection: &mut AsyncPgConnection,
    integration: IntegrationId,
    told: Told<'_>,
) -> QueryResult<()> {
    diesel::update(structures::table.find(integration.get())).set(told).execute(connection).await?;
    Ok(())
}

/// An older one came late, or one that has nothing new.
pub async fn note_fetch(
    connection: &mut AsyncPgConnection,
    integration: IntegrationId,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(structures::table.find(integration.get()))
        .set(structures::fetched_at.eq(now.to_diesel()))
        .execute(connection)
        .await?;
    Ok(())
}
