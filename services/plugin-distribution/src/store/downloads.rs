use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::schema::plugin_downloads;

#[derive(Debug, Insertable)]
#[diesel(table_name = plugin_downloads)]
pub struct Download<'a> {
    pub plugin_version_id: i64,
    pub ip_address: &'a str,
    pub user_agent: &'a str,
}

/// Counting is adding a row: no row is locked that another download wants.
pub async fn note(connection: &mut AsyncPgConnection, download: &Download<'_>) -> QueryResult<()> {
    diesel::insert_into(plugin_downloads::table).values(download).execute(connection).await?;
    Ok(())
}
