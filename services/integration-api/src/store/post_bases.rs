use std::collections::HashMap;

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::conflicts::PostText;
use super::schema::post_bases;

/// The text both sides had last, of those of these contents whose site does not keep it for us.
pub async fn of_all(
    connection: &mut AsyncPgConnection,
    contents: &[i64],
) -> QueryResult<HashMap<i64, PostText>> {
    let columns = (post_bases::content_id, post_bases::title, post_bases::content_html, post_bases::excerpt);
    let rows: Vec<(i64, String, String, String)> = post_bases::table
        .filter(post_bases::content_id.eq_any(contents))
        .select(columns)
        .load(connection)
        .await?;
    let base = |title, content_html, excerpt| PostText { title, content_html, excerpt };
    Ok(rows.into_iter().map(|(id, title, html, excerpt)| (id, base(title, html, excerpt))).collect())
}

/// Puts these in the place of whatever was there.
pub async fn put(
    connection: &mut AsyncPgConnection,
    account: i64,
    bases: &[(i64, PostText)],
) -> QueryResult<()> {
    if bases.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "INSERT INTO post_bases (content_id, account_id, title, content_html, excerpt)
         SELECT content_id, $5, title, content_html, excerpt FROM unnest($1, $2, $3, $4) AS new (content_id, title, content_html, excerpt)
         ON CONFLICT (content_id) DO UPDATE
         SET title = excluded.title, content_html = excluded.content_html, excerpt = excluded.excerpt",
    )
    .bind::<Array<BigInt>, _>(bases.iter().map(|(id, _)| *id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(bases.iter().map(|(_, base)| base.title.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(bases.iter().map(|(_, base)| base.content_html.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(bases.iter().map(|(_, base)| base.excerpt.as_str()).collect::<Vec<_>>())
    .bind::<BigInt, _>(account)
    .execute(connection)
    .await?;
    Ok(())
}

/// The site keeps it from now on.
pub async fn forget(connection: &mut AsyncPgConnection, contents: &[i64]) -> QueryResult<()> {
    diesel::delete(post_bases::table.filter(post_bases::content_id.eq_any(contents)))
        .execute(connection)
        .await?;
    Ok(())
}
