//! What operators want to know of a plugin, added up by PostgreSQL.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Double, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

/// Installations of the plugin.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Installed {
    /// They have reported lately.
    #[diesel(sql_type = BigInt)]
    pub active: i64,
    #[diesel(sql_type = BigInt)]
    pub silent: i64,
}

pub async fn installed(
    connection: &mut AsyncPgConnection,
    plugin_id: i64,
    seen_since: Timestamp,
) -> QueryResult<Installed> {
    diesel::sql_query(
        "SELECT count(*) FILTER (WHERE last_seen >= $2) AS active, count(*) FILTER (WHERE last_seen < $2) AS silent
         FROM plugin_installations WHERE plugin_id = $1",
    )
    .bind::<BigInt, _>(plugin_id)
    .bind::<Timestamptz, _>(seen_since.to_diesel())
    .get_result(connection)
    .await
}

/// So many active installations are alike in one respect.
#[derive(Debug, QueryableByName)]
pub struct Alike {
    /// `version`, `channel`, `wordpress`, `php`, `country` or `status`.
    #[diesel(sql_type = Text)]
    pub respect: String,
    /// `None`: those that have none of the most frequent ones, taken together.
    #[diesel(sql_type = Nullable<Text>)]
    pub value: Option<String>,
    #[diesel(sql_type = BigInt)]
    pub installations: i64,
}

/// In each respect the `most` most frequent values, in this order, and last what remains.
pub async fn alike(
    connection: &mut AsyncPgConnection,
    plugin_id: i64,
    seen_since: Timestamp,
    most: i64,
) -> QueryResult<Vec<Alike>> {
    diesel::sql_query(
        "WITH counted AS (
             SELECT respect, value, count(*) AS installations
             FROM plugin_installations CROSS JOIN LATERAL (VALUES
                 ('version', version), ('channel', channel), ('wordpress', minor_version(wp_version)),
                 ('php', minor_version(php_version)), ('country', country), ('status', status)
             ) AS facts (respect, value)
             WHERE plugin_id = $1 AND last_seen >= $2
             GROUP BY respect, value
         ), ranked AS (
             SELECT *, row_number() OVER (PARTITION BY respect ORDER BY installations DESC, value) AS place FROM counted
         )
         SELECT respect, CASE WHEN place <= $3 THEN value END AS value, sum(installations)::bigint AS installations
         FROM ranked GROUP BY respect, least(place, $3 + 1), CASE WHEN place <= $3 THEN value END
         ORDER BY respect, least(place, $3 + 1)",
    )
    .bind::<BigInt, _>(plugin_id)
    .bind::<Timestamptz, _>(seen_since.to_diesel())
    .bind::<BigInt, _>(most)
    .load(connection)
    .await
}

/// Downloads of a version: of one day, or altogether.
#[derive(Debug, QueryableByName)]
pub struct Downloads {
    #[diesel(sql_type = Text)]
    pub version: String,
    /// As `2026-11-27`, in UTC.
    #[diesel(sql_type = Nullable<Text>)]
    pub day: Option<String>,
    #[diesel(sql_type = BigInt)]
    pub complete: i64,
    #[diesel(sql_type = BigInt)]
    pub broken_off: i64,
}

/// By day and from the newest version to the oldest.
pub async fn downloads(
    connection: &mut AsyncPgConnection,
    plugin_id: i64,
    since: Timestamp,
) -> QueryResult<Vec<Downloads>> {
    diesel::sql_query(
        "WITH daily AS (
             SELECT plugin_version_id, (downloaded_at AT TIME ZONE 'UTC')::date AS day,
                 sum(times) FILTER (WHERE outcome = 'complete') AS complete,
                 sum(times) FILTER (WHERE outcome = 'broken_off') AS broken_off
             FROM plugin_downloads
             WHERE plugin_version_id IN (SELECT id FROM plugin_versions WHERE plugin_id = $1) AND downloaded_at >= $2
             GROUP BY plugin_version_id, day
         )
         SELECT version, to_char(day, 'YYYY-MM-DD') AS day,
             coalesce(sum(complete), 0)::bigint AS complete, coalesce(sum(broken_off), 0)::bigint AS broken_off
         FROM daily JOIN plugin_versions AS v ON v.id = plugin_version_id
         GROUP BY GROUPING SETS ((v.id), (v.id, day)) ORDER BY day, v.id DESC",
    )
    .bind::<BigInt, _>(plugin_id)
    .bind::<Timestamptz, _>(since.to_diesel())
    .load(connection)
    .await
}

/// Downloads and grants that were refused with this code.
#[derive(Debug, QueryableByName)]
pub struct Refused {
    #[diesel(sql_type = Text)]
    pub code: String,
    #[diesel(sql_type = BigInt)]
    pub times: i64,
}

/// The most frequent first.
pub async fn refusals(
    connection: &mut AsyncPgConnection,
    plugin_id: i64,
    since: Timestamp,
) -> QueryResult<Vec<Refused>> {
    diesel::sql_query(
        "SELECT code, sum(times)::bigint AS times FROM plugin_refusals
         WHERE plugin_id = $1 AND refused_at >= $2 GROUP BY code ORDER BY times DESC, code",
    )
    .bind::<BigInt, _>(plugin_id)
    .bind::<Timestamptz, _>(since.to_diesel())
    .load(connection)
    .await
}

/// A version that active installations went back from.
#[derive(Debug, QueryableByName)]
pub struct FailedUpdates {
    #[diesel(sql_type = Text)]
    pub version: String,
    #[diesel(sql_type = BigInt)]
    pub failed: i64,
    /// They run it.
    #[diesel(sql_type = BigInt)]
    pub running: i64,
    /// Of both, 0 to 1.
    #[diesel(sql_type = Double)]
    pub share: f64,
}

/// From the newest version to the oldest. What a site names is counted if it is one of ours.
pub async fn failed_updates(
    connection: &mut AsyncPgConnection,
    plugin_id: i64,
    seen_since: Timestamp,
) -> QueryResult<Vec<FailedUpdates>> {
    diesel::sql_query(
        "SELECT v.version, count(*) FILTER (WHERE failed) AS failed, count(*) FILTER (WHERE NOT failed) AS running,
             round(count(*) FILTER (WHERE failed)::numeric / count(*), 4)::float8 AS share
         FROM plugin_installations AS i
             CROSS JOIN LATERAL (VALUES (i.version, false), (nullif(i.failed_version, i.version), true)) AS tried (version, failed)
             JOIN plugin_versions AS v ON v.plugin_id = i.plugin_id AND v.version = tried.version
         WHERE i.plugin_id = $1 AND last_seen >= $2
         GROUP BY v.id HAVING bool_or(failed) ORDER BY v.id DESC",
    )
    .bind::<BigInt, _>(plugin_id)
    .bind::<Timestamptz, _>(seen_since.to_diesel())
    .load(connection)
    .await
}
