use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::plugin::log::{Action, Entry};
use jiff::Timestamp;

use super::schema::plugin_release_log;
use crate::signing::Signature;

/// An entry and who signed it.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = plugin_release_log)]
pub struct EntryRow {
    pub plugin_id: i64,
    pub index: i64,
    pub action: String,
    pub version: String,
    pub previous: String,
    pub sha256: String,
    pub size: i64,
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub at: Timestamp,
    pub key_id: String,
    pub signature: String,
}

impl EntryRow {
    /// As it was signed for the plugin of this slug.
    pub fn entry(&self, slug: &str) -> QueryResult<Entry> {
        Ok(Entry {
            slug: slug.to_owned(),
            index: self.index,
            previous: self.previous.clone(),
            action: self
                .action
                .parse()
                .map_err(|e| diesel::result::Error::DeserializationError(Box::new(e)))?,
            version: self.version.clone(),
            sha256: self.sha256.clone(),
            size: self.size,
            at: self.at,
        })
    }
}

/// The entry that the next one goes on from. Nobody else adds one while the plugin's row is held.
pub async fn last(
    connection: &mut AsyncPgConnection,
    plugin_id: i64,
    slug: &str,
) -> QueryResult<Option<Entry>> {
    let row: Option<EntryRow> = plugin_release_log::table
        .filter(plugin_release_log::plugin_id.eq(plugin_id))
        .order(plugin_release_log::index.desc())
        .select(EntryRow::as_select())
        .first(connection)
        .await
        .optional()?;
    row.map(|row| row.entry(slug)).transpose()
}

pub async fn append(
    connection: &mut AsyncPgConnection,
    plugin_id: i64,
    entry: Entry,
    signed: Signature,
) -> QueryResult<()> {
    let row = EntryRow {
        plugin_id,
        index: entry.index,
        action: entry.action.to_string(),
        version: entry.version,
        previous: entry.previous,
        sha256: entry.sha256,
        size: entry.size,
        at: entry.at,
        key_id: signed.key_id,
        signature: signed.signature,
    };
    diesel::insert_into(plugin_release_log::table).values(row).execute(connection).await?;
    Ok(())
}

/// All logs, each in order.
pub async fn all(connection: &mut AsyncPgConnection) -> QueryResult<Vec<EntryRow>> {
    plugin_release_log::table
        .order((plugin_release_log::plugin_id, plugin_release_log::index))
        .select(EntryRow::as_select())
        .load(connection)
        .await
}

/// The action that gave a version out, the last one if there are several.
pub async fn given_out_as(
    connection: &mut AsyncPgConnection,
    plugin_id: i64,
    version: &str,
) -> QueryResult<Option<String>> {
    use plugin_release_log as t;
    t::table
        .filter(t::plugin_id.eq(plugin_id).and(t::version.eq(version)))
        .filter(t::action.ne(Action::Withdraw.as_str()))
        .order(t::index.desc())
        .select(t::action)
        .first(connection)
        .await
        .optional()
}
