use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::plugin::halt::Reports;
use domain::{AccountId, SiteId};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde_json::Value;

use super::schema::plugin_installations;

/// What a site says of the plugin it runs.
#[derive(Debug, Insertable, AsChangeset)]
#[diesel(table_name = plugin_installations)]
pub struct Report<'a> {
    pub version: &'a str,
    pub status: &'a str,
    pub wp_version: &'a str,
    pub php_version: &'a str,
    pub metadata: &'a Value,
    pub channel: &'a str,
    pub country: &'a str,
    pub locale: &'a str,
    /// `None` leaves what is known.
    pub failed_version: Option<&'a str>,
}

/// Keeps the newest report of this site; the first one makes the installation.
pub async fn report(
    connection: &mut AsyncPgConnection,
    (account, site): (AccountId, SiteId),
    plugin_id: i64,
    report: &Report<'_>,
    now: Timestamp,
) -> QueryResult<i64> {
    use plugin_installations as t;
    let seen = t::last_seen.eq(now.to_diesel());
    // Left as it is where nothing failed this time, as is the version.
    let failed = report.failed_version.map(|_| t::failed_at.eq(now.to_diesel()));
    diesel::insert_into(t::table)
        .values((
            t::account_id.eq(account.get()),
            t::site_id.eq(site.get()),
            t::plugin_id.eq(plugin_id),
            t::installed_at.eq(now.to_diesel()),
            report,
            seen,
            failed,
        ))
        .on_conflict((t::site_id, t::plugin_id))
        .do_update()
        .set((report, seen, failed, t::account_id.eq(account.get())))
        .returning(t::id)
        .get_result(connection)
        .await
}

/// How the sites fared that took this version. Failures before `since` don't count, nor do those of sites that run it by now.
pub async fn reports_of(
    connection: &mut AsyncPgConnection,
    plugin_id: i64,
    version: &str,
    since: Option<Timestamp>,
) -> QueryResult<Reports> {
    use plugin_installations as t;
    let of_plugin = t::table.filter(t::plugin_id.eq(plugin_id));
    let mut undone = of_plugin.filter(t::failed_version.eq(version).and(t::version.ne(version))).into_boxed();
    if let Some(since) = since {
        undone = undone.filter(t::failed_at.ge(since.to_diesel()));
    }
    let failed: i64 = undone.count().get_result(connection).await?;
    let updated: i64 = of_plugin.filter(t::version.eq(version)).count().get_result(connection).await?;
    let number = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok(Reports { updated: number(updated), failed: number(failed) })
}
