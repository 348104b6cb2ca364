use std::collections::HashMap;

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Jsonb, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::{AccountId, IntegrationId, SiteId};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde::Serialize;

use super::schema::site_terms;

/// The taxonomies in which WordPress keeps the categories and tags of posts.
pub const CATEGORY: &str = "category";
pub const POST_TAG: &str = "post_tag";

/// A term that the site has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    pub taxonomy: String,
    pub wordpress_id: i64,
    pub parent: i64,
    pub name: String,
    pub slug: String,
    pub path: Option<String>,
    pub name_key: String,
    pub path_key: Option<String>,
    pub count: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = site_terms)]
pub struct Term {
    pub wordpress_id: i64,
    pub parent: i64,
    pub name: String,
    pub slug: String,
    pub path: Option<String>,
    pub count: i64,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub vanished_at: Option<Timestamp>,
}

/// Which taxonomies the site said less of than everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    /// It said nothing of their terms.
    pub untold: Vec<String>,
    /// It has more terms than it told.
    pub truncated: Vec<String>,
}

/// How many rows are different now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    pub written: usize,
    pub vanished: usize,
}

/// Puts these in the place of what the site had. A term that vanished is kept, and marked, while content or settings of the site name it.
pub async fn replace(
    connection: &mut AsyncPgConnection,
    (account, site, integration): (AccountId, SiteId, IntegrationId),
    facts: &[Fact],
    gaps: &Gaps,
    now: Timestamp,
) -> QueryResult<Moves> {
    let rows = serde_json::to_value(facts).expect("invariant: a term has string keys only");
    let written = diesel::sql_query(
        "INSERT INTO site_terms AS t
            (account_id, integration_id, taxonomy, wordpress_id, parent, name, slug, path, name_key, path_key, count)
         SELECT $1, $2, r.* FROM jsonb_to_recordset($3) AS r (taxonomy text, wordpress_id bigint, parent bigint, name text, slug text,
            path text, name_key text, path_key text, count bigint)
         ON CONFLICT (integration_id, taxonomy, wordpress_id) DO UPDATE SET
            parent = excluded.parent, name = excluded.name, slug = excluded.slug, path = excluded.path, name_key = excluded.name_key,
            path_key = excluded.path_key, count = excluded.count, vanished_at = NULL
         WHERE (t.parent, t.name, t.slug, t.path, t.count, t.vanished_at)
            IS DISTINCT FROM (excluded.parent, excluded.name, excluded.slug, excluded.path, excluded.count, NULL::timestamptz)",
    )
    .bind::<BigInt, _>(account.get())
    .bind::<BigInt, _>(integration.get())
    .bind::<Jsonb, _>(rows)
    .execute(connection)
    .await?;
    let (taxonomies, ids): (Vec<&str>, Vec<i64>) =
        facts.iter().map(|term| (term.taxonomy.as_str(), term.wordpress_id)).unzip();
    // NOT IN is one hashed list; NOT EXISTS would be a walk through all of it for each row.
    let deleted = diesel::sql_query(
        "WITH named AS MATERIALIZED (
            SELECT DISTINCT regexp_replace(lower(trim(content_terms.name)), '\\s*>\\s*', ' > ', 'g') AS key
            FROM content JOIN content_terms ON content_terms.content_id = content.id
            WHERE content.account_id = $5 AND content.site_id = $6),
         chosen AS MATERIALIZED (
            SELECT ids.value FROM publishing_settings, LATERAL (
                SELECT * FROM jsonb_each_text(settings -> 'posts' -> 'category_ids')
                UNION ALL SELECT * FROM jsonb_each_text(settings -> 'posts' -> 'tag_ids')) AS ids
            WHERE site_id = $6 AND ids.value IS NOT NULL)
         DELETE FROM site_terms AS t WHERE integration_id = $1 AND taxonomy <> ALL ($4)
         AND (taxonomy, wordpress_id) NOT IN (SELECT * FROM unnest($2, $3))
         AND name_key NOT IN (SELECT key FROM named) AND coalesce(path_key, name_key) NOT IN (SELECT key FROM named)
         AND wordpress_id::text NOT IN (SELECT value FROM chosen)",
    )
    .bind::<BigInt, _>(integration.get())
    .bind::<Array<Text>, _>(&taxonomies)
    .bind::<Array<BigInt>, _>(&ids)
    .bind::<Array<Text>, _>(&gaps.untold)
    .bind::<BigInt, _>(account.get())
    .bind::<BigInt, _>(site.get())
    .execute(connection)
    .await?;
    let marked = diesel::sql_query(
        "UPDATE site_terms AS t SET vanished_at = $5
         WHERE integration_id = $1 AND vanished_at IS NULL AND taxonomy <> ALL ($4)
         AND (taxonomy, wordpress_id) NOT IN (SELECT * FROM unnest($2, $3))",
    )
    .bind::<BigInt, _>(integration.get())
    .bind::<Array<Text>, _>(taxonomies)
    .bind::<Array<BigInt>, _>(ids)
    .bind::<Array<Text>, _>([&gaps.untold[..], &gaps.truncated[..]].concat())
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(connection)
    .await?;
    Ok(Moves { written, vanished: deleted + marked })
}

/// The terms of a taxonomy, by their ids.
pub async fn page(
    connection: &mut AsyncPgConnection,
    integration: IntegrationId,
    taxonomy: &str,
    after: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Term>> {
    site_terms::table
        .filter(site_terms::integration_id.eq(integration.get()))
        .filter(site_terms::taxonomy.eq(taxonomy))
        .filter(site_terms::wordpress_id.gt(after.unwrap_or(0)))
        .order(site_terms::wordpress_id)
        .limit(limit)
        .select(Term::as_select())
        .load(connection)
        .await
}

/// How many terms of each taxonomy are known.
pub async fn counts(
    connection: &mut AsyncPgConnection,
    integration: IntegrationId,
) -> QueryResult<HashMap<String, i64>> {
    let rows: Vec<(String, i64)> = site_terms::table
        .filter(site_terms::integration_id.eq(integration.get()))
        .filter(site_terms::vanished_at.is_null())
        .group_by(site_terms::taxonomy)
        .select((site_terms::taxonomy, diesel::dsl::count_star()))
        .load(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Terms that are meant by these keys of names or paths.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = site_terms)]
pub struct Meant {
    pub integration_id: i64,
    pub taxonomy: String,
    pub wordpress_id: i64,
    pub name_key: String,
    pub path_key: Option<String>,
}

/// Categories and tags that the sites have, by any of these keys.
pub async fn meant(
    connection: &mut AsyncPgConnection,
    integrations: &[i64],
    keys: &[String],
) -> QueryResult<Vec<Meant>> {
    site_terms::table
        .filter(site_terms::integration_id.eq_any(integrations))
        .filter(site_terms::taxonomy.eq_any([CATEGORY, POST_TAG]))
        .filter(site_terms::vanished_at.is_null())
        .filter(site_terms::name_key.eq_any(keys).or(site_terms::path_key.eq_any(keys)))
        .order((site_terms::integration_id, site_terms::wordpress_id))
        .select(Meant::as_select())
        .load(connection)
        .await
}
