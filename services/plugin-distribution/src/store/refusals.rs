use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use super::downloads::AT_ONCE;
use super::schema::plugin_refusals;
use crate::counts::{Refusal, Times};

/// Refusals that are alike: so many, the first of them then.
#[derive(Debug, Insertable)]
#[diesel(table_name = plugin_refusals)]
pub struct Row<'a> {
    plugin_id: i64,
    plugin_version_id: Option<i64>,
    account_id: Option<i64>,
    site_id: Option<i64>,
    code: &'a str,
    ip_address: String,
    country: String,
    times: i64,
    refused_at: jiff_diesel::Timestamp,
}

impl<'a> Row<'a> {
    pub fn new(refusal: &'a Refusal, times: Times, country: String) -> Self {
        Self {
            plugin_id: refusal.plugin_id,
            plugin_version_id: refusal.version_id,
            account_id: refusal.site.map(|(account, _)| account.get()),
            site_id: refusal.site.map(|(_, site)| site.get()),
            code: &refusal.code,
            ip_address: refusal.ip.to_string(),
            country,
            times: times.count,
            refused_at: times.first_at.to_diesel(),
        }
    }
}

pub async fn write(connection: &mut AsyncPgConnection, rows: &[Row<'_>]) -> QueryResult<()> {
    for rows in rows.chunks(AT_ONCE) {
        diesel::insert_into(plugin_refusals::table).values(rows).execute(connection).await?;
    }
    Ok(())
}

/// Deletes the oldest, `most` of them at most, if they are older than this.
pub async fn forget(connection: &mut AsyncPgConnection, before: Timestamp, most: i64) -> QueryResult<usize> {
    diesel::sql_query(
        "DELETE FROM plugin_refusals WHERE id IN (
             SELECT id FROM plugin_refusals WHERE refused_at < $1 ORDER BY refused_at LIMIT $2)",
    )
    .bind::<Timestamptz, _>(before.to_diesel())
    .bind::<BigInt, _>(most)
    .execute(connection)
    .await
}
