use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;

use super::schema::accounts;

pub async fn create(connection: &mut AsyncPgConnection, name: &str, now: Timestamp) -> QueryResult<i64> {
    diesel::insert_into(accounts::table)
        .values((accounts::name.eq(name), accounts::created_at.eq(now.to_diesel())))
        .returning(accounts::id)
        .get_result(connection)
        .await
}

pub async fn name(connection: &mut AsyncPgConnection, id: i64) -> QueryResult<String> {
    accounts::table.find(id).select(accounts::name).first(connection).await
}
