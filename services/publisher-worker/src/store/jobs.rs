use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Binary, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::Timestamp as Time;
use serde_json::Value;
use uuid::Uuid;

/// What a runner waits for.
pub const QUEUED: &str = "jobs";

#[derive(Clone, Debug)]
pub struct NewJob {
    pub operation_id: Uuid,
    pub kind: &'static str,
    pub account_id: i64,
    pub site_id: i64,
    pub content_id: i64,
    pub payload: Vec<u8>,
}

/// Queues jobs, due now. An operation that is known is left as it is.
pub async fn insert(
    connection: &mut AsyncPgConnection,
    jobs: &[NewJob],
    now: Timestamp,
) -> QueryResult<usize> {
    let trace = telemetry::inject();
    let header = |name: &str| trace.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    diesel::sql_query(
        "INSERT INTO jobs (id, operation_id, kind, account_id, site_id, content_id, payload, run_at, created_at, traceparent, tracestate)
         SELECT *, $8, $8, $9, $10 FROM unnest($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (operation_id) DO NOTHING",
    )
    .bind::<Array<SqlUuid>, _>(jobs.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(jobs.iter().map(|job| job.operation_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(jobs.iter().map(|job| job.kind).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(jobs.iter().map(|job| job.account_id).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(jobs.iter().map(|job| job.site_id).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(jobs.iter().map(|job| job.content_id).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(jobs.iter().map(|job| job.payload.as_slice()).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(Time::from(now))
    .bind::<Nullable<Text>, _>(header("traceparent"))
    .bind::<Nullable<Text>, _>(header("tracestate").filter(|state| !state.is_empty()))
    .execute(connection)
    .await
}

/// Parts of a post to be tried again alone.
#[derive(Clone, Debug)]
pub struct NewMend {
    pub job: NewJob,
    pub mends: Uuid,
    pub parts: Vec<&'static str>,
    /// Tries of mending so far.
    pub attempts: i32,
    pub run_at: Timestamp,
}

pub async fn insert_mends(
    connection: &mut AsyncPgConnection,
    mends: &[&NewMend],
    now: Timestamp,
) -> QueryResult<usize> {
    diesel::sql_query(
        "INSERT INTO jobs (id, operation_id, kind, account_id, site_id, content_id, payload, mends, parts, attempts, run_at, created_at)
         SELECT id, operation_id, 'mend', account_id, site_id, content_id, payload, mends, string_to_array(parts, ','), attempts, run_at, $11
         FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
              AS new (id, operation_id, account_id, site_id, content_id, payload, mends, parts, attempts, run_at)",
    )
    .bind::<Array<SqlUuid>, _>(mends.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(mends.iter().map(|mend| mend.job.operation_id).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(mends.iter().map(|mend| mend.job.account_id).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(mends.iter().map(|mend| mend.job.site_id).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(mends.iter().map(|mend| mend.job.content_id).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(mends.iter().map(|mend| mend.job.payload.as_slice()).collect::<Vec<_>>())
    .bind::<Array<SqlUuid>, _>(mends.iter().map(|mend| mend.mends).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(mends.iter().map(|mend| mend.parts.join(",")).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(mends.iter().map(|mend| mend.attempts).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(mends.iter().map(|mend| Time::from(mend.run_at)).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(Time::from(now))
    .execute(connection)
    .await
}

/// What was to be mended of these contents is moot; what is being mended at this moment ends by itself.
pub async fn drop_mends(
    connection: &mut AsyncPgConnection,
    contents: &[i64],
    now: Timestamp,
) -> QueryResult<usize> {
    diesel::sql_query(
        "UPDATE jobs SET state = 'cancelled', finished_at = $2, payload = ''
         WHERE content_id = ANY ($1) AND kind = 'mend' AND finished_at IS NULL AND state <> 'running'",
    )
    .bind::<Array<BigInt>, _>(contents)
    .bind::<Timestamptz, _>(Time::from(now))
    .execute(connection)
    .await
}

/// Leaves these operations be, if nothing of them can have reached the site; returns those that were left.
pub async fn cancel(
    connection: &mut AsyncPgConnection,
    operations: &[Uuid],
    now: Timestamp,
) -> QueryResult<Vec<Ended>> {
    diesel::sql_query(
        "UPDATE jobs SET state = 'cancelled', finished_at = $2, sequence = sequence + 1, payload = ''
         WHERE operation_id = ANY ($1) AND state IN ('queued', 'retrying', 'waiting') AND doubt_since IS NULL
         RETURNING id, operation_id, kind, account_id, site_id, content_id, attempts, sequence",
    )
    .bind::<Array<SqlUuid>, _>(operations)
    .bind::<Timestamptz, _>(Time::from(now))
    .load(connection)
    .await
}

/// How a claimed job goes on.
#[derive(Clone, Debug)]
pub struct Settled {
    pub id: Uuid,
    pub fence: i64,
    pub state: &'static str,
    pub run_at: Timestamp,
    pub sequence: i64,
    pub doubt_since: Option<Timestamp>,
    pub doubt_looks: i32,
    pub failure: Option<Value>,
}

/// Writes how jobs go on; returns those that were still their runner's.
pub async fn settle(
    connection: &mut AsyncPgConnection,
    jobs: &[&Settled],
    now: Timestamp,
) -> QueryResult<Vec<Uuid>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "UPDATE jobs SET state = now.state, run_at = now.run_at, sequence = now.sequence, doubt_since = now.doubt_since,
                doubt_looks = now.doubt_looks, failure = now.failure, lease_owner = NULL,
                finished_at = CASE WHEN now.state IN ('done', 'failed') THEN $9 END,
                payload = CASE WHEN now.state IN ('done', 'failed') THEN '' ELSE jobs.payload END
         FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS now (id, fence, state, run_at, sequence, doubt_since, doubt_looks, failure)
         WHERE jobs.id = now.id AND jobs.fence = now.fence AND jobs.state = 'running'
         RETURNING jobs.id",
    )
    .bind::<Array<SqlUuid>, _>(jobs.iter().map(|job| job.id).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(jobs.iter().map(|job| job.fence).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(jobs.iter().map(|job| job.state).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(jobs.iter().map(|job| Time::from(job.run_at)).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(jobs.iter().map(|job| job.sequence).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(jobs.iter().map(|job| job.doubt_since.map(Time::from)).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(jobs.iter().map(|job| job.doubt_looks).collect::<Vec<_>>())
    .bind::<Array<Nullable<Jsonb>>, _>(jobs.iter().map(|job| job.failure.clone()).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(Time::from(now))
    .load(connection)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// What waits for these sites is due again, the oldest first.
pub async fn release(connection: &mut AsyncPgConnection, sites: &[i64]) -> QueryResult<usize> {
    diesel::sql_query(
        "UPDATE jobs SET run_at = created_at WHERE site_id = ANY ($1) AND kind <> 'probe' AND finished_at IS NULL AND state = 'waiting'",
    )
    .bind::<Array<BigInt>, _>(sites)
    .execute(connection)
    .await
}

/// Writes down which post was made for a job; false if the job is somebody else's by now.
pub async fn note_post(
    connection: &mut AsyncPgConnection,
    (id, fence): (Uuid, i64),
    post: &str,
) -> QueryResult<bool> {
    let noted =
        diesel::sql_query("UPDATE jobs SET post = $3 WHERE id = $1 AND fence = $2 AND state = 'running'")
            .bind::<SqlUuid, _>(id)
            .bind::<BigInt, _>(fence)
            .bind::<Text, _>(post)
            .execute(connection)
            .await?;
    Ok(noted > 0)
}

/// A job that ended without another call: it has waited too long, or was cancelled.
#[derive(Clone, Debug, QueryableByName)]
pub struct Ended {
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
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
    #[diesel(sql_type = BigInt)]
    pub sequence: i64,
}

/// Gives up jobs made before then that still wait: for their site to be back, to be connected, or to be known at all. A lease that
/// has run out is nobody's, and no claim takes it over while its site isn't connected.
pub async fn expire(
    connection: &mut AsyncPgConnection,
    made_before: Timestamp,
    now: Timestamp,
    failure: &Value,
    limit: i64,
) -> QueryResult<Vec<Ended>> {
    diesel::sql_query(
        "UPDATE jobs SET state = 'failed', finished_at = $2, sequence = sequence + 1, failure = $3, fence = fence + 1,
                lease_owner = NULL, payload = ''
         WHERE id = ANY (ARRAY (
             SELECT id FROM jobs LEFT JOIN sites USING (site_id)
             WHERE finished_at IS NULL AND kind <> 'probe' AND created_at < $1 AND (jobs.state <> 'running' OR jobs.run_at <= $2)
               AND (jobs.state = 'waiting' OR sites.state IS DISTINCT FROM 'connected')
             LIMIT $4 FOR UPDATE OF jobs SKIP LOCKED))
         RETURNING id, operation_id, kind, account_id, site_id, content_id, attempts, sequence",
    )
    .bind::<Timestamptz, _>(Time::from(made_before))
    .bind::<Timestamptz, _>(Time::from(now))
    .bind::<Jsonb, _>(failure)
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await
}

/// Deletes jobs that were over before then, with their attempts; says how many.
pub async fn forget(
    connection: &mut AsyncPgConnection,
    finished_before: Timestamp,
    limit: i64,
) -> QueryResult<usize> {
    diesel::sql_query(
        "DELETE FROM jobs WHERE id = ANY (ARRAY (
             SELECT id FROM jobs WHERE finished_at < $1 ORDER BY finished_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
    )
    .bind::<Timestamptz, _>(Time::from(finished_before))
    .bind::<BigInt, _>(limit)
    .execute(connection)
    .await
}
