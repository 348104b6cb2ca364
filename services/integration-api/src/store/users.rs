use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use super::schema::users;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct User {
    pub id: i64,
    pub account_id: i64,
    pub email: String,
    pub password_hash: String,
    pub role: String,
    pub is_operator: bool,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = users)]
pub struct NewUser<'a> {
    pub account_id: i64,
    pub email: &'a str,
    pub password_hash: &'a str,
    pub role: &'a str,
    pub is_operator: bool,
}

diesel::define_sql_function! {
    fn lower(text: Text) -> Text;
}

pub async fn by_email(connection: &mut AsyncPgConnection, email: &str) -> QueryResult<Option<User>> {
    users::table
        .filter(lower(users::email).eq(lower(email)))
        .select(User::as_select())
        .first(connection)
        .await
        .optional()
}

pub async fn find(connection: &mut AsyncPgConnection, id: i64) -> QueryResult<User> {
    users::table.find(id).select(User::as_select()).first(connection).await
}

/// The person, locked: changes of what their access tokens open come one after the other.
pub async fn lock(connection: &mut AsyncPgConnection, id: i64) -> QueryResult<Option<User>> {
    users::table.find(id).select(User::as_select()).for_no_key_update().first(connection).await.optional()
}

/// The same by their e-mail address.
pub async fn lock_by_email(connection: &mut AsyncPgConnection, email: &str) -> QueryResult<Option<User>> {
    users::table
        .filter(lower(users::email).eq(lower(email)))
        .select(User::as_select())
        .for_no_key_update()
        .first(connection)
        .await
        .optional()
}

pub async fn set_operator(connection: &mut AsyncPgConnection, id: i64, is_operator: bool) -> QueryResult<()> {
    diesel::update(users::table.find(id)).set(users::is_operator.eq(is_operator)).execute(connection).await?;
    Ok(())
}

/// Raises the version of what the person's access tokens open.
pub async fn next_operator_version(connection: &mut AsyncPgConnection, id: i64) -> QueryResult<i64> {
    diesel::update(users::table.find(id))
        .set(users::operator_version.eq(users::operator_version + 1))
        .returning(users::operator_version)
        .get_result(connection)
        .await
}

pub async fn create(
    connection: &mut AsyncPgConnection,
    user: &NewUser<'_>,
    now: Timestamp,
) -> QueryResult<i64> {
    diesel::insert_into(users::table)
        .values((user, users::created_at.eq(now.to_diesel())))
        .returning(users::id)
        .get_result(connection)
        .await
}
