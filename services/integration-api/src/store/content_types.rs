use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::{AccountId, IntegrationId};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde::Serialize;

use super::json::Json;
use super::schema::{content_type_choices, content_types};

pub const POST_TYPE: &str = "post_type";
pub const TAXONOMY: &str = "taxonomy";

/// So many that the site does not have any more are kept.
const VANISHED_KEPT: i64 = 200;

/// A post type or taxonomy that the site has, and what is chosen of it if nobody has chosen before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    pub kind: &'static str,
    pub slug: String,
    pub label: String,
    pub count: i64,
    pub hierarchical: bool,
    pub supports: Vec<String>,
    pub related: Vec<String>,
    pub truncated: bool,
    pub enabled: bool,
    pub fetch_limit: i32,
}

/// The fact and the choice.
#[derive(Clone, Debug, Queryable)]
pub struct ContentType {
    pub kind: String,
    pub slug: String,
    pub label: String,
    pub count: i64,
    pub hierarchical: bool,
    pub supports: Json<Vec<String>>,
    pub related: Json<Vec<String>>,
    pub truncated: bool,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub vanished_at: Option<Timestamp>,
    pub enabled: bool,
    pub fetch_limit: i32,
}

/// What somebody chooses; `None` leaves as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    pub kind: &'static str,
    pub slug: String,
    pub enabled: Option<bool>,
    pub fetch_limit: Option<i32>,
}

/// Which types came and went: `(kind, slug)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    pub new: Vec<String>,
    pub vanished: Vec<String>,
}

/// All of the integration, by name.
pub async fn of(
    connection: &mut AsyncPgConnection,
    integration: IntegrationId,
) -> QueryResult<Vec<ContentType>> {
    content_types::table
        .inner_join(
            content_type_choices::table.on(content_type_choices::integration_id
                .eq(content_types::integration_id)
                .and(content_type_choices::kind.eq(content_types::kind))
                .and(content_type_choices::slug.eq(content_types::slug))),
        )
        .filter(content_types::integration_id.eq(integration.get()))
        .order((content_types::kind, content_types::slug))
        .select((
            content_types::kind,
            content_types::slug,
            content_types::label,
            content_types::count,
            content_types::hierarchical,
            content_types::supports,
            content_types::related,
            content_types::truncated,
            content_types::vanished_at,
            content_type_choices::enabled,
            content_type_choices::fetch_limit,
        ))
        .load(connection)
        .await
}

/// Puts these in the place of what the site had. Choices that were made stay; of what is new they begin as the facts say.
pub async fn replace(
    connection: &mut AsyncPgConnection,
    (account, integration): (AccountId, IntegrationId),
    facts: &[Fact],
    now: Timestamp,
) -> QueryResult<Moves> {
    let rows = serde_json::to_value(facts).expect("invariant: a fact has string keys only");
    diesel::sql_query(
        "INSERT INTO content_types (account_id, integration_id, kind, slug, label, count, hierarchical, supports, related, truncated)
         SELECT $1, $2, kind, slug, label, count, hierarchical, supports, related, truncated FROM jsonb_to_recordset($3) AS r (
            kind text, slug text, label text, count bigint, hierarchical boolean, supports jsonb, related jsonb, truncated boolean)
         ON CONFLICT (integration_id, kind, slug) DO UPDATE SET
            label = excluded.label, count = excluded.count, hierarchical = excluded.hierarchical, supports = excluded.supports,
            related = excluded.related, truncated = excluded.truncated, vanished_at = NULL",
    )
    .bind::<BigInt, _>(account.get())
    .bind::<BigInt, _>(integration.get())
    .bind::<Jsonb, _>(&rows)
    .execute(connection)
    .await?;
    let new: Vec<Slug> = diesel::sql_query(
        "INSERT INTO content_type_choices (account_id, integration_id, kind, slug, enabled, fetch_limit)
         SELECT $1, $2, kind, slug, enabled, fetch_limit
         FROM jsonb_to_recordset($3) AS r (kind text, slug text, enabled boolean, fetch_limit integer)
         ON CONFLICT DO NOTHING RETURNING slug",
    )
    .bind::<BigInt, _>(account.get())
    .bind::<BigInt, _>(integration.get())
    .bind::<Jsonb, _>(&rows)
    .load(connection)
    .await?;
    let (kinds, slugs): (Vec<&str>, Vec<&str>) =
        facts.iter().map(|fact| (fact.kind, fact.slug.as_str())).unzip();
    let vanished: Vec<Slug> = diesel::sql_query(
        "UPDATE content_types SET vanished_at = $4 WHERE integration_id = $1 AND vanished_at IS NULL
         AND (kind, slug) NOT IN (SELECT * FROM unnest($2, $3)) RETURNING slug",
    )
    .bind::<BigInt, _>(integration.get())
    .bind::<Array<Text>, _>(kinds)
    .bind::<Array<Text>, _>(slugs)
    .bind::<Timestamptz, _>(now.to_diesel())
    .load(connection)
    .await?;
    diesel::sql_query(
        "DELETE FROM content_types WHERE (integration_id, kind, slug) IN (
            SELECT integration_id, kind, slug FROM content_types WHERE integration_id = $1 AND vanished_at IS NOT NULL
            ORDER BY vanished_at DESC, kind, slug OFFSET $2)",
    )
    .bind::<BigInt, _>(integration.get())
    .bind::<BigInt, _>(VANISHED_KEPT)
    .execute(connection)
    .await?;
    let slugs = |rows: Vec<Slug>| rows.into_iter().map(|it| it.slug).collect();
    Ok(Moves { new: slugs(new), vanished: slugs(vanished) })
}

/// Writes choices of types that there are; how many there were.
pub async fn choose(
    connection: &mut AsyncPgConnection,
    integration: IntegrationId,
    choices: &[Choice],
) -> QueryResult<usize> {
    let rows = serde_json::to_value(choices).expect("invariant: a choice has string keys only");
    diesel::sql_query(
        "UPDATE content_type_choices AS c SET
            enabled = coalesce(r.enabled, c.enabled), fetch_limit = coalesce(r.fetch_limit, c.fetch_limit)
         FROM jsonb_to_recordset($2) AS r (kind text, slug text, enabled boolean, fetch_limit integer)
         WHERE c.integration_id = $1 AND c.kind = r.kind AND c.slug = r.slug",
    )
    .bind::<BigInt, _>(integration.get())
    .bind::<Jsonb, _>(rows)
    .execute(connection)
    .await
}

/// Post types that are synchronised, as far as the site has them.
pub fn enabled_post_types(all: &[ContentType]) -> Vec<String> {
    all.iter()
        .filter(|it| it.kind == POST_TYPE && it.enabled && it.vanished_at.is_none())
        .map(|it| it.slug.clone())
        .collect()
}

#[derive(QueryableByName)]
struct Slug {
    #[diesel(sql_type = Text)]
    slug: String,
}
