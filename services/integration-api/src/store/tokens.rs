use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use super::schema::{tokens, users};

/// A token with what its person may do.
#[derive(Debug, Queryable)]
pub struct Bearer {
    pub id: i64,
    pub digest: Vec<u8>,
    pub scopes: Vec<Option<String>>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub expires_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub last_used_at: Option<Timestamp>,
    pub account_id: i64,
    pub user_id: i64,
    pub role: String,
    pub is_operator: bool,
}

impl Bearer {
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }
}

pub async fn by_digest(connection: &mut AsyncPgConnection, digest: &[u8]) -> QueryResult<Option<Bearer>> {
    tokens::table
        .inner_join(users::table.on(users::id.eq(tokens::user_id)))
        .filter(tokens::digest.eq(digest))
        .select((
            tokens::id,
            tokens::digest,
            tokens::scopes,
            tokens::expires_at,
            tokens::last_used_at,
            users::account_id,
            users::id,
            users::role,
            users::is_operator,
        ))
        .first(connection)
        .await
        .optional()
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = tokens)]
pub struct Token {
    pub id: i64,
    pub name: String,
    pub digest: Vec<u8>,
    pub hint: String,
    pub scopes: Vec<Option<String>>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub expires_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub last_used_at: Option<Timestamp>,
}

impl Token {
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().flatten().any(|it| it == scope)
    }
}

#[derive(Debug, Insertable)]
#[diesel(table_name = tokens)]
pub struct NewToken<'a> {
    pub account_id: i64,
    pub user_id: i64,
    pub name: &'a str,
    pub digest: &'a [u8],
    pub hint: &'a str,
    pub scopes: Vec<&'a str>,
}

pub async fn create(
    connection: &mut AsyncPgConnection,
    token: NewToken<'_>,
    now: Timestamp,
    expires_at: Option<Timestamp>,
) -> QueryResult<Token> {
    diesel::insert_into(tokens::table)
        .values((
            token,
            tokens::created_at.eq(now.to_diesel()),
            tokens::expires_at.eq(expires_at.to_diesel()),
        ))
        .returning(Token::as_returning())
        .get_result(connection)
        .await
}

/// A person's tokens, newest first.
pub async fn page(
    connection: &mut AsyncPgConnection,
    user_id: i64,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Token>> {
    let mut query = tokens::table.filter(tokens::user_id.eq(user_id)).select(Token::as_select()).into_boxed();
    if let Some(before) = before {
        query = query.filter(tokens::id.lt(before));
    }
    query.order(tokens::id.desc()).limit(limit).load(connection).await
}

/// All of a person's tokens that have this scope.
pub async fn with_scope(
    connection: &mut AsyncPgConnection,
    user_id: i64,
    scope: &str,
) -> QueryResult<Vec<Token>> {
    tokens::table
        .filter(tokens::user_id.eq(user_id))
        .filter(tokens::scopes.contains(vec![Some(scope)]))
        .select(Token::as_select())
        .order(tokens::id)
        .load(connection)
        .await
}

/// What was deleted, if the person had it.
pub async fn delete(connection: &mut AsyncPgConnection, user_id: i64, id: i64) -> QueryResult<Option<Token>> {
    let mine = tokens::table.filter(tokens::id.eq(id)).filter(tokens::user_id.eq(user_id));
    diesel::delete(mine).returning(Token::as_returning()).get_result(connection).await.optional()
}

pub async fn touch(connection: &mut AsyncPgConnection, id: i64, now: Timestamp) -> QueryResult<()> {
    diesel::update(tokens::table.find(id))
        .set(tokens::last_used_at.eq(now.to_diesel()))
        .execute(connection)
        .await?;
    Ok(())
}
