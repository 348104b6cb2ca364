use database::Tx;
use diesel::prelude::*;
use diesel::query_dsl::methods::FilterDsl as _;
use diesel_async::RunQueryDsl;
use domain::SiteId;
use jiff::{SignedDuration, Timestamp};
use jiff_diesel::ToDiesel;

use super::schema::elsewhere;

/// Notes that the platform is told of this address now. False: it was told of one within `pause`.
pub async fn note(
    tx: &mut Tx,
    site: SiteId,
    site_url: &str,
    pause: SignedDuration,
    now: Timestamp,
) -> QueryResult<bool> {
    let told = (elsewhere::site_url.eq(site_url), elsewhere::told_at.eq(now.to_diesel()));
    let noted = diesel::insert_into(elsewhere::table)
        .values((elsewhere::site_id.eq(site.get()), told))
        .on_conflict(elsewhere::site_id)
        .do_update()
        .set(told)
        .filter(elsewhere::told_at.le((now - pause).to_diesel()))
        .execute(tx.conn())
        .await?;
    Ok(noted == 1)
}
