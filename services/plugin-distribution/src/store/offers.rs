use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::plugin::Status;
use domain::plugin::log::Action;
use jiff::Timestamp;
use serde_json::Value;

use super::plugins::Plugin;
use super::release_log::{self, EntryRow};
use super::schema::{plugin_versions, plugins};

/// What the tables' triggers say in every transaction that changes what is offered.
pub const CHANGED: &str = "plugin_offers";

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

/// A version that sites may have, or had, and where the log has its release.
pub type Offered = (VersionRow, Option<i64>);

/// A plugin with the versions that sites may have, or had, and its log in order.
pub struct Known {
    pub plugin: Plugin,
    pub versions: Vec<Offered>,
    pub log: Vec<EntryRow>,
}

/// Every plugin that is offered.
pub async fn all(connection: &mut AsyncPgConnection) -> QueryResult<Vec<Known>> {
    let plugins: Vec<Plugin> =
        plugins::table.filter(plugins::is_active).select(Plugin::as_select()).load(connection).await?;
    let versions: Vec<VersionRow> = plugin_versions::table
        .filter(plugin_versions::status.ne(Status::Development.as_str()))
        .select(VersionRow::as_select())
        .load(connection)
        .await?;
    let mut logs: HashMap<i64, Vec<EntryRow>> = HashMap::new();
    for entry in release_log::all(connection).await? {
        logs.entry(entry.plugin_id).or_default().push(entry);
    }
    let mut of_plugin: HashMap<i64, Vec<Offered>> = HashMap::new();
    for row in versions {
        let index = logs.get(&row.plugin_id).and_then(|log| release_of(&row.version, log));
        of_plugin.entry(row.plugin_id).or_default().push((row, index));
    }
    let known = |plugin: Plugin| Known {
        versions: of_plugin.remove(&plugin.id).unwrap_or_default(),
        log: logs.remove(&plugin.id).unwrap_or_default(),
        plugin,
    };
    Ok(plugins.into_iter().map(known).collect())
}

/// The latest entry that gave this version out.
fn release_of(version: &str, log: &[EntryRow]) -> Option<i64> {
    let given_out = |entry: &&EntryRow| entry.version == version && entry.action != Action::Withdraw.as_str();
    log.iter().rev().find(given_out).map(|entry| entry.index)
}
