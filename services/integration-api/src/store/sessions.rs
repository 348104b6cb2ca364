use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use super::schema::{sessions, users};

/// A session with what its person may do.
#[derive(Debug, Queryable)]
pub struct Session {
    pub digest: Vec<u8>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
    pub account_id: i64,
    pub user_id: i64,
    pub role: String,
    pub is_operator: bool,
}

pub async fn by_digest(connection: &mut AsyncPgConnection, digest: &[u8]) -> QueryResult<Option<Session>> {
    sessions::table
        .inner_join(users::table.on(users::id.eq(sessions::user_id)))
        .filter(sessions::digest.eq(digest))
        .select((
            sessions::digest,
            sessions::expires_at,
            users::account_id,
            users::id,
            users::role,
            users::is_operator,
        ))
        .first(connection)
        .await
        .optional()
}

pub async fn create(
    connection: &mut AsyncPgConnection,
    (account_id, user_id): (i64, i64),
    digest: &[u8],
    now: Timestamp,
    expires_at: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::digest.eq(digest),
            sessions::account_id.eq(account_id),
            sessions::user_id.eq(user_id),
            sessions::created_at.eq(now.to_diesel()),
            sessions::expires_at.eq(expires_at.to_diesel()),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn delete(connection: &mut AsyncPgConnection, digest: &[u8]) -> QueryResult<usize> {
    diesel::delete(sessions::table.find(digest)).execute(connection).await
}

pub async fn delete_expired(connection: &mut AsyncPgConnection, now: Timestamp) -> QueryResult<usize> {
    diesel::delete(sessions::table.filter(sessions::expires_at.le(now.to_diesel()))).execute(connection).await
}
