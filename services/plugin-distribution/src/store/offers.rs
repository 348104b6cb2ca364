use std::collections::HashMap;

use diesel::dsl::max;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use serde_json::Value;

use super::schema::{plugin_release_log, plugin_versions, plugins};

/// What the tables' triggers say in every transaction that changes what is offered.
pub const CHANGED: &str = "plugin_offers";

pub use super::plugins::Plugin as PluginRow;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = plugin_versions)]
pub struct VersionRow {
    pub id: i64,
    pub plugin_id: i64,
    pub version: String,
    pub status: String,
    pub sections: Value,
    pub file_path: String,
    pub file_size: i64,
    pub checksum_md5: String,
    pub checksum_sha256: String,
    pub requires_version: String,
    pub tested_version: String,
    pub requires_php: String,
    pub rollout_percent: i16,
    pub paused: bool,
    pub key_id: Option<String>,
    pub signature: Option<String>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub released_at: Option<Timestamp>,
}

/// A version that sites may have, and where the log has its release.
pub type Offered = (VersionRow, Option<i64>);

/// Every plugin with the versions that sites may have.
pub async fn all(connection: &mut AsyncPgConnection) -> QueryResult<Vec<(PluginRow, Vec<Offered>)>> {
    let plugins: Vec<PluginRow> =
        plugins::table.filter(plugins::is_active).select(PluginRow::as_select()).load(connection).await?;
    let versions: Vec<VersionRow> = plugin_versions::table
        .filter(plugin_versions::status.eq_any(["beta", "released"]))
        .select(VersionRow::as_select())
        .load(connection)
        .await?;
    let log: Vec<(i64, String, Option<i64>)> = plugin_release_log::table
        .filter(plugin_release_log::action.ne("withdraw"))
        .group_by((plugin_release_log::plugin_id, plugin_release_log::version))
        .select((plugin_release_log::plugin_id, plugin_release_log::version, max(plugin_release_log::index)))
        .load(connection)
        .await?;
    let log: HashMap<(i64, String), Option<i64>> =
        log.into_iter().map(|(plugin, version, index)| ((plugin, version), index)).collect();
    let mut of_plugin: HashMap<i64, Vec<Offered>> = HashMap::new();
    for row in versions {
        let index = log.get(&(row.plugin_id, row.version.clone())).copied().flatten();
        of_plugin.entry(row.plugin_id).or_default().push((row, index));
    }
    let with_versions = |plugin: PluginRow| {
        let versions = of_plugin.remove(&plugin.id).unwrap_or_default();
        (plugin, versions)
    };
    Ok(plugins.into_iter().map(with_versions).collect())
}
