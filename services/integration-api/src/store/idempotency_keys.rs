use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::AccountId;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use super::schema::idempotency_keys as keys;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = keys)]
pub struct Kept {
    pub fingerprint: Vec<u8>,
    pub status: i16,
    pub location: Option<String>,
    pub body: Vec<u8>,
}

/// Takes the key; false if it is taken. Waits for a transaction that is about to take it.
pub async fn claim(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    key: &str,
    fingerprint: &[u8],
    now: Timestamp,
) -> QueryResult<bool> {
    let claimed = diesel::insert_into(keys::table)
        .values((
            keys::account_id.eq(account.get()),
            keys::key.eq(key),
            keys::fingerprint.eq(fingerprint),
            keys::created_at.eq(now.to_diesel()),
        ))
        .on_conflict_do_nothing()
        .execute(connection)
        .await?;
    Ok(claimed > 0)
}

pub async fn find(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    key: &str,
) -> QueryResult<Option<Kept>> {
    keys::table.find((account.get(), key)).select(Kept::as_select()).first(connection).await.optional()
}

pub async fn keep(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    key: &str,
    status: i16,
    location: Option<&str>,
    body: &[u8],
) -> QueryResult<()> {
    diesel::update(keys::table.find((account.get(), key)))
        .set((keys::status.eq(status), keys::location.eq(location), keys::body.eq(body)))
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn delete_before(connection: &mut AsyncPgConnection, time: Timestamp) -> QueryResult<usize> {
    diesel::delete(keys::table.filter(keys::created_at.lt(time.to_diesel()))).execute(connection).await
}
