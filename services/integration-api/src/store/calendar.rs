use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Jsonb, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::{AccountId, SiteId};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde::Serialize;

use super::schema::calendar_entries;

/// When a piece of content goes out, or went out.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = calendar_entries)]
pub struct Entry {
    pub account_id: i64,
    pub site_id: i64,
    pub content_id: i64,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub at: Timestamp,
    pub kind: String,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub asked_at: Timestamp,
    pub user_id: Option<i64>,
    pub integration_id: Option<i64>,
    pub hold: Option<String>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub look_again_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub released_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = calendar_entries)]
pub struct NewEntry {
    pub account_id: i64,
    pub site_id: i64,
    pub content_id: i64,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub at: Timestamp,
    pub kind: &'static str,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub asked_at: Timestamp,
    pub user_id: Option<i64>,
    pub integration_id: Option<i64>,
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp)]
    pub released_at: Option<Timestamp>,
}

pub async fn insert(connection: &mut AsyncPgConnection, entries: Vec<NewEntry>) -> QueryResult<()> {
    if !entries.is_empty() {
        diesel::insert_into(calendar_entries::table).values(entries).execute(connection).await?;
    }
    Ok(())
}

/// What waits for its time, of these contents.
pub async fn waiting(connection: &mut AsyncPgConnection, contents: &[i64]) -> QueryResult<Vec<Entry>> {
    calendar_entries::table
        .filter(calendar_entries::content_id.eq_any(contents))
        .filter(calendar_entries::released_at.is_null())
        .select(Entry::as_select())
        .load(connection)
        .await
}

/// Takes what waits of these contents out of the calendar.
pub async fn remove(connection: &mut AsyncPgConnection, contents: &[i64]) -> QueryResult<Vec<Entry>> {
    if contents.is_empty() {
        return Ok(Vec::new());
    }
    diesel::delete(calendar_entries::table)
        .filter(calendar_entries::content_id.eq_any(contents))
        .filter(calendar_entries::released_at.is_null())
        .returning(Entry::as_returning())
        .get_results(connection)
        .await
}

/// Takes everything that waits at the site out of its calendar.
pub async fn clear(connection: &mut AsyncPgConnection, site: SiteId) -> QueryResult<()> {
    diesel::delete(calendar_entries::table)
        .filter(calendar_entries::site_id.eq(site.get()))
        .filter(calendar_entries::released_at.is_null())
        .execute(connection)
        .await?;
    Ok(())
}

/// When something goes out or went out at these sites, from a moment on: `(site, instant)`.
pub async fn instants(
    connection: &mut AsyncPgConnection,
    sites: &[i64],
    since: Timestamp,
) -> QueryResult<Vec<(i64, Timestamp)>> {
    let rows: Vec<(i64, jiff_diesel::Timestamp)> = calendar_entries::table
        .filter(calendar_entries::site_id.eq_any(sites))
        .filter(calendar_entries::at.ge(since.to_diesel()))
        .select((calendar_entries::site_id, calendar_entries::at))
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(|(site, at)| (site, at.to_jiff())).collect())
}

/// Sites at which something's time has come.
pub async fn due_sites(
    connection: &mut AsyncPgConnection,
    now: Timestamp,
    most: i64,
) -> QueryResult<Vec<SiteId>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        site_id: i64,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT DISTINCT site_id FROM calendar_entries
         WHERE released_at IS NULL AND coalesce(look_again_at, at) <= $1 ORDER BY site_id LIMIT $2",
    )
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<BigInt, _>(most)
    .load(connection)
    .await?;
    Ok(rows.into_iter().map(|row| SiteId::new(row.site_id)).collect())
}

/// The contents of a site whose time has come, the oldest first, also those that are held.
pub async fn due(
    connection: &mut AsyncPgConnection,
    site: SiteId,
    now: Timestamp,
    most: i64,
) -> QueryResult<Vec<i64>> {
    calendar_entries::table
        .filter(calendar_entries::site_id.eq(site.get()))
        .filter(calendar_entries::released_at.is_null())
        .filter(calendar_entries::at.le(now.to_diesel()))
        .order((calendar_entries::at, calendar_entries::id))
        .select(calendar_entries::content_id)
        .limit(most)
        .load(connection)
        .await
}

/// What becomes of one waiting entry.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    pub content_id: i64,
    pub at: Timestamp,
    pub hold: Option<String>,
    pub look_again_at: Option<Timestamp>,
    pub released_at: Option<Timestamp>,
}

/// Changes waiting entries, all in one statement.
pub async fn change(connection: &mut AsyncPgConnection, changes: &[Change]) -> QueryResult<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let rows = serde_json::to_value(changes).expect("invariant: a change has string keys only");
    diesel::sql_query(
        "UPDATE calendar_entries AS e
         SET at = r.at, hold = r.hold, look_again_at = r.look_again_at, released_at = r.released_at
         FROM jsonb_to_recordset($1) AS r (
            content_id bigint, at timestamptz, hold text, look_again_at timestamptz, released_at timestamptz)
         WHERE e.content_id = r.content_id AND e.released_at IS NULL",
    )
    .bind::<Jsonb, _>(rows)
    .execute(connection)
    .await?;
    Ok(())
}

/// What is held at a site is looked at again at once.
pub async fn look_again(connection: &mut AsyncPgConnection, site: SiteId) -> QueryResult<()> {
    diesel::update(calendar_entries::table)
        .filter(calendar_entries::site_id.eq(site.get()))
        .filter(calendar_entries::released_at.is_null())
        .filter(calendar_entries::look_again_at.is_not_null())
        .set(calendar_entries::look_again_at.eq(None::<jiff_diesel::Timestamp>))
        .execute(connection)
        .await?;
    Ok(())
}

/// What goes out or went out at a site between two moments, in its order, with the titles.
pub async fn between(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    site: SiteId,
    (from, to): (Timestamp, Timestamp),
    most: i64,
) -> QueryResult<Vec<(Entry, String)>> {
    use super::schema::content;
    calendar_entries::table
        .inner_join(content::table.on(content::id.eq(calendar_entries::content_id)))
        .filter(calendar_entries::account_id.eq(account.get()))
        .filter(calendar_entries::site_id.eq(site.get()))
        .filter(calendar_entries::at.ge(from.to_diesel()))
        .filter(calendar_entries::at.lt(to.to_diesel()))
        .order((calendar_entries::at, calendar_entries::id))
        .select((Entry::as_select(), content::title))
        .limit(most)
        .load(connection)
        .await
}
