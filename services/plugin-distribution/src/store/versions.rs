use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::plugin::Status;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde_json::Value;

use super::schema::plugin_versions;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = plugin_versions)]
pub struct Version {
    pub id: i64,
    pub plugin_id: i64,
    pub version: String,
    pub status: String,
    pub file_path: String,
    pub file_size: i64,
    pub checksum_sha256: String,
    pub rollout_percent: i16,
    pub paused: bool,
    pub paused_reason: String,
    /// The ids of the keys in its package.
    pub trusted_keys: Value,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub failures_count_from: Option<Timestamp>,
}

impl Version {
    pub fn status(&self) -> QueryResult<Status> {
        self.status.parse().map_err(|e| diesel::result::Error::DeserializationError(Box::new(e)))
    }

    /// Whether sites that run it take a release under this key.
    pub fn trusts(&self, key_id: &str) -> bool {
        self.trusted_keys.as_array().is_some_and(|keys| keys.iter().any(|it| it == key_id))
    }

    /// For comparisons; one that can't be read is lower than any.
    pub fn number(&self) -> Option<semver::Version> {
        semver::Version::parse(&self.version).ok()
    }
}

/// What is known of a package once it is on the shelf.
#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = plugin_versions)]
pub struct PackageFacts<'a> {
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
    pub trusted_keys: &'a Value,
    /// Until [`settle_latest`] has looked.
    pub is_latest: bool,
}

/// What makes it a release.
#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = plugin_versions)]
pub struct ReleaseFacts<'a> {
    pub key_id: &'a str,
    pub signature: &'a str,
    pub rollout_percent: i16,
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

/// Every version of the plugin.
pub async fn of_plugin(connection: &mut AsyncPgConnection, plugin_id: i64) -> QueryResult<Vec<Version>> {
    plugin_versions::table
        .filter(plugin_versions::plugin_id.eq(plugin_id))
        .select(Version::as_select())
        .load(connection)
        .await
}

/// Writes the release; one of the same version is replaced.
pub async fn release(
    connection: &mut AsyncPgConnection,
    package: &PackageFacts<'_>,
    release: &ReleaseFacts<'_>,
    now: Timestamp,
) -> QueryResult<()> {
    let since = (
        plugin_versions::released_at.eq(now.to_diesel()),
        plugin_versions::failures_count_from.eq(now.to_diesel()),
    );
    diesel::insert_into(plugin_versions::table)
        .values((package, release, since))
        .on_conflict((plugin_versions::plugin_id, plugin_versions::version))
        .do_update()
        .set((package, release, since))
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes a version that nobody gets yet; one of the same version is replaced.
pub async fn keep(connection: &mut AsyncPgConnection, package: &PackageFacts<'_>) -> QueryResult<()> {
    diesel::insert_into(plugin_versions::table)
        .values(package)
        .on_conflict((plugin_versions::plugin_id, plugin_versions::version))
        .do_update()
        .set(package)
        .execute(connection)
        .await?;
    Ok(())
}

/// It is no channel's latest until [`settle_latest`] says so.
pub async fn set_status(connection: &mut AsyncPgConnection, id: i64, status: Status) -> QueryResult<()> {
    diesel::update(plugin_versions::table.find(id))
        .set((plugin_versions::status.eq(status.as_str()), plugin_versions::is_latest.eq(false)))
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn set_percent(connection: &mut AsyncPgConnection, id: i64, percent: u8) -> QueryResult<()> {
    diesel::update(plugin_versions::table.find(id))
        .set(plugin_versions::rollout_percent.eq(i16::from(percent)))
        .execute(connection)
        .await?;
    Ok(())
}

/// `halted_at`, if it was not a person who stopped it.
pub async fn pause(
    connection: &mut AsyncPgConnection,
    id: i64,
    reason: &str,
    halted_at: Option<Timestamp>,
) -> QueryResult<()> {
    diesel::update(plugin_versions::table.find(id))
        .set((
            plugin_versions::paused.eq(true),
            plugin_versions::paused_reason.eq(reason),
            plugin_versions::halted_at.eq(halted_at.to_diesel()),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// What failed before `now` counts no longer.
pub async fn resume(connection: &mut AsyncPgConnection, id: i64, now: Timestamp) -> QueryResult<()> {
    diesel::update(plugin_versions::table.find(id))
        .set((
            plugin_versions::paused.eq(false),
            plugin_versions::paused_reason.eq(""),
            plugin_versions::halted_at.eq(None::<jiff_diesel::Timestamp>),
            plugin_versions::failures_count_from.eq(now.to_diesel()),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn delete(connection: &mut AsyncPgConnection, id: i64) -> QueryResult<()> {
    diesel::delete(plugin_versions::table.find(id)).execute(connection).await?;
    Ok(())
}

/// Whether any version's package lies there.
pub async fn uses(connection: &mut AsyncPgConnection, file_path: &str) -> QueryResult<bool> {
    let there = plugin_versions::table.filter(plugin_versions::file_path.eq(file_path));
    diesel::select(diesel::dsl::exists(there)).get_result(connection).await
}

/// The row, held until the transaction ends, as others left it.
pub async fn hold(connection: &mut AsyncPgConnection, id: i64) -> QueryResult<Option<Version>> {
    plugin_versions::table
        .find(id)
        .select(Version::as_select())
        .for_no_key_update()
        .first(connection)
        .await
        .optional()
}

/// Makes each channel's highest version that is offered its latest. Whoever changes what is offered calls it, holding the plugin's row.
pub async fn settle_latest(connection: &mut AsyncPgConnection, plugin_id: i64) -> QueryResult<()> {
    let versions = of_plugin(connection, plugin_id).await?;
    let highest = |status: Status| {
        versions.iter().filter(|it| it.status == status.as_str()).max_by_key(|it| it.number()).map(|it| it.id)
    };
    let latest: Vec<i64> = [Status::Released, Status::Beta].into_iter().filter_map(highest).collect();
    let of_plugin = plugin_versions::table.filter(plugin_versions::plugin_id.eq(plugin_id));
    // In this order: at no time are there two of a channel.
    let outdone = plugin_versions::is_latest.and(plugin_versions::id.ne_all(&latest));
    diesel::update(of_plugin.filter(outdone))
        .set(plugin_versions::is_latest.eq(false))
        .execute(connection)
        .await?;
    diesel::update(of_plugin.filter(plugin_versions::id.eq_any(&latest)))
        .set(plugin_versions::is_latest.eq(true))
        .execute(connection)
        .await?;
    Ok(())
}
