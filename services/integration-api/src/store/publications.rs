use std::collections::HashMap;

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::{AccountId, ContentId, SiteId};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::json::Json;
use super::schema::publications;

/// How a piece of content stands on its site.
#[derive(Clone, Debug, PartialEq, Serialize, Queryable, Selectable)]
#[diesel(table_name = publications)]
pub struct Publication {
    pub content_id: i64,
    pub account_id: i64,
    pub site_id: i64,
    pub state: String,
    pub command: Option<String>,
    pub state_before: Option<String>,
    pub follow_up: Option<String>,
    pub status_before_publish: Option<String>,
    pub integration_id: Option<i64>,
    pub operation_id: Option<Uuid>,
    pub job_id: Option<Uuid>,
    pub sequence: i64,
    pub attempt: i32,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub next_attempt_at: Option<Timestamp>,
    pub error: Option<Json<Failure>>,
    pub warnings: Json<Vec<Warning>>,
    pub revision: Option<String>,
    pub remote_revision: Option<String>,
    pub external_id: Option<String>,
    pub external_url: Option<String>,
    pub wordpress_status: Option<String>,
    pub wp_metadata: Option<serde_json::Value>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub last_wp_sync: Option<Timestamp>,
    pub position_sequence: Option<i64>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub position_modified_at: Option<Timestamp>,
    pub position_arrival: Option<i64>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub published_at: Option<Timestamp>,
    pub is_foreign: bool,
}

/// Why a try did not succeed, as it is kept and shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Failure {
    /// dns, tls, unreachable, timeout, blocked, wrong_key …
    pub cause: String,
    pub detail: String,
    /// First bytes of the site's answer, or the transport's error.
    pub evidence: String,
    /// What to do about it.
    pub next_step: String,
    pub http_status: Option<i32>,
}

/// Something that did not make it although the post did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Warning {
    pub code: String,
    /// What it concerns: an image's address, a term, a SEO field.
    pub subject: String,
    pub detail: String,
    /// images, terms, seo or fields: it is tried again alone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub part: String,
}

pub async fn create(
    connection: &mut AsyncPgConnection,
    (account_id, site_id, content_id): (i64, i64, i64),
    now: Timestamp,
) -> QueryResult<Publication> {
    diesel::insert_into(publications::table)
        .values((
            publications::content_id.eq(content_id),
            publications::account_id.eq(account_id),
            publications::site_id.eq(site_id),
            publications::state.eq("none"),
            publications::changed_at.eq(now.to_diesel()),
        ))
        .returning(Publication::as_returning())
        .get_result(connection)
        .await
}

/// A post of a site that becomes content.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = publications)]
pub struct Imported {
    pub content_id: i64,
    pub account_id: i64,
    pub site_id: i64,
    pub integration_id: i64,
    pub state: &'static str,
    pub remote_revision: String,
    pub external_id: String,
    pub external_url: String,
    pub wordpress_status: String,
    pub wp_metadata: serde_json::Value,
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp)]
    pub published_at: Option<Timestamp>,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub last_wp_sync: Timestamp,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub changed_at: Timestamp,
    pub is_foreign: bool,
}

pub async fn create_imported(connection: &mut AsyncPgConnection, new: Vec<Imported>) -> QueryResult<()> {
    diesel::insert_into(publications::table).values(new).execute(connection).await?;
    Ok(())
}

/// The site's plugin does not know yet whose its posts are.
pub async fn become_foreign(connection: &mut AsyncPgConnection, site: SiteId) -> QueryResult<()> {
    diesel::update(publications::table)
        .filter(publications::site_id.eq(site.get()))
        .filter(publications::external_id.is_not_null())
        .set(publications::is_foreign.eq(true))
        .execute(connection)
        .await?;
    Ok(())
}

/// Locks those there are, lowest id first, so that nobody waits in a circle.
pub async fn lock(connection: &mut AsyncPgConnection, ids: &[i64]) -> QueryResult<Vec<Publication>> {
    publications::table
        .filter(publications::content_id.eq_any(ids))
        .order(publications::content_id)
        .select(Publication::as_select())
        .for_no_key_update()
        .load(connection)
        .await
}

/// The same, of these accounts only: ids that people name may be anybody's.
pub async fn lock_of(
    connection: &mut AsyncPgConnection,
    accounts: &[i64],
    ids: &[i64],
) -> QueryResult<Vec<Publication>> {
    publications::table
        .filter(publications::account_id.eq_any(accounts))
        .filter(publications::content_id.eq_any(ids))
        .order(publications::content_id)
        .select(Publication::as_select())
        .for_no_key_update()
        .load(connection)
        .await
}

pub async fn lock_one(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    id: ContentId,
) -> QueryResult<Option<Publication>> {
    Ok(lock_of(connection, &[account.get()], &[id.get()]).await?.pop())
}

/// Which content stands behind these posts of these sites: `(site, post, content)`.
pub async fn by_posts(
    connection: &mut AsyncPgConnection,
    sites: Vec<i64>,
    posts: Vec<String>,
) -> QueryResult<Vec<(i64, String, i64)>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        site_id: i64,
        #[diesel(sql_type = Text)]
        post: String,
        #[diesel(sql_type = BigInt)]
        content_id: i64,
    }
    // Should two pieces of content ever claim one post, the younger one has it.
    let found: Vec<Found> = diesel::sql_query(
        "SELECT site_id, external_id AS post, max(content_id) AS content_id FROM publications
         WHERE (site_id, external_id) IN (SELECT * FROM unnest($1, $2)) GROUP BY site_id, external_id",
    )
    .bind::<Array<BigInt>, _>(sites)
    .bind::<Array<Text>, _>(posts)
    .load(connection)
    .await?;
    Ok(found.into_iter().map(|it| (it.site_id, it.post, it.content_id)).collect())
}

/// Posts of a site that are content here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    pub count: i64,
    pub last_at: Option<Timestamp>,
}

/// The same by post type, without what is gone from the site.
pub async fn synced_by_type(
    connection: &mut AsyncPgConnection,
    site: i64,
) -> QueryResult<HashMap<String, Synced>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        post_type: String,
        #[diesel(sql_type = BigInt)]
        count: i64,
        #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
        last_at: Option<Timestamp>,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT content.post_type, count(*) AS count, max(greatest(p.last_wp_sync, p.published_at)) AS last_at
         FROM publications AS p JOIN content ON content.id = p.content_id
         WHERE p.site_id = $1 AND p.external_id IS NOT NULL AND p.state <> 'gone' GROUP BY content.post_type",
    )
    .bind::<BigInt, _>(site)
    .load(connection)
    .await?;
    Ok(rows.into_iter().map(|it| (it.post_type, Synced { count: it.count, last_at: it.last_at })).collect())
}

/// Writes rows that were locked and changed, all in one statement.
pub async fn write(
    connection: &mut AsyncPgConnection,
    changed: &[Publication],
    now: Timestamp,
) -> QueryResult<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let rows = serde_json::to_value(changed).expect("invariant: a publication has string keys only");
    diesel::sql_query(
        "UPDATE publications AS p SET
            state = r.state, command = r.command, state_before = r.state_before, follow_up = r.follow_up,
            status_before_publish = r.status_before_publish,
            integration_id = r.integration_id, operation_id = r.operation_id, job_id = r.job_id,
            sequence = r.sequence, attempt = r.attempt, next_attempt_at = r.next_attempt_at, error = r.error,
            warnings = r.warnings, revision = r.revision, remote_revision = r.remote_revision, external_id = r.external_id,
            external_url = r.external_url, wordpress_status = r.wordpress_status, wp_metadata = r.wp_metadata,
            last_wp_sync = r.last_wp_sync, position_sequence = r.position_sequence,
            position_modified_at = r.position_modified_at, position_arrival = r.position_arrival,
            published_at = r.published_at, is_foreign = r.is_foreign, changed_at = $2
         FROM jsonb_to_recordset($1) AS r (
            content_id bigint, state text, command text, state_before text, follow_up text, status_before_publish text, integration_id bigint, operation_id uuid, job_id uuid, sequence bigint,
            attempt integer, next_attempt_at timestamptz, error jsonb, warnings jsonb, revision text, remote_revision text,
            external_id text, external_url text, wordpress_status text, wp_metadata jsonb, last_wp_sync timestamptz,
            position_sequence bigint, position_modified_at timestamptz, position_arrival bigint, published_at timestamptz,
            is_foreign boolean)
         WHERE p.content_id = r.content_id",
    )
    .bind::<Jsonb, _>(rows)
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
impl Publication {
    /// Of content that was never published.
    pub fn none(account_id: i64, site_id: i64, content_id: i64) -> Self {
        Self {
            content_id,
            account_id,
            site_id,
            state: "none".to_owned(),
            command: None,
            state_before: None,
            follow_up: None,
            status_before_publish: None,
            integration_id: None,
            operation_id: None,
            job_id: None,
            sequence: 0,
            attempt: 0,
            next_attempt_at: None,
            error: None,
            warnings: Json(Vec::new()),
            revision: None,
            remote_revision: None,
            external_id: None,
            external_url: None,
            wordpress_status: None,
            wp_metadata: None,
            last_wp_sync: None,
            position_sequence: None,
            position_modified_at: None,
            position_arrival: None,
            published_at: None,
            is_foreign: false,
        }
    }
}
