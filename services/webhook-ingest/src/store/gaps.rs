//! Which numbers of a site's events came, and which did not.

use std::time::Duration;

use database::Tx;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use super::deliveries::{first_id_at, made_at};
use super::schema::{deliveries, gaps, sequences_seen_until};

/// Whether this transaction may look for gaps: one at a time, whatever the number of replicas.
pub async fn try_lock(tx: &mut Tx) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Locked {
        #[diesel(sql_type = Bool)]
        locked: bool,
    }
    let query = "SELECT pg_try_advisory_xact_lock(1198079, hashtext(current_schema())) AS locked";
    diesel::sql_query(query).get_result(tx.conn()).await.map(|it: Locked| it.locked)
}

pub async fn seen_until(tx: &mut Tx) -> QueryResult<Timestamp> {
    let row = sequences_seen_until::table.select(sequences_seen_until::seen_until);
    row.first::<jiff_diesel::Timestamp>(tx.conn()).await.map(Into::into)
}

/// When the first `most` of the deliveries that came from then until then had come. Ids are told apart by milliseconds.
pub async fn end_of(tx: &mut Tx, from: Timestamp, until: Timestamp, most: i64) -> QueryResult<Timestamp> {
    let next = deliveries::table
        .filter(deliveries::id.ge(first_id_at(from)))
        .filter(deliveries::id.lt(first_id_at(until)))
        .order(deliveries::id)
        .offset(most)
        .select(deliveries::id)
        .first::<Uuid>(tx.conn())
        .await
        .optional()?;
    Ok(next.map_or(until, |id| until.min(made_at(id).max(from + Duration::from_millis(1)))))
}

/// Looks through the deliveries that came from then until then, by their ids. Returns the sites they are of.
pub async fn see(tx: &mut Tx, from: Timestamp, until: Timestamp) -> QueryResult<Vec<i64>> {
    let sites: Vec<SiteRow> = diesel::sql_query(
        "INSERT INTO sequences (site_id, account_id, seen)
         SELECT site_id, max(account_id), range_agg(int8range(seq, seq + 1)) FROM deliveries
         WHERE id >= $1 AND id < $2 AND seq < 9223372036854775807 GROUP BY site_id
         ON CONFLICT (site_id) DO UPDATE SET seen = sequences.seen + excluded.seen, account_id = excluded.account_id
         RETURNING site_id, account_id, 0::bigint AS from_seq, 0::bigint AS to_seq",
    )
    .bind::<SqlUuid, _>(first_id_at(from))
    .bind::<SqlUuid, _>(first_id_at(until))
    .load(tx.conn())
    .await?;
    diesel::update(sequences_seen_until::table)
        .set(sequences_seen_until::seen_until.eq(until.to_diesel()))
        .execute(tx.conn())
        .await?;
    Ok(sites.iter().map(|it| it.site_id).collect())
}

/// Notes the numbers that are missing at these sites and were not before. Returns how many pieces they are.
pub async fn note(tx: &mut Tx, sites: &[i64], now: Timestamp) -> QueryResult<usize> {
    diesel::sql_query(
        "INSERT INTO gaps (account_id, site_id, from_seq, to_seq, noticed_at)
         SELECT account_id, site_id, lower(hole), upper(hole) - 1, $2
         FROM sequences, unnest(int8multirange(range_merge(seen)) - seen - coalesce((
             SELECT range_agg(int8range(from_seq, to_seq + 1)) FROM gaps
             WHERE gaps.site_id = sequences.site_id AND announced_at IS NULL
         ), '{}')) AS hole
         WHERE site_id = ANY ($1) AND seen <> int8multirange(range_merge(seen))",
    )
    .bind::<Array<BigInt>, _>(sites)
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(tx.conn())
    .await
}

/// Forgets those of which everything has come. Returns how many.
pub async fn close(tx: &mut Tx) -> QueryResult<usize> {
    diesel::sql_query(
        "DELETE FROM gaps USING sequences WHERE announced_at IS NULL AND sequences.site_id = gaps.site_id
         AND seen @> int8range(from_seq, to_seq + 1)",
    )
    .execute(tx.conn())
    .await
}

/// What is missing at a site: the first and the last number.
#[derive(Debug, QueryableByName)]
pub struct SiteRow {
    #[diesel(sql_type = BigInt)]
    pub account_id: i64,
    #[diesel(sql_type = BigInt)]
    pub site_id: i64,
    #[diesel(sql_type = BigInt)]
    pub from_seq: i64,
    #[diesel(sql_type = BigInt)]
    pub to_seq: i64,
}

/// Takes those noticed until `then` for lost, and all of a site that has more of them than anybody can follow: they are missing no longer.
/// Those of a site become one, which is returned to be announced.
pub async fn give_up(tx: &mut Tx, then: Timestamp, now: Timestamp, most: i64) -> QueryResult<Vec<SiteRow>> {
    diesel::sql_query(
        "WITH lost AS (
             DELETE FROM gaps WHERE announced_at IS NULL AND (noticed_at <= $1 OR site_id IN (
                 SELECT site_id FROM gaps WHERE announced_at IS NULL GROUP BY site_id HAVING count(*) > $3
             )) RETURNING site_id, from_seq, to_seq, noticed_at
         ), of_site AS (
             SELECT site_id, range_agg(int8range(from_seq, to_seq + 1)) AS numbers, min(noticed_at) AS noticed_at
             FROM lost GROUP BY site_id
         ), missing AS (
             SELECT account_id, site_id, noticed_at, numbers, numbers - seen AS missing
             FROM of_site JOIN sequences USING (site_id) WHERE NOT seen @> numbers
         ), filled AS (
             UPDATE sequences SET seen = seen + numbers FROM missing WHERE sequences.site_id = missing.site_id
         )
         INSERT INTO gaps (account_id, site_id, from_seq, to_seq, noticed_at, announced_at)
         SELECT account_id, site_id, lower(missing), upper(missing) - 1, noticed_at, $2 FROM missing ORDER BY site_id
         RETURNING account_id, site_id, from_seq, to_seq",
    )
    .bind::<Timestamptz, _>(then.to_diesel())
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<BigInt, _>(most)
    .load(tx.conn())
    .await
}

/// How many are open.
pub async fn open(tx: &mut Tx) -> QueryResult<i64> {
    gaps::table.filter(gaps::announced_at.is_null()).count().get_result(tx.conn()).await
}

/// What its site may know of it.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = gaps)]
pub struct Gap {
    pub from_seq: i64,
    pub to_seq: i64,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub noticed_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub announced_at: Option<Timestamp>,
}

/// The newest first.
pub async fn of_site(conn: &mut AsyncPgConnection, site: i64, most: i64) -> QueryResult<Vec<Gap>> {
    gaps::table
        .filter(gaps::site_id.eq(site))
        .order(gaps::id.desc())
        .limit(most)
        .select(Gap::as_select())
        .load(conn)
        .await
}

/// Deletes what was announced before `then`.
pub async fn forget(conn: &mut AsyncPgConnection, then: Timestamp) -> QueryResult<usize> {
    diesel::delete(gaps::table.filter(gaps::announced_at.lt(then.to_diesel()))).execute(conn).await
}
