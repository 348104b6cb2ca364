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
