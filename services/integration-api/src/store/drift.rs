use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::IntegrationId;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde::{Deserialize, Serialize};

use super::json::Json;
use super::schema::drift;

/// A range holds the posts with so many ids.
pub const RANGE: i64 = 1000;

/// The posts of a site that it shows, as we know them, with the range each is in.
const KNOWN: &str = "
    WITH known AS (
        SELECT p.content_id, p.state, p.external_id::bigint AS post_id, p.external_id::bigint / 1000 AS range,
               p.wordpress_status AS status, coalesce(p.remote_revision, '') AS revision
        FROM publications p JOIN content c ON c.account_id = p.account_id AND c.id = p.content_id
        WHERE p.site_id = $1 AND c.post_type = $2 AND p.external_id ~ '^[0-9]{1,15}$' AND p.state <> 'gone'
          AND p.wordpress_status IN ('publish', 'private', 'future', 'pending', 'draft')
    )";

/// A range and the checksum of its posts as we know them.
#[derive(Debug, QueryableByName)]
pub struct KnownRange {
    #[diesel(sql_type = BigInt)]
    pub range: i64,
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    #[diesel(sql_type = Text)]
    pub checksum: String,
}

/// Of the ranges beyond `after`, up to `until`.
pub async fn ranges(
    connection: &mut AsyncPgConnection,
    (site, post_type): (i64, &str),
    (after, until): (i64, i64),
) -> QueryResult<Vec<KnownRange>> {
    let sums = "
        SELECT range, count(*) AS count, encode(sha256(convert_to(
            string_agg(post_id || ':' || status || ':' || revision || E'\\n', '' ORDER BY post_id), 'UTF8')), 'hex') AS checksum
        FROM known WHERE range > $3 AND range <= $4 GROUP BY range ORDER BY range";
    diesel::sql_query([KNOWN, sums].concat())
        .bind::<BigInt, _>(site)
        .bind::<Text, _>(post_type)
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(until)
        .load(connection)
        .await
}

/// A post as we know it.
#[derive(Debug, QueryableByName)]
pub struct KnownPost {
    #[diesel(sql_type = BigInt)]
    pub content_id: i64,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = BigInt)]
    pub post_id: i64,
    #[diesel(sql_type = Text)]
    pub status: String,
    #[diesel(sql_type = Text)]
    pub revision: String,
}

/// Those of one range.
pub async fn posts(
    connection: &mut AsyncPgConnection,
    (site, post_type): (i64, &str),
    range: i64,
) -> QueryResult<Vec<KnownPost>> {
    let posts = "SELECT content_id, state, post_id, status, revision FROM known WHERE range = $3";
    diesel::sql_query([KNOWN, posts].concat())
        .bind::<BigInt, _>(site)
        .bind::<Text, _>(post_type)
        .bind::<BigInt, _>(range)
        .load(connection)
        .await
}

/// How a post stands on one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PostStanding)]
pub struct Standing {
    /// In WordPress' words.
    pub status: String,
    /// Hash of its title, text and excerpt.
    pub revision: String,
}

/// A post that the two sides do not agree on.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = drift)]
pub struct Drift {
    pub integration_id: i64,
    pub post_id: i64,
    pub account_id: i64,
    pub site_id: i64,
    pub post_type: String,
    pub content_id: Option<i64>,
    pub kind: String,
    pub ours: Option<Json<Standing>>,
    pub theirs: Option<Json<Standing>>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp, serialize_as = jiff_diesel::Timestamp)]
    pub found_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp, skip_insertion)]
    pub repair_ordered_at: Option<Timestamp>,
}

/// What was found in these ranges takes the place of what was found there before.
pub async fn replace(
    connection: &mut AsyncPgConnection,
    (integration, post_type): (i64, &str),
    ranges: &[i64],
    found: Vec<Drift>,
) -> QueryResult<()> {
    diesel::sql_query(
        "DELETE FROM drift WHERE integration_id = $1 AND post_type = $2 AND post_id / 1000 = ANY($3)",
    )
    .bind::<BigInt, _>(integration)
    .bind::<Text, _>(post_type)
    .bind::<Array<BigInt>, _>(ranges)
    .execute(connection)
    .await?;
    if found.is_empty() {
        return Ok(());
    }
    // A post may have become one of another type.
    let posts: Vec<i64> = found.iter().map(|it| it.post_id).collect();
    settle(connection, integration, &posts).await?;
    diesel::insert_into(drift::table).values(found).execute(connection).await?;
    Ok(())
}

/// These posts were read since.
pub async fn settle(connection: &mut AsyncPgConnection, integration: i64, posts: &[i64]) -> QueryResult<()> {
    let read = drift::integration_id.eq(integration).and(drift::post_id.eq_any(posts));
    diesel::delete(drift::table.filter(read)).execute(connection).await?;
    Ok(())
}

pub async fn page(
    connection: &mut AsyncPgConnection,
    integration: IntegrationId,
    after: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Drift>> {
    drift::table
        .filter(drift::integration_id.eq(integration.get()))
        .filter(drift::post_id.gt(after.unwrap_or(0)))
        .order(drift::post_id)
        .limit(limit)
        .select(Drift::as_select())
        .load(connection)
        .await
}

pub async fn count(connection: &mut AsyncPgConnection, integration: i64) -> QueryResult<i64> {
    drift::table.filter(drift::integration_id.eq(integration)).count().get_result(connection).await
}

/// Notes that these are asked for, or the oldest `limit` of all; returns the posts.
pub async fn order_repair(
    connection: &mut AsyncPgConnection,
    integration: i64,
    posts: Option<&[i64]>,
    (limit, now): (i64, Timestamp),
) -> QueryResult<Vec<i64>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        post_id: i64,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "UPDATE drift SET repair_ordered_at = $4 WHERE integration_id = $1 AND post_id IN (
             SELECT post_id FROM drift WHERE integration_id = $1 AND ($2 IS NULL OR post_id = ANY($2))
             ORDER BY repair_ordered_at NULLS FIRST, post_id LIMIT $3)
         RETURNING post_id",
    )
    .bind::<BigInt, _>(integration)
    .bind::<Nullable<Array<BigInt>>, _>(posts)
    .bind::<BigInt, _>(limit)
    .bind::<diesel::sql_types::Timestamptz, _>(now.to_diesel())
    .load(connection)
    .await?;
    Ok(rows.into_iter().map(|row| row.post_id).collect())
}
