//! What the platform does by itself where a site's settings ask for it, or where an older installation left work undone.

use diesel::QueryResult;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::{AccountId, ContentId, SiteId};

/// A site and content of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    pub account_id: AccountId,
    pub site_id: SiteId,
    pub contents: Vec<ContentId>,
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    account_id: i64,
    #[diesel(sql_type = BigInt)]
    site_id: i64,
    #[diesel(sql_type = BigInt)]
    content_id: i64,
}

/// In review at sites that need nobody's approval; so many of each site.
pub async fn to_approve(connection: &mut AsyncPgConnection, of_each: i64) -> QueryResult<Vec<Work>> {
    let rows = diesel::sql_query(
        "SELECT s.account_id, s.site_id, c.id AS content_id
         FROM publishing_settings AS s JOIN sites ON sites.id = s.site_id AND sites.deleted_at IS NULL
         CROSS JOIN LATERAL (
             SELECT id FROM content WHERE content.site_id = s.site_id AND status = 'review' ORDER BY id LIMIT $1) AS c
         WHERE s.settings ->> 'auto_approval_enabled' = 'true' ORDER BY s.site_id, c.id",
    )
    .bind::<BigInt, _>(of_each)
    .load(connection)
    .await?;
    Ok(by_site(rows))
}

/// Approved, never sent, without a time, at sites that take posts and whose settings give it one; so many of each site.
pub async fn to_plan(connection: &mut AsyncPgConnection, of_each: i64) -> QueryResult<Vec<Work>> {
    let rows = diesel::sql_query(format!(
        "SELECT s.account_id, s.site_id, c.id AS content_id
         FROM publishing_settings AS s
         JOIN integrations AS i ON i.site_id = s.site_id AND i.state = 'connected' AND i.is_active
         CROSS JOIN LATERAL ({WITHOUT_A_TIME} ORDER BY c.id LIMIT $1) AS c
         WHERE s.settings ->> 'auto_publish_enabled' = 'true' AND s.settings ->> 'paused' IS DISTINCT FROM 'true'
         ORDER BY s.site_id, c.id",
    ))
    .bind::<BigInt, _>(of_each)
    .load(connection)
    .await?;
    Ok(by_site(rows))
}

/// Contents of the site `s`.
const WITHOUT_A_TIME: &str = "
    SELECT c.id FROM content AS c JOIN publications AS p ON p.content_id = c.id
    WHERE c.site_id = s.site_id AND c.status = 'approved' AND NOT c.kept_back AND p.state = 'none'
    AND NOT EXISTS (SELECT FROM calendar_entries AS e WHERE e.content_id = c.id AND e.released_at IS NULL)";

/// Of one site: what is in review, and what is approved without a time.
pub async fn of_site(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    site: SiteId,
    most: i64,
) -> QueryResult<Vec<ContentId>> {
    let rows: Vec<Row> = diesel::sql_query(format!(
        "SELECT s.account_id, s.site_id, c.id AS content_id
         FROM (SELECT $1::bigint AS account_id, $2::bigint AS site_id) AS s
         CROSS JOIN LATERAL (
             SELECT id FROM content WHERE content.site_id = s.site_id AND account_id = s.account_id AND status = 'review'
             UNION ALL ({WITHOUT_A_TIME})) AS c
         ORDER BY c.id LIMIT $3",
    ))
    .bind::<BigInt, _>(account.get())
    .bind::<BigInt, _>(site.get())
    .bind::<BigInt, _>(most)
    .load(connection)
    .await?;
    Ok(rows.into_iter().map(|row| ContentId::new(row.content_id)).collect())
}

/// Published here, but never sent, at sites that take posts.
pub async fn never_sent(
    connection: &mut AsyncPgConnection,
    most: i64,
) -> QueryResult<Vec<(AccountId, ContentId)>> {
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT c.account_id, c.site_id, c.id AS content_id
         FROM publications AS p JOIN content AS c ON c.id = p.content_id
         JOIN integrations AS i ON i.site_id = c.site_id AND i.state = 'connected' AND i.is_active
         WHERE p.state = 'none' AND p.external_id IS NULL AND c.status = 'published'
         ORDER BY c.id LIMIT $1",
    )
    .bind::<BigInt, _>(most)
    .load(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (AccountId::new(row.account_id), ContentId::new(row.content_id))).collect())
}

/// Rows of one site follow one another.
fn by_site(rows: Vec<Row>) -> Vec<Work> {
    let mut all: Vec<Work> = Vec::new();
    for row in rows {
        let (site_id, content) = (SiteId::new(row.site_id), ContentId::new(row.content_id));
        match all.last_mut().filter(|work| work.site_id == site_id) {
            Some(work) => work.contents.push(content),
            None => all.push(Work {
                account_id: AccountId::new(row.account_id),
                site_id,
                contents: vec![content],
            }),
        }
    }
    all
}
