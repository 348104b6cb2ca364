//! Plugins and versions with all that operators see of them.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::plugin::log::Action;
use jiff::Timestamp;
use serde_json::Value;

use super::schema::{plugin_installations, plugin_refusals, plugin_release_log, plugin_versions, plugins};

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = plugins)]
pub struct Plugin {
    pub id: i64,
    pub slug: String,
    pub name: String,
    pub description: String,
    pub author: String,
    pub author_url: String,
    pub plugin_url: String,
    pub icon_url: String,
    pub banner_url: String,
    pub is_active: bool,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

/// What is not taken from the source; `None` leaves it as it is.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = plugins)]
pub struct PluginChange<'a> {
    pub icon_url: Option<&'a str>,
    pub banner_url: Option<&'a str>,
    pub is_active: Option<bool>,
}

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

/// In the order of their slugs, after this one.
pub async fn plugins_after(
    connection: &mut AsyncPgConnection,
    slug: Option<String>,
    limit: i64,
) -> QueryResult<Vec<Plugin>> {
    plugins::table
        .filter(plugins::slug.gt(slug.unwrap_or_default()))
        .order(plugins::slug)
        .limit(limit)
        .select(Plugin::as_select())
        .load(connection)
        .await
}

pub async fn plugin(connection: &mut AsyncPgConnection, slug: &str) -> QueryResult<Option<Plugin>> {
    plugins::table
        .filter(plugins::slug.eq(slug))
        .select(Plugin::as_select())
        .first(connection)
        .await
        .optional()
}

/// `None`: there is one of this slug.
pub async fn create_plugin(
    connection: &mut AsyncPgConnection,
    slug: &str,
    name: &str,
) -> QueryResult<Option<Plugin>> {
    diesel::insert_into(plugins::table)
        .values((plugins::slug.eq(slug), plugins::name.eq(name)))
        .on_conflict_do_nothing()
        .returning(Plugin::as_returning())
        .get_result(connection)
        .await
        .optional()
}

pub async fn change_plugin(
    connection: &mut AsyncPgConnection,
    slug: &str,
    change: &PluginChange<'_>,
) -> QueryResult<Option<Plugin>> {
    diesel::update(plugins::table.filter(plugins::slug.eq(slug)))
        .set((change, plugins::updated_at.eq(diesel::dsl::now)))
        .returning(Plugin::as_returning())
        .get_result(connection)
        .await
        .optional()
}

/// With what was noted of sites that asked for it. Its versions have to be gone.
pub async fn delete_plugin(connection: &mut AsyncPgConnection, id: i64) -> QueryResult<()> {
    let refusals = plugin_refusals::table.filter(plugin_refusals::plugin_id.eq(id));
    diesel::delete(refusals).execute(connection).await?;
    let installations = plugin_installations::table.filter(plugin_installations::plugin_id.eq(id));
    diesel::delete(installations).execute(connection).await?;
    diesel::delete(plugins::table.find(id)).execute(connection).await?;
    Ok(())
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
