use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::{AccountId, ContentId};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::json::Json;
use super::schema::conflicts;

/// Edits on both sides; ours is the content itself until it is settled.
#[derive(Clone, Debug, PartialEq, Queryable, Selectable)]
#[diesel(table_name = conflicts)]
pub struct Conflict {
    pub id: i64,
    pub content_id: i64,
    pub operation_id: Uuid,
    pub base: Option<Json<PostText>>,
    pub theirs: Json<PostText>,
    pub their_revision: String,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub theirs_modified_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub found_at: Timestamp,
    pub resolution: Option<String>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub resolved_at: Option<Timestamp>,
    pub resolved_by: Option<i64>,
    pub ours: Option<Json<PostText>>,
}

#[derive(Clone, Debug, PartialEq, Insertable)]
#[diesel(table_name = conflicts)]
pub struct NewConflict {
    pub account_id: i64,
    pub content_id: i64,
    pub operation_id: Uuid,
    pub base: Option<Json<PostText>>,
    pub theirs: Json<PostText>,
    pub their_revision: String,
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp)]
    pub theirs_modified_at: Option<Timestamp>,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub found_at: Timestamp,
}

/// A post's text, as far as two sides can write it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PostText {
    pub title: String,
    pub content_html: String,
    /// Empty: the beginning of the text, where it is a content's.
    pub excerpt: String,
}

/// Opens conflicts; one that was open for the same content is superseded.
pub async fn open(
    connection: &mut AsyncPgConnection,
    new: Vec<NewConflict>,
    now: Timestamp,
) -> QueryResult<Vec<Conflict>> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let contents: Vec<i64> = new.iter().map(|it| it.content_id).collect();
    diesel::update(conflicts::table)
        .filter(conflicts::content_id.eq_any(contents).and(conflicts::resolution.is_null()))
        .set((conflicts::resolution.eq("superseded"), conflicts::resolved_at.eq(now.to_diesel())))
        .execute(connection)
        .await?;
    diesel::insert_into(conflicts::table)
        .values(new)
        .returning(Conflict::as_returning())
        .get_results(connection)
        .await
}

pub async fn find(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    content: ContentId,
    id: i64,
) -> QueryResult<Option<Conflict>> {
    conflicts::table
        .filter(conflicts::account_id.eq(account.get()))
        .filter(conflicts::content_id.eq(content.get()))
        .filter(conflicts::id.eq(id))
        .select(Conflict::as_select())
        .first(connection)
        .await
        .optional()
}

/// The content's conflicts, newest first.
pub async fn page(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    content: ContentId,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Conflict>> {
    let mut query = conflicts::table
        .filter(conflicts::account_id.eq(account.get()))
        .filter(conflicts::content_id.eq(content.get()))
        .select(Conflict::as_select())
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(conflicts::id.lt(before));
    }
    query.order(conflicts::id.desc()).limit(limit).load(connection).await
}

/// Settles an open one, keeping what ours was.
pub async fn resolve(
    connection: &mut AsyncPgConnection,
    id: i64,
    resolution: &str,
    ours: PostText,
    by: Option<i64>,
    now: Timestamp,
) -> QueryResult<usize> {
    diesel::update(conflicts::table.find(id))
        .filter(conflicts::resolution.is_null())
        .set((
            conflicts::resolution.eq(resolution),
            conflicts::ours.eq(Json(ours)),
            conflicts::resolved_by.eq(by),
            conflicts::resolved_at.eq(now.to_diesel()),
        ))
        .execute(connection)
        .await
}

/// How many of the content's newest were settled by the platform one after the other since then; no more than `most` are looked at.
pub async fn count_by_policy(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    content: ContentId,
    since: Timestamp,
    most: i64,
) -> QueryResult<usize> {
    let settlers: Vec<Option<i64>> = conflicts::table
        .filter(conflicts::account_id.eq(account.get()))
        .filter(conflicts::content_id.eq(content.get()))
        .filter(conflicts::resolved_at.ge(since.to_diesel()))
        .filter(conflicts::resolution.ne("superseded"))
        .order(conflicts::id.desc())
        .limit(most)
        .select(conflicts::resolved_by)
        .load(connection)
        .await?;
    Ok(settlers.iter().take_while(|by| by.is_none()).count())
}
