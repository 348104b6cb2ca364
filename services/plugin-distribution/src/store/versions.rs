use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde_json::Value;

use super::schema::plugin_versions;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = plugin_versions)]
pub struct Version {
    pub version: String,
    pub status: String,
    pub checksum_sha256: String,
}

#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = plugin_versions)]
pub struct Release<'a> {
    pub plugin_id: i64,
    pub version: &'a str,
    pub status: &'a str,
    pub release_notes: &'a str,
    pub sections: &'a Value,
    pub file_path: &'a str,
    pub file_size: i64,
    pub checksum_md5: &'a str,
    pub checksum_sha256: &'a str,
    pub requires_version: &'a str,
    pub tested_version: &'a str,
    pub requires_php: &'a str,
    pub key_id: &'a str,
    pub signature: &'a str,
    /// `None` leaves it as it is.
    pub is_latest: Option<bool>,
}

/// The version that sites are offered.
pub async fn latest(connection: &mut AsyncPgConnection, plugin_id: i64) -> QueryResult<Option<Version>> {
    plugin_versions::table
        .filter(plugin_versions::plugin_id.eq(plugin_id).and(plugin_versions::is_latest))
        .select(Version::as_select())
        .first(connection)
        .await
        .optional()
}

pub async fn find(
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

/// Writes the release; one of the same version is replaced.
pub async fn upsert(
    connection: &mut AsyncPgConnection,
    release: &Release<'_>,
    now: Timestamp,
) -> QueryResult<i64> {
    let released_at = plugin_versions::released_at.eq(now.to_diesel());
    diesel::insert_into(plugin_versions::table)
        .values((release, released_at))
        .on_conflict((plugin_versions::plugin_id, plugin_versions::version))
        .do_update()
        .set((release, released_at))
        .returning(plugin_versions::id)
        .get_result(connection)
        .await
}

/// Makes this version the one that sites are offered, in place of the one before.
pub async fn make_latest(
    connection: &mut AsyncPgConnection,
    plugin_id: i64,
    version_id: i64,
) -> QueryResult<()> {
    let of_plugin = plugin_versions::table.filter(plugin_versions::plugin_id.eq(plugin_id));
    diesel::update(of_plugin.filter(plugin_versions::is_latest.and(plugin_versions::id.ne(version_id))))
        .set(plugin_versions::is_latest.eq(false))
        .execute(connection)
        .await?;
    diesel::update(of_plugin.filter(plugin_versions::id.eq(version_id)))
        .set(plugin_versions::is_latest.eq(true))
        .execute(connection)
        .await?;
    Ok(())
}
