//! Versions with all that operators see of them.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::plugin::log::Action;
use jiff::Timestamp;
use serde_json::Value;

use super::schema::{plugin_release_log, plugin_versions};

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = plugin_versions)]
pub struct Version {
    pub id: i64,
    pub version: String,
    pub status: String,
    pub channel: String,
    pub is_latest: bool,
    pub rollout_percent: i16,
    pub paused: bool,
    pub paused_reason: String,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub halted_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub released_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    pub file_size: i64,
    pub checksum_md5: String,
    pub checksum_sha256: String,
    pub requires_version: String,
    pub tested_version: String,
    pub requires_php: String,
    pub key_id: Option<String>,
    pub signature: Option<String>,
    pub trusted_keys: Value,
}

/// The versions that are their channels' latest: plugin, channel, version.
pub async fn latest(
    connection: &mut AsyncPgConnection,
    plugin_ids: &[i64],
) -> QueryResult<Vec<(i64, String, String)>> {
    plugin_versions::table
        .filter(plugin_versions::plugin_id.eq_any(plugin_ids).and(plugin_versions::is_latest))
        .select((plugin_versions::plugin_id, plugin_versions::channel, plugin_versions::version))
        .load(connection)
        .await
}

/// From the last that was made to the first, before this one.
pub async fn versions_before(
    connection: &mut AsyncPgConnection,
    plugin_id: i64,
    id: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Version>> {
    plugin_versions::table
        .filter(plugin_versions::plugin_id.eq(plugin_id).and(plugin_versions::id.lt(id.unwrap_or(i64::MAX))))
        .order(plugin_versions::id.desc())
        .limit(limit)
        .select(Version::as_select())
        .load(connection)
        .await
}

pub async fn version(
    connection: &mut AsyncPgConnection,
    plugin_id: i64,
    version: &str,
) -> QueryResult<Option<Version>> {
    plugin_versions::table
        .filter(plugin_versions::plugin_id.eq(plugin_id).and(plugin_versions::version.eq(version)))
        .select(Version::as_select())
        .first(connection)
        .await
        .optional()
}

/// Where the log gave each of these versions out last.
pub async fn log_indices(
    connection: &mut AsyncPgConnection,
    plugin_id: i64,
    versions: &[&str],
) -> QueryResult<HashMap<String, i64>> {
    use plugin_release_log as t;
    let found: Vec<(String, Option<i64>)> = t::table
        .filter(t::plugin_id.eq(plugin_id).and(t::version.eq_any(versions)))
        .filter(t::action.ne(Action::Withdraw.as_str()))
        .group_by(t::version)
        .select((t::version, diesel::dsl::max(t::index)))
        .load(connection)
        .await?;
    Ok(found.into_iter().filter_map(|(version, index)| Some((version, index?))).collect())
}
