use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use super::schema::operator_tokens;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = operator_tokens)]
pub struct OperatorToken {
    pub token_id: i64,
    pub digest: Vec<u8>,
    pub user_id: i64,
    pub email: String,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub expires_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub revoked_at: Option<Timestamp>,
}

impl OperatorToken {
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| end > now)
    }
}

pub async fn by_digest(
    connection: &mut AsyncPgConnection,
    digest: &[u8],
) -> QueryResult<Option<OperatorToken>> {
    operator_tokens::table
        .filter(operator_tokens::digest.eq(digest))
        .select(OperatorToken::as_select())
        .first(connection)
        .await
        .optional()
}

/// What is said of a token.
#[derive(Debug)]
pub struct Said<'a> {
    pub token_id: i64,
    pub digest: &'a [u8],
    pub user_id: i64,
    pub email: &'a str,
    pub version: i64,
    pub expires_at: Option<Timestamp>,
    pub revoked: bool,
}

/// Keeps what is said of these tokens, each named once, unless something newer was said before.
pub async fn put(
    connection: &mut AsyncPgConnection,
    said: &[Said<'_>],
    now: Timestamp,
) -> QueryResult<usize> {
    let expires_at: Vec<_> = said.iter().map(|it| it.expires_at.to_diesel()).collect();
    let revoked_at: Vec<_> = said.iter().map(|it| it.revoked.then_some(now).to_diesel()).collect();
    diesel::sql_query(
        "INSERT INTO operator_tokens (token_id, digest, user_id, email, version, expires_at, revoked_at, updated_at)
         SELECT *, $8 FROM unnest($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (token_id) DO UPDATE SET
             digest = excluded.digest, user_id = excluded.user_id, email = excluded.email, version = excluded.version,
             expires_at = excluded.expires_at, revoked_at = excluded.revoked_at, updated_at = excluded.updated_at
         WHERE operator_tokens.version < excluded.version",
    )
    .bind::<Array<BigInt>, _>(said.iter().map(|it| it.token_id).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(said.iter().map(|it| it.digest).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(said.iter().map(|it| it.user_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(said.iter().map(|it| it.email).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(said.iter().map(|it| it.version).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(expires_at)
    .bind::<Array<Nullable<Timestamptz>>, _>(revoked_at)
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(connection)
    .await
}
