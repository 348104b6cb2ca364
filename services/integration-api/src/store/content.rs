use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::Jsonb;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::content::{ContentStatus, PublicationState};
use domain::{AccountId, ContentId};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::json::Json;
use super::publications::Publication;
use super::schema::{content, publications};

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = content)]
pub struct Content {
    pub id: i64,
    pub account_id: i64,
    pub site_id: i64,
    pub status: String,
    #[diesel(embed)]
    pub text: Text,
    /// A person took it out of the calendar.
    pub kept_back: bool,
    pub version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub edited_at: Option<Timestamp>,
}

/// In bytes, as the table has it.
pub const LARGEST_HTML: usize = 5 * 1024 * 1024;

/// What people write, beside the terms.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = content, treat_none_as_null = true)]
pub struct Text {
    pub title: String,
    pub content_html: String,
    pub excerpt: Option<String>,
    pub slug: String,
    pub post_type: String,
    pub post_status: String,
    pub seo_title: String,
    pub seo_description: String,
    pub primary_keyword: String,
    #[diesel(deserialize_as = Vec<Option<String>>, serialize_as = Vec<Option<String>>)]
    pub secondary_keywords: Texts,
    pub author: String,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp, serialize_as = jiff_diesel::NullableTimestamp)]
    pub publish_date: Option<Timestamp>,
    pub featured_image: Option<Json<Image>>,
    pub gallery_images: Json<Vec<Image>>,
    pub cluster_name: String,
    pub meta: Json<Map<String, Value>>,
    pub sticky: bool,
    pub parent: Option<i64>,
    pub template: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    pub url: String,
    pub alt: String,
    pub caption: String,
}

/// A `text[]`, whose elements PostgreSQL would allow to be null.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts(pub Vec<String>);

impl From<Vec<Option<String>>> for Texts {
    fn from(texts: Vec<Option<String>>) -> Self {
        Self(texts.into_iter().flatten().collect())
    }
}

impl From<Texts> for Vec<Option<String>> {
    fn from(texts: Texts) -> Self {
        texts.0.into_iter().map(Some).collect()
    }
}

pub async fn create(
    connection: &mut AsyncPgConnection,
    (account_id, site_id): (i64, i64),
    status: ContentStatus,
    text: Text,
    now: Timestamp,
) -> QueryResult<Content> {
    diesel::insert_into(content::table)
        .values((
            content::account_id.eq(account_id),
            content::site_id.eq(site_id),
            content::status.eq(status.as_str()),
            text,
            content::created_at.eq(now.to_diesel()),
            content::updated_at.eq(now.to_diesel()),
            content::edited_at.eq(now.to_diesel()),
        ))
        .returning(Content::as_returning())
        .get_result(connection)
        .await
}

/// Several at once; their ids, in this order.
pub async fn create_all(
    connection: &mut AsyncPgConnection,
    (account_id, site_id): (i64, i64),
    new: Vec<(ContentStatus, Text)>,
    now: Timestamp,
) -> QueryResult<Vec<i64>> {
    let rows: Vec<_> = new
        .into_iter()
        .map(|(status, text)| {
            (
                content::account_id.eq(account_id),
                content::site_id.eq(site_id),
                content::status.eq(status.as_str()),
                text,
                content::created_at.eq(now.to_diesel()),
                content::updated_at.eq(now.to_diesel()),
                content::edited_at.eq(now.to_diesel()),
            )
        })
        .collect();
    diesel::insert_into(content::table).values(rows).returning(content::id).get_results(connection).await
}

/// The account's content with how it stands on its site.
pub async fn find(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    id: ContentId,
) -> QueryResult<Option<(Content, Publication)>> {
    content::table
        .inner_join(publications::table.on(publications::content_id.eq(content::id)))
        .filter(content::account_id.eq(account.get()))
        .filter(content::id.eq(id.get()))
        .select((Content::as_select(), Publication::as_select()))
        .first(connection)
        .await
        .optional()
}

pub async fn exists(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    id: ContentId,
) -> QueryResult<bool> {
    let found = content::table.filter(content::account_id.eq(account.get())).filter(content::id.eq(id.get()));
    diesel::select(diesel::dsl::exists(found)).get_result(connection).await
}

/// The account's content, locked against every other change.
pub async fn lock(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    id: ContentId,
) -> QueryResult<Option<Content>> {
    content::table
        .filter(content::account_id.eq(account.get()))
        .filter(content::id.eq(id.get()))
        .select(Content::as_select())
        .for_no_key_update()
        .first(connection)
        .await
        .optional()
}

/// These contents, whosever they are, locked, lowest id first.
pub async fn lock_all(connection: &mut AsyncPgConnection, ids: &[i64]) -> QueryResult<Vec<Content>> {
    content::table
        .filter(content::id.eq_any(ids))
        .order(content::id)
        .select(Content::as_select())
        .for_no_key_update()
        .load(connection)
        .await
}

/// The account's contents, locked against every other change, lowest id first.
pub async fn lock_of(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    ids: &[ContentId],
) -> QueryResult<Vec<Content>> {
    content::table
        .filter(content::account_id.eq(account.get()))
        .filter(content::id.eq_any(ids.iter().map(|id| id.get())))
        .order(content::id)
        .select(Content::as_select())
        .for_no_key_update()
        .load(connection)
        .await
}

/// Writes the text anew; the version rises.
pub async fn rewrite(
    connection: &mut AsyncPgConnection,
    id: ContentId,
    text: Text,
    now: Timestamp,
) -> QueryResult<Content> {
    diesel::update(content::table.find(id.get()))
        .set((
            text,
            content::version.eq(content::version + 1),
            content::updated_at.eq(now.to_diesel()),
            content::edited_at.eq(now.to_diesel()),
        ))
        .returning(Content::as_returning())
        .get_result(connection)
        .await
}

pub async fn set_status(
    connection: &mut AsyncPgConnection,
    id: ContentId,
    status: ContentStatus,
    now: Timestamp,
) -> QueryResult<Content> {
    diesel::update(content::table.find(id.get()))
        .set((
            content::status.eq(status.as_str()),
            content::version.eq(content::version + 1),
            content::updated_at.eq(now.to_diesel()),
        ))
        .returning(Content::as_returning())
        .get_result(connection)
        .await
}

/// Sets the statuses of several at once, locking lowest ids first. What has the status already is left alone, so that its version stays.
pub async fn set_statuses(
    connection: &mut AsyncPgConnection,
    statuses: &[(i64, ContentStatus)],
    now: Timestamp,
) -> QueryResult<()> {
    if statuses.is_empty() {
        return Ok(());
    }
    let rows: Vec<Value> = statuses
        .iter()
        .map(|(id, status)| serde_json::json!({ "id": id, "status": status.as_str() }))
        .collect();
    diesel::sql_query(
        "WITH locked AS (
            SELECT id FROM content WHERE id IN (SELECT id FROM jsonb_to_recordset($1) AS r (id bigint))
            ORDER BY id FOR NO KEY UPDATE)
         UPDATE content SET status = wanted.status, version = content.version + 1, updated_at = $2
         FROM jsonb_to_recordset($1) AS wanted (id bigint, status text) JOIN locked USING (id)
         WHERE content.id = wanted.id AND content.status <> wanted.status",
    )
    .bind::<Jsonb, _>(Value::Array(rows))
    .bind::<diesel::sql_types::Timestamptz, _>(now.to_diesel())
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether the platform by itself may put these into the calendar.
pub async fn keep_back(connection: &mut AsyncPgConnection, ids: &[i64], kept_back: bool) -> QueryResult<()> {
    diesel::update(content::table)
        .filter(content::id.eq_any(ids))
        .filter(content::kept_back.ne(kept_back))
        .set(content::kept_back.eq(kept_back))
        .execute(connection)
        .await?;
    Ok(())
}

/// The sites of these contents of the account, each once.
pub async fn sites_of(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    ids: &[i64],
) -> QueryResult<Vec<i64>> {
    content::table
        .filter(content::account_id.eq(account.get()))
        .filter(content::id.eq_any(ids))
        .select(content::site_id)
        .distinct()
        .load(connection)
        .await
}

/// Titles, for people to recognise content by, and statuses.
pub async fn titles(
    connection: &mut AsyncPgConnection,
    ids: &[i64],
) -> QueryResult<Vec<(i64, String, String)>> {
    content::table
        .filter(content::id.eq_any(ids))
        .select((content::id, content::title, content::status))
        .load(connection)
        .await
}

pub async fn delete(connection: &mut AsyncPgConnection, id: ContentId) -> QueryResult<()> {
    diesel::delete(content::table.find(id.get())).execute(connection).await?;
    Ok(())
}

/// A line of the list: everything but the text itself.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = content)]
pub struct Heading {
    pub id: i64,
    pub site_id: i64,
    pub status: String,
    pub title: String,
    pub slug: String,
    pub post_type: String,
    pub version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

/// What a list is narrowed to.
#[derive(Debug, Default)]
pub struct Filter<'a> {
    pub site_id: Option<i64>,
    pub status: Option<ContentStatus>,
    pub state: Option<PublicationState>,
    /// Part of the title, in any case.
    pub title: Option<&'a str>,
}

/// The account's content, newest first.
pub async fn page(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    filter: &Filter<'_>,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<(Heading, Publication)>> {
    let mut query = content::table
        .inner_join(publications::table.on(publications::content_id.eq(content::id)))
        .filter(content::account_id.eq(account.get()))
        // Told twice, so that either table may lead.
        .filter(publications::account_id.eq(account.get()))
        .select((Heading::as_select(), Publication::as_select()))
        .into_boxed();
    if let Some(site_id) = filter.site_id {
        query = query.filter(content::site_id.eq(site_id));
    }
    if let Some(status) = filter.status {
        query = query.filter(content::status.eq(status.as_str()));
    }
    if let Some(state) = filter.state {
        query = query.filter(publications::state.eq(state.as_str()));
    }
    if let Some(title) = filter.title {
        query = query.filter(content::title.ilike(containing(title)));
    }
    if let Some(before) = before {
        query = query.filter(content::id.lt(before));
    }
    query.order(content::id.desc()).limit(limit).load(connection).await
}

/// A pattern that takes what people write literally.
fn containing(text: &str) -> String {
    let literal = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{literal}%")
}
