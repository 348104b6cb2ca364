use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::{AccountId, IntegrationId};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::json::Json;
use super::publications::Failure;
use super::schema::{import_cursors, imports};

/// A run through a site's posts.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = imports)]
pub struct Import {
    pub id: Uuid,
    pub account_id: i64,
    pub site_id: i64,
    pub integration_id: i64,
    pub kind: String,
    pub state: String,
    pub post_types: Json<Vec<TypeProgress>>,
    pub read_id: Option<Uuid>,
    #[diesel(embed)]
    pub counts: Counts,
    pub problems: Json<Vec<Problem>>,
    pub error: Option<Json<Failure>>,
    pub user_id: Option<i64>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub started_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub finished_at: Option<Timestamp>,
}

/// How far a run is with one type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ImportedType)]
pub struct TypeProgress {
    pub post_type: String,
    #[schema(ignore)]
    pub cursor: String,
    /// Posts looked at so far.
    pub read: i64,
    /// Posts the site has; 0: it has not said yet.
    pub total: i64,
    pub done: bool,
    /// Of a comparison: ranges that differ and are looked at next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(ignore)]
    pub ranges: Vec<i64>,
    /// Posts asked for with one request, at most.
    #[serde(default = "whole_page")]
    #[schema(ignore)]
    pub limit: i32,
}

/// A site gives no more.
pub const WHOLE_PAGE: i32 = 100;

fn whole_page() -> i32 {
    WHOLE_PAGE
}

#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Queryable,
    Selectable,
    AsChangeset,
    Serialize,
    utoipa::ToSchema,
)]
#[diesel(table_name = imports)]
#[schema(as = ImportCounts)]
pub struct Counts {
    /// Posts that became content.
    pub created: i64,
    /// Content that took over what somebody wrote on the site.
    pub updated: i64,
    pub unchanged: i64,
    /// Posts that could not become content.
    pub skipped: i64,
}

/// A post that could not become content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ImportProblem)]
pub struct Problem {
    pub post_id: i64,
    pub title: String,
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Import,
    Changes,
    Compare,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Changes => "changes",
            Self::Compare => "compare",
        }
    }
}

pub const RUNNING: &str = "running";
pub const DONE: &str = "done";
pub const FAILED: &str = "failed";
pub const CANCELLED: &str = "cancelled";

#[derive(Debug, Insertable)]
#[diesel(table_name = imports)]
pub struct NewImport {
    pub id: Uuid,
    pub account_id: i64,
    pub site_id: i64,
    pub integration_id: i64,
    pub kind: &'static str,
    pub post_types: Json<Vec<TypeProgress>>,
    pub read_id: Uuid,
    pub user_id: Option<i64>,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub started_at: Timestamp,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub changed_at: Timestamp,
}

/// `None`: another run of the integration is under way.
pub async fn create(connection: &mut AsyncPgConnection, new: NewImport) -> QueryResult<Option<Import>> {
    diesel::insert_into(imports::table)
        .values(new)
        .on_conflict_do_nothing()
        .returning(Import::as_returning())
        .get_result(connection)
        .await
        .optional()
}

pub async fn find(
    connection: &mut AsyncPgConnection,
    (account, integration): (AccountId, IntegrationId),
    id: Uuid,
) -> QueryResult<Option<Import>> {
    imports::table
        .filter(imports::account_id.eq(account.get()))
        .filter(imports::integration_id.eq(integration.get()))
        .filter(imports::id.eq(id))
        .select(Import::as_select())
        .first(connection)
        .await
        .optional()
}

/// The newest runs first.
pub async fn page(
    connection: &mut AsyncPgConnection,
    (account, integration): (AccountId, IntegrationId),
    before: Option<Uuid>,
    limit: i64,
) -> QueryResult<Vec<Import>> {
    let mut query = imports::table
        .filter(imports::account_id.eq(account.get()))
        .filter(imports::integration_id.eq(integration.get()))
        .select(Import::as_select())
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(imports::id.lt(before));
    }
    query.order(imports::id.desc()).limit(limit).load(connection).await
}

/// The run of the integration that is under way, locked.
pub async fn lock_running(
    connection: &mut AsyncPgConnection,
    (account, integration): (AccountId, IntegrationId),
) -> QueryResult<Option<Import>> {
    imports::table
        .filter(imports::account_id.eq(account.get()))
        .filter(imports::integration_id.eq(integration.get()))
        .filter(imports::state.eq(RUNNING))
        .select(Import::as_select())
        .for_no_key_update()
        .first(connection)
        .await
        .optional()
}

/// The run that waits for this page, locked.
pub async fn lock_reading(connection: &mut AsyncPgConnection, read: Uuid) -> QueryResult<Option<Import>> {
    imports::table
        .filter(imports::read_id.eq(read))
        .select(Import::as_select())
        .for_no_key_update()
        .first(connection)
        .await
        .optional()
}

/// Writes how far a run is.
pub async fn write(connection: &mut AsyncPgConnection, import: &Import, now: Timestamp) -> QueryResult<()> {
    diesel::update(imports::table.find(import.id))
        .set((
            imports::state.eq(&import.state),
            imports::post_types.eq(&import.post_types),
            imports::read_id.eq(import.read_id),
            import.counts,
            imports::problems.eq(&import.problems),
            imports::error.eq(&import.error),
            imports::finished_at.eq(import.finished_at.map(ToDiesel::to_diesel)),
            imports::changed_at.eq(now.to_diesel()),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// Of these integrations, those whose posts were imported once.
pub async fn imported(connection: &mut AsyncPgConnection, integrations: &[i64]) -> QueryResult<Vec<i64>> {
    imports::table
        .filter(imports::integration_id.eq_any(integrations))
        .filter(imports::kind.eq(Kind::Import.as_str()))
        .filter(imports::state.ne(CANCELLED))
        .select(imports::integration_id)
        .distinct()
        .load(connection)
        .await
}

/// Runs of which nothing was heard since then: what they waited for is lost.
pub async fn lost(
    connection: &mut AsyncPgConnection,
    heard_before: Timestamp,
    limit: i64,
) -> QueryResult<Vec<Import>> {
    imports::table
        .filter(imports::state.eq(RUNNING))
        .filter(imports::changed_at.lt(heard_before.to_diesel()))
        .order(imports::id)
        .limit(limit)
        .select(Import::as_select())
        .for_update()
        .skip_locked()
        .load(connection)
        .await
}

/// By type, up to where the integration's posts were read.
pub async fn cursors(
    connection: &mut AsyncPgConnection,
    integration: i64,
) -> QueryResult<Vec<(String, String)>> {
    import_cursors::table
        .filter(import_cursors::integration_id.eq(integration))
        .select((import_cursors::post_type, import_cursors::cursor))
        .load(connection)
        .await
}

pub async fn set_cursor(
    connection: &mut AsyncPgConnection,
    (account, integration, post_type): (i64, i64, &str),
    cursor: &str,
    now: Timestamp,
) -> QueryResult<()> {
    let value = (import_cursors::cursor.eq(cursor), import_cursors::changed_at.eq(now.to_diesel()));
    diesel::insert_into(import_cursors::table)
        .values((
            import_cursors::integration_id.eq(integration),
            import_cursors::account_id.eq(account),
            import_cursors::post_type.eq(post_type),
            value,
        ))
        .on_conflict((import_cursors::integration_id, import_cursors::post_type))
        .do_update()
        .set(value)
        .execute(connection)
        .await?;
    Ok(())
}
