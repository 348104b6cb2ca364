//! Which jobs are due, and whose they are now. One claimer at a time holds [`lock`]; so what it counts stays true until it commits.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::Timestamp as Time;
use uuid::Uuid;

/// A job, and its site as it is now.
#[derive(Clone, Debug, QueryableByName)]
pub struct Claimed {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub operation_id: Uuid,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = BigInt)]
    pub account_id: i64,
    #[diesel(sql_type = BigInt)]
    pub site_id: i64,
    #[diesel(sql_type = BigInt)]
    pub content_id: i64,
    #[diesel(sql_type = diesel::sql_types::Binary)]
    pub payload: Vec<u8>,
    /// Its state before the claim; `running` means that whoever had it is gone.
    #[diesel(sql_type = Text)]
    pub was: String,
    /// The try this claim begins is counted.
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    #[diesel(sql_type = BigInt)]
    pub sequence: i64,
    #[diesel(sql_type = BigInt)]
    pub fence: i64,
    #[diesel(sql_type = Timestamptz, deserialize_as = Time)]
    pub run_at: Timestamp,
    #[diesel(sql_type = diesel::sql_types::Nullable<Timestamptz>)]
    pub doubt_since: Option<Time>,
    #[diesel(sql_type = Integer)]
    pub doubt_looks: i32,
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Jsonb>)]
    pub failure: Option<serde_json::Value>,
    /// The operation this mends, and which parts of it.
    #[diesel(sql_type = diesel::sql_types::Nullable<SqlUuid>)]
    pub mends: Option<Uuid>,
    #[diesel(sql_type = diesel::sql_types::Nullable<Array<diesel::sql_types::Nullable<Text>>>)]
    pub parts: Option<Vec<Option<String>>>,
    #[diesel(sql_type = diesel::sql_types::Nullable<Text>)]
    pub traceparent: Option<String>,
    #[diesel(sql_type = diesel::sql_types::Nullable<Text>)]
    pub tracestate: Option<String>,
    #[diesel(sql_type = diesel::sql_types::Nullable<Text>)]
    pub rest_url: Option<String>,
    #[diesel(sql_type = diesel::sql_types::Nullable<Bool>)]
    pub signed: Option<bool>,
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Binary>)]
    pub sealed_key: Option<Vec<u8>>,
    #[diesel(sql_type = diesel::sql_types::Nullable<Text>)]
    pub username: Option<String>,
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Binary>)]
    pub sealed_password: Option<Vec<u8>>,
    /// What was noted for this content, by this job or one before it.
    #[diesel(sql_type = diesel::sql_types::Nullable<Text>)]
    pub post: Option<String>,
}

/// Held until the transaction ends. Taken in a statement of its own, so that the next one sees what the holder before has written.
pub async fn lock(connection: &mut AsyncPgConnection) -> QueryResult<()> {
    const CLAIM: i32 = 1_198_078;
    diesel::sql_query("SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))")
        .bind::<Integer, _>(CLAIM)
        .execute(connection)
        .await?;
    Ok(())
}

pub struct Terms<'a> {
    pub now: Timestamp,
    pub limit: i64,
    /// Jobs at a time, for sites without a number of their own.
    pub per_site: i32,
    pub lease_end: Timestamp,
    pub owner: Uuid,
    /// Sites whose circuit is not closed and that may have one job to see whether they are back.
    pub probing: &'a [i64],
}

/// Leases due jobs: every site's oldest first, then every site's second, and so on.
///
/// The sites are found by stepping through the index from one to the next, so that a site with a long queue costs no more than one
/// with a single job.
pub async fn claim(connection: &mut AsyncPgConnection, terms: &Terms<'_>) -> QueryResult<Vec<Claimed>> {
    diesel::sql_query(
        "WITH RECURSIVE pending (site_id) AS (
             (SELECT site_id FROM jobs WHERE finished_at IS NULL AND kind <> 'probe' ORDER BY site_id LIMIT 1)
             UNION ALL
             SELECT (SELECT next.site_id FROM jobs AS next
                     WHERE next.finished_at IS NULL AND next.kind <> 'probe' AND next.site_id > pending.site_id
                     ORDER BY next.site_id LIMIT 1)
             FROM pending WHERE pending.site_id IS NOT NULL
         ), room AS (
             SELECT sites.site_id,
                    CASE WHEN circuit = 'closed' THEN coalesce(concurrency, $3) ELSE 1 END - running.count AS free
             FROM pending JOIN sites USING (site_id) CROSS JOIN LATERAL (
                 SELECT count(*) FROM jobs AS busy
                 WHERE busy.site_id = sites.site_id AND busy.state = 'running' AND busy.kind <> 'probe' AND busy.run_at > $1
             ) AS running
             WHERE sites.state = 'connected' AND (circuit = 'closed' OR sites.site_id = ANY ($6))
         ), due AS (
             (SELECT first.id, first.state AS was FROM room CROSS JOIN LATERAL (
                  SELECT id, state, run_at, row_number() OVER (ORDER BY run_at) AS place FROM (
                      SELECT id, state, run_at FROM jobs
                      WHERE site_id = room.site_id AND finished_at IS NULL AND kind <> 'probe' AND run_at <= $1
                      ORDER BY run_at LIMIT greatest(room.free, 0)
                  ) AS oldest
              ) AS first ORDER BY first.place, first.run_at LIMIT $2)
             UNION ALL
             (SELECT id, state FROM jobs WHERE finished_at IS NULL AND kind = 'probe' AND run_at <= $1 ORDER BY run_at LIMIT 16)
         )
         UPDATE jobs SET
             state = 'running', run_at = $4, fence = jobs.fence + 1, lease_owner = $5, started_at = coalesce(jobs.started_at, $1),
             attempts = jobs.attempts + begins.try, sequence = jobs.sequence + CASE WHEN jobs.fence = 0 THEN begins.try ELSE 0 END
         FROM due
         JOIN jobs AS before ON before.id = due.id
         LEFT JOIN sites ON sites.site_id = before.site_id
         CROSS JOIN LATERAL (
             SELECT CASE WHEN before.kind <> 'probe' AND (before.state IN ('queued', 'retrying')
                              OR (before.state = 'waiting' AND before.doubt_since IS NULL))
                         THEN 1 ELSE 0 END AS try
         ) AS begins
         WHERE jobs.id = due.id AND jobs.state = due.was AND jobs.finished_at IS NULL AND jobs.run_at <= $1
         RETURNING jobs.id, jobs.operation_id, jobs.kind, jobs.account_id, jobs.site_id, jobs.content_id, jobs.payload, due.was,
                   jobs.attempts, jobs.sequence, jobs.fence, jobs.run_at, jobs.doubt_since, jobs.doubt_looks, jobs.failure,
                   jobs.mends, jobs.parts, jobs.traceparent, jobs.tracestate, sites.rest_url, sites.signed, sites.sealed_key,
                   sites.username, sites.sealed_password,
                   CASE WHEN jobs.kind = 'publish' AND sites.sealed_password IS NOT NULL THEN
                       (SELECT noted.post FROM jobs AS noted
                        WHERE noted.content_id = jobs.content_id AND noted.site_id = jobs.site_id AND noted.post IS NOT NULL
                        ORDER BY noted.created_at DESC, noted.id DESC LIMIT 1)
                   END AS post",
    )
    .bind::<Timestamptz, _>(Time::from(terms.now))
    .bind::<BigInt, _>(terms.limit)
    .bind::<Integer, _>(terms.per_site)
    .bind::<Timestamptz, _>(Time::from(terms.lease_end))
    .bind::<SqlUuid, _>(terms.owner)
    .bind::<Array<BigInt>, _>(terms.probing)
    .load(connection)
    .await
}

/// A job that waits for its site from now on.
#[derive(Clone, Debug, QueryableByName)]
pub struct Waiting {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    pub operation_id: Uuid,
    #[diesel(sql_type = BigInt)]
    pub account_id: i64,
    #[diesel(sql_type = BigInt)]
    pub site_id: i64,
    #[diesel(sql_type = BigInt)]
    pub content_id: i64,
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    #[diesel(sql_type = BigInt)]
    pub sequence: i64,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Text)]
    pub was: String,
}

/// A pass puts off so many at most; the rest stay due, and no claim takes them while their site is shut out.
pub const PUT_OFF_AT_ONCE: i64 = 2_000;

/// Puts due jobs of these sites off until then; says which did not wait before. Only where the circuit is still as it was read: one
/// that closes meanwhile has its jobs released, and they must not wait again. Whoever is changing it now is not waited for.
pub async fn put_off(
    connection: &mut AsyncPgConnection,
    sites: &[(i64, Timestamp)],
    now: Timestamp,
) -> QueryResult<Vec<Waiting>> {
    diesel::sql_query(
        "WITH shut AS (
             SELECT sites.site_id, until FROM unnest($1, $2) AS read (read_id, until) JOIN sites ON sites.site_id = read_id
             WHERE circuit <> 'closed' AND circuit_until = until
             FOR SHARE OF sites SKIP LOCKED
         ), due AS (
             SELECT jobs.id, jobs.state AS was, until FROM shut JOIN jobs USING (site_id)
             WHERE finished_at IS NULL AND kind <> 'probe' AND run_at <= $3 AND state <> 'running'
             LIMIT $4
         )
         UPDATE jobs SET state = 'waiting', run_at = until,
                sequence = sequence + CASE WHEN was IN ('queued', 'retrying') THEN 1 ELSE 0 END
         FROM due WHERE jobs.id = due.id AND jobs.state = was
         RETURNING jobs.id, operation_id, account_id, site_id, content_id, attempts, sequence, kind, was",
    )
    .bind::<Array<BigInt>, _>(sites.iter().map(|(site, _)| *site).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(sites.iter().map(|(_, until)| Time::from(*until)).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(Time::from(now))
    .bind::<BigInt, _>(PUT_OFF_AT_ONCE)
    .load(connection)
    .await
}

/// Lengthens the leases of all that this worker runs. What somebody is writing this moment is passed over: it is being finished, or it
/// is still there the next time. Waiting for it while holding others is how two statements wait for each other.
pub async fn renew(
    connection: &mut AsyncPgConnection,
    jobs: &[(Uuid, i64)],
    lease_end: Timestamp,
) -> QueryResult<usize> {
    diesel::sql_query(
        "WITH ours AS (
             SELECT id FROM unnest($1, $2) AS held (held_id, held_fence) JOIN jobs ON id = held_id AND fence = held_fence
             WHERE state = 'running' FOR NO KEY UPDATE OF jobs SKIP LOCKED
         )
         UPDATE jobs SET run_at = $3 FROM ours WHERE jobs.id = ours.id",
    )
    .bind::<Array<SqlUuid>, _>(jobs.iter().map(|(id, _)| *id).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(jobs.iter().map(|(_, fence)| *fence).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(Time::from(lease_end))
    .execute(connection)
    .await
}

/// A job its worker will not finish.
#[derive(Clone, Copy, Debug)]
pub struct HandedBack {
    pub id: Uuid,
    pub fence: i64,
    pub began_try: bool,
}

/// Lets go of jobs that this worker will not finish: they are due at once, and their next worker asks what became of them. A try that
/// we broke off does not count.
pub async fn hand_back(
    connection: &mut AsyncPgConnection,
    jobs: &[HandedBack],
    now: Timestamp,
) -> QueryResult<usize> {
    diesel::sql_query(
        "UPDATE jobs SET run_at = $4, lease_owner = NULL, attempts = greatest(attempts - began_try::integer, 0)
         FROM unnest($1, $2, $3) AS held (held_id, held_fence, began_try)
         WHERE id = held_id AND fence = held_fence AND state = 'running'",
    )
    .bind::<Array<SqlUuid>, _>(jobs.iter().map(|job| job.id).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(jobs.iter().map(|job| job.fence).collect::<Vec<_>>())
    .bind::<Array<Bool>, _>(jobs.iter().map(|job| job.began_try).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(Time::from(now))
    .execute(connection)
    .await
}

#[cfg(test)]
mod tests;
