use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many messages wait, at most: the ends of the table say so in no time, but one that is stuck at its beginning makes it look full. Only
/// if there seem to be more than `limit` they are counted, and not far beyond.
pub async fn waiting(conn: &mut AsyncPgConnection, limit: i64) -> QueryResult<i64> {
    let span: Number = diesel::sql_query("SELECT coalesce(max(id) - min(id) + 1, 0) AS n FROM outbox")
        .get_result(conn)
        .await?;
    if span.n <= limit {
        return Ok(span.n);
    }
    let counted: Number =
        diesel::sql_query("SELECT count(*) AS n FROM (SELECT FROM outbox LIMIT $1) AS first")
            .bind::<BigInt, _>(limit.saturating_add(1))
            .get_result(conn)
            .await?;
    Ok(counted.n)
}
