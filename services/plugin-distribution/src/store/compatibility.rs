use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use super::schema::plugin_versions;

/// What a version says it needs.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = plugin_versions)]
pub struct Declared {
    pub id: i64,
    pub version: String,
    pub status: String,
    pub requires_version: String,
    pub tested_version: String,
    pub requires_php: String,
}

/// The plugin's versions, the last one made first.
pub async fn declared(
    connection: &mut AsyncPgConnection,
    plugin_id: i64,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Declared>> {
    plugin_versions::table
        .filter(plugin_versions::plugin_id.eq(plugin_id))
        .filter(plugin_versions::id.lt(before.unwrap_or(i64::MAX)))
        .order(plugin_versions::id.desc())
        .limit(limit)
        .select(Declared::as_select())
        .load(connection)
        .await
}

/// What active installations say of a version, in one environment or in all.
#[derive(Debug, QueryableByName)]
pub struct Told {
    #[diesel(sql_type = Text)]
    pub version: String,
    /// The first two numbers, empty if it is not known; `None` where all environments are taken together.
    #[diesel(sql_type = Nullable<Text>)]
    pub wordpress: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub php: Option<String>,
    #[diesel(sql_type = BigInt)]
    pub installations: i64,
    #[diesel(sql_type = BigInt)]
    pub in_error: i64,
    #[diesel(sql_type = BigInt)]
    pub failed_updates: i64,
    /// Environments the version was tried in, however many of them are among the rows.
    #[diesel(sql_type = BigInt)]
    pub environments: i64,
}

/// Of each of these versions the `most` environments that most sites have, in this order.
///
/// An error that a site explains with an update it undid is not held against the version it runs, and where the plugin is switched off
/// it shows nothing.
pub async fn told(
    connection: &mut AsyncPgConnection,
    plugin_id: i64,
    versions: &[&str],
    seen_since: Timestamp,
    most: i64,
) -> QueryResult<Vec<Told>> {
    diesel::sql_query(
        "WITH said AS (
             SELECT tried.version, failed, minor_version(wp_version) AS wordpress, minor_version(php_version) AS php,
                 NOT failed AND status = 'error' AND coalesce(metadata ->> 'failed_version', '') = '' AS in_error
             FROM plugin_installations AS i
                 CROSS JOIN LATERAL (VALUES (i.version, false), (nullif(failed_version, i.version), true)) AS tried (version, failed)
             WHERE plugin_id = $1 AND last_seen >= $3 AND tried.version = ANY ($2) AND (failed OR status <> 'inactive')
         ), counted AS (
             SELECT version, wordpress, php, GROUPING(wordpress) AS is_sum, count(*) FILTER (WHERE NOT failed) AS installations,
                 count(*) FILTER (WHERE in_error) AS in_error, count(*) FILTER (WHERE failed) AS failed_updates, count(*) AS sites
             FROM said GROUP BY GROUPING SETS ((version), (version, wordpress, php))
         ), ranked AS (
             SELECT *, row_number() OVER (PARTITION BY version, is_sum ORDER BY sites DESC, wordpress, php) AS place,
                 count(*) FILTER (WHERE is_sum = 0) OVER (PARTITION BY version) AS environments
             FROM counted
         )
         SELECT version, wordpress, php, installations, in_error, failed_updates, environments
         FROM ranked WHERE place <= $4 ORDER BY version, is_sum, place",
    )
    .bind::<BigInt, _>(plugin_id)
    .bind::<Array<Text>, _>(versions)
    .bind::<Timestamptz, _>(seen_since.to_diesel())
    .bind::<BigInt, _>(most)
    .load(connection)
    .await
}
