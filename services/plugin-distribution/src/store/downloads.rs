use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use super::schema::plugin_downloads;
use crate::counts::{Download, Outcome, Times};

/// Downloads that are alike: so many, the first of them then.
#[derive(Debug, Insertable)]
#[diesel(table_name = plugin_downloads)]
pub struct Row<'a> {
    account_id: Option<i64>,
    site_id: Option<i64>,
    plugin_version_id: i64,
    ip_address: String,
    user_agent: &'a str,
    country: String,
    outcome: &'static str,
    times: i64,
    downloaded_at: jiff_diesel::Timestamp,
}

impl<'a> Row<'a> {
    pub fn new(download: &'a Download, times: Times, country: String) -> Self {
        Self {
            account_id: download.site.map(|(account, _)| account.get()),
            site_id: download.site.map(|(_, site)| site.get()),
            plugin_version_id: download.version_id,
            ip_address: download.ip.to_string(),
            user_agent: &download.user_agent,
            country,
            outcome: match download.outcome {
                Outcome::Complete => "complete",
                Outcome::BrokenOff => "broken_off",
            },
            times: times.count,
            downloaded_at: times.first_at.to_diesel(),
        }
    }
}

/// A statement takes 65,535 values.
pub const AT_ONCE: usize = 1_000;

/// Counting is adding rows: none is locked that another replica wants.
pub async fn write(connection: &mut AsyncPgConnection, rows: &[Row<'_>]) -> QueryResult<()> {
    for rows in rows.chunks(AT_ONCE) {
        diesel::insert_into(plugin_downloads::table).values(rows).execute(connection).await?;
    }
    Ok(())
}

/// Deletes the oldest, `most` of them at most, if they are older than this.
pub async fn forget(connection: &mut AsyncPgConnection, before: Timestamp, most: i64) -> QueryResult<usize> {
    diesel::sql_query(
        "DELETE FROM plugin_downloads WHERE id IN (
             SELECT id FROM plugin_downloads WHERE downloaded_at < $1 ORDER BY downloaded_at LIMIT $2)",
    )
    .bind::<Timestamptz, _>(before.to_diesel())
    .bind::<BigInt, _>(most)
    .execute(connection)
    .await
}
