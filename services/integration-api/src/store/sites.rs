use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::{AccountId, SiteId};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use super::schema::sites;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = sites)]
pub struct Site {
    pub id: i64,
    pub account_id: i64,
    pub name: String,
    pub url: String,
    pub hosting_type: String,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
    pub credential_version: i64,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = sites)]
pub struct NewSite<'a> {
    pub account_id: i64,
    pub name: &'a str,
    pub url: &'a str,
    pub hosting_type: &'a str,
}

/// What a change gives; `None` leaves as it is.
#[derive(Debug, Default, AsChangeset)]
#[diesel(table_name = sites)]
pub struct Change<'a> {
    pub name: Option<&'a str>,
    pub url: Option<&'a str>,
    pub hosting_type: Option<&'a str>,
}

/// The account's site, unless it is deleted.
pub async fn find(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    site: SiteId,
) -> QueryResult<Option<Site>> {
    visible(account)
        .filter(sites::id.eq(site.get()))
        .select(Site::as_select())
        .first(connection)
        .await
        .optional()
}

/// The same, locked: changes of a site's keys, address and state come one after the other.
pub async fn lock(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    site: SiteId,
) -> QueryResult<Option<Site>> {
    visible(account)
        .filter(sites::id.eq(site.get()))
        .select(Site::as_select())
        .for_no_key_update()
        .first(connection)
        .await
        .optional()
}

/// The account's sites, by id.
pub async fn page(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    after: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Site>> {
    visible(account)
        .filter(sites::id.gt(after.unwrap_or(0)))
        .order(sites::id)
        .limit(limit)
        .select(Site::as_select())
        .load(connection)
        .await
}

pub async fn create(
    connection: &mut AsyncPgConnection,
    site: &NewSite<'_>,
    now: Timestamp,
) -> QueryResult<Site> {
    diesel::insert_into(sites::table)
        .values((site, sites::created_at.eq(now.to_diesel()), sites::updated_at.eq(now.to_diesel())))
        .returning(Site::as_returning())
        .get_result(connection)
        .await
}

pub async fn update(
    connection: &mut AsyncPgConnection,
    site: SiteId,
    change: &Change<'_>,
    now: Timestamp,
) -> QueryResult<Site> {
    diesel::update(sites::table.find(site.get()))
        .set((change, sites::updated_at.eq(now.to_diesel())))
        .returning(Site::as_returning())
        .get_result(connection)
        .await
}

pub async fn delete(connection: &mut AsyncPgConnection, site: SiteId, now: Timestamp) -> QueryResult<()> {
    diesel::update(sites::table.find(site.get()))
        .set(sites::deleted_at.eq(now.to_diesel()))
        .execute(connection)
        .await?;
    Ok(())
}

/// Raises the version of the site's credentials; returns it with the site's address.
pub async fn next_version(connection: &mut AsyncPgConnection, site: SiteId) -> QueryResult<(i64, String)> {
    diesel::update(sites::table.find(site.get()))
        .set(sites::credential_version.eq(sites::credential_version + 1))
        .returning((sites::credential_version, sites::url))
        .get_result(connection)
        .await
}

#[diesel::dsl::auto_type(no_type_alias)]
fn visible(account: AccountId) -> _ {
    let account_id: i64 = account.get();
    sites::table.filter(sites::account_id.eq(account_id)).filter(sites::deleted_at.is_null())
}
