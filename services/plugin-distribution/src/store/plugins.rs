use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::schema::plugins;

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
