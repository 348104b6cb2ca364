use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::{AccountId, SiteId};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use super::schema::api_keys;

const ACTIVE: &str = "active";
const GRACE: &str = "grace";
const REVOKED: &str = "revoked";

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = api_keys)]
pub struct Key {
    pub account_id: i64,
    pub site_id: i64,
    pub digest: Vec<u8>,
    pub hint: String,
    pub state: String,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub valid_until: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
}

impl Key {
    pub fn is_active(&self) -> bool {
        self.state == ACTIVE
    }

    pub fn is_accepted(&self, now: Timestamp) -> bool {
        self.is_active() || (self.state == GRACE && self.valid_until.is_some_and(|end| end > now))
    }
}

pub async fn by_digest(connection: &mut AsyncPgConnection, digest: &[u8]) -> QueryResult<Option<Key>> {
    api_keys::table
        .filter(api_keys::digest.eq(digest))
        .select(Key::as_select())
        .first(connection)
        .await
        .optional()
}

/// The site's keys that are not revoked, the active one first.
pub async fn current(connection: &mut AsyncPgConnection, site: SiteId) -> QueryResult<Vec<Key>> {
    api_keys::table
        .filter(api_keys::site_id.eq(site.get()))
        .filter(api_keys::state.eq_any([ACTIVE, GRACE]))
        .order(api_keys::id.desc())
        .select(Key::as_select())
        .load(connection)
        .await
}

pub async fn create(
    connection: &mut AsyncPgConnection,
    (account, site): (AccountId, SiteId),
    digest: &[u8],
    hint: &str,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(api_keys::table)
        .values((
            api_keys::account_id.eq(account.get()),
            api_keys::site_id.eq(site.get()),
            api_keys::digest.eq(digest),
            api_keys::hint.eq(hint),
            api_keys::state.eq(ACTIVE),
            api_keys::created_at.eq(now.to_diesel()),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// The active key is accepted until then, and no longer the site's.
pub async fn put_in_grace(
    connection: &mut AsyncPgConnection,
    site: SiteId,
    until: Timestamp,
) -> QueryResult<usize> {
    diesel::update(of_site(site).filter(api_keys::state.eq(ACTIVE)))
        .set((api_keys::state.eq(GRACE), api_keys::valid_until.eq(until.to_diesel())))
        .execute(connection)
        .await
}

/// Every key of the site, from now on.
pub async fn revoke_all(
    connection: &mut AsyncPgConnection,
    site: SiteId,
    now: Timestamp,
) -> QueryResult<usize> {
    diesel::update(of_site(site).filter(api_keys::state.ne(REVOKED)))
        .set((api_keys::state.eq(REVOKED), api_keys::ended_at.eq(now.to_diesel())))
        .execute(connection)
        .await
}

/// The site's keys whose grace is over.
pub async fn revoke_overdue(
    connection: &mut AsyncPgConnection,
    site: SiteId,
    now: Timestamp,
) -> QueryResult<usize> {
    let overdue =
        of_site(site).filter(api_keys::state.eq(GRACE)).filter(api_keys::valid_until.le(now.to_diesel()));
    diesel::update(overdue)
        .set((api_keys::state.eq(REVOKED), api_keys::ended_at.eq(now.to_diesel())))
        .execute(connection)
        .await
}

pub async fn sites_with_overdue_grace(
    connection: &mut AsyncPgConnection,
    now: Timestamp,
    limit: i64,
) -> QueryResult<Vec<(AccountId, SiteId)>> {
    let rows: Vec<(i64, i64)> = api_keys::table
        .filter(api_keys::state.eq(GRACE))
        .filter(api_keys::valid_until.le(now.to_diesel()))
        .select((api_keys::account_id, api_keys::site_id))
        .distinct()
        .limit(limit)
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(|(account, site)| (AccountId::new(account), SiteId::new(site))).collect())
}

#[diesel::dsl::auto_type(no_type_alias)]
fn of_site(site: SiteId) -> _ {
    let site_id: i64 = site.get();
    api_keys::table.filter(api_keys::site_id.eq(site_id))
}
