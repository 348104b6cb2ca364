use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;

use super::schema::{plugin_installations, plugin_refusals, plugins};

#[derive(Clone, Debug, Queryable, Selectable)]
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

#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = plugins)]
pub struct PluginFacts<'a> {
    pub slug: &'a str,
    pub name: &'a str,
    pub description: &'a str,
    pub author: &'a str,
    pub author_url: &'a str,
    pub plugin_url: &'a str,
}

/// What is not taken from the source; `None` leaves it as it is.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = plugins)]
pub struct PluginChange<'a> {
    pub icon_url: Option<&'a str>,
    pub banner_url: Option<&'a str>,
    pub is_active: Option<bool>,
}

pub async fn id_of(connection: &mut AsyncPgConnection, slug: &str) -> QueryResult<Option<i64>> {
    plugins::table.filter(plugins::slug.eq(slug)).select(plugins::id).first(connection).await.optional()
}

/// Makes the plugin or brings its facts up to date; holds its row until the transaction ends.
pub async fn upsert(connection: &mut AsyncPgConnection, facts: &PluginFacts<'_>) -> QueryResult<i64> {
    diesel::insert_into(plugins::table)
        .values(facts)
        .on_conflict(plugins::slug)
        .do_update()
        .set((facts, plugins::updated_at.eq(diesel::dsl::now)))
        .returning(plugins::id)
        .get_result(connection)
        .await
}

/// The plugin of this slug; its row is held until the transaction ends, and with it whatever is done with its versions.
pub async fn hold(connection: &mut AsyncPgConnection, slug: &str) -> QueryResult<Option<Plugin>> {
    plugins::table
        .filter(plugins::slug.eq(slug))
        .select(Plugin::as_select())
        .for_no_key_update()
        .first(connection)
        .await
        .optional()
}

/// In the order of their slugs, after this one.
pub async fn after(
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

pub async fn find(connection: &mut AsyncPgConnection, slug: &str) -> QueryResult<Option<Plugin>> {
    plugins::table
        .filter(plugins::slug.eq(slug))
        .select(Plugin::as_select())
        .first(connection)
        .await
        .optional()
}

/// `None`: there is one of this slug.
pub async fn create(
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

pub async fn change(
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
pub async fn delete(connection: &mut AsyncPgConnection, id: i64) -> QueryResult<()> {
    let refusals = plugin_refusals::table.filter(plugin_refusals::plugin_id.eq(id));
    diesel::delete(refusals).execute(connection).await?;
    let installations = plugin_installations::table.filter(plugin_installations::plugin_id.eq(id));
    diesel::delete(installations).execute(connection).await?;
    diesel::delete(plugins::table.find(id)).execute(connection).await?;
    Ok(())
}
