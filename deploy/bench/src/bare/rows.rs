use std::time::Instant;

use contracts::Message;
use contracts::publishing::PublishContent;
use database::{Database, Tx};
use diesel::QueryResult;
use diesel::sql_types::{Array, BigInt, Binary, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use futures::StreamExt;
use uuid::Uuid;

use super::Bare;
use crate::measure::Meter;
use crate::stack::Stack;

const BATCH: usize = 100;
const CONNECTIONS: usize = 4;
/// As a report is.
const REPORT: &[u8] = &[b'x'; 260];
const EVIDENCE: &str = "{\"igny8_frame\":\"msg_0193\",\"success\":true}";

/// The rows that an article leaves on its way, in the order of life, each step of a hundred in a transaction of its own: noted in the
/// inbox and written down as a job; claimed and announced; sent; settled with its attempt and its report; sent. By key alone: nothing is
/// looked for.
pub async fn run(stack: &Stack, orders: &[PublishContent]) -> anyhow::Result<Bare> {
    let database = &stack.database;
    prepare(database).await?;
    let batches: Vec<Batch> = orders.chunks(BATCH).map(Batch::new).collect();
    let meter = Meter::start(&stack.programs)?;
    let begun = Instant::now();
    let mut working =
        futures::stream::iter(&batches).map(|batch| write(database, batch)).buffer_unordered(CONNECTIONS);
    while let Some(written) = working.next().await {
        written?;
    }
    let (took, used) = (begun.elapsed(), meter.read()?);
    drop(working);
    clean_up(database).await?;
    Ok(Bare { name: "rows", count: orders.len(), took, used })
}

struct Batch {
    ids: Vec<Uuid>,
    reports: Vec<Uuid>,
    sites: Vec<i64>,
    contents: Vec<i64>,
    payloads: Vec<Vec<u8>>,
}

impl Batch {
    fn new(orders: &[PublishContent]) -> Self {
        Self {
            ids: orders.iter().map(|_| Uuid::now_v7()).collect(),
            reports: orders.iter().map(|_| Uuid::now_v7()).collect(),
            sites: orders.iter().map(|order| order.site_id).collect(),
            contents: orders.iter().map(|order| order.content_id).collect(),
            payloads: orders.iter().map(|order| order.to_bytes().to_vec()).collect(),
        }
    }
}

async fn write(database: &Database, batch: &Batch) -> anyhow::Result<()> {
    let mut tx = database.begin().await?;
    take_in(&mut tx, batch).await?;
    tx.commit().await?;

    let mut tx = database.begin().await?;
    by_ids(&mut tx, batch, "UPDATE bare_jobs SET state = 'running', run_at = now() + interval '15 seconds', fence = 1, attempts = 1,
        lease_owner = id, started_at = now(), sequence = 1 WHERE id = ANY ($1)").await?;
    post(&mut tx, &batch.ids).await?;
    tx.commit().await?;
    sent(database, &batch.ids).await?;

    let mut tx = database.begin().await?;
    by_ids(&mut tx, batch, "UPDATE bare_jobs SET state = 'done', finished_at = now(), run_at = now(), payload = '', lease_owner = NULL,
        sequence = 2 WHERE id = ANY ($1)").await?;
    diesel::sql_query(
        "INSERT INTO bare_attempts (job_id, account_id, number, kind, started_at, duration_ms, http_status, outcome, evidence, request_id)
         SELECT id, 1, 1, 'publish', now(), 12, 201, 'created', $2, 'msg_' || id FROM unnest($1) AS id",
    )
    .bind::<Array<SqlUuid>, _>(&batch.ids)
    .bind::<Text, _>(EVIDENCE.repeat(10))
    .execute(tx.conn())
    .await?;
    post(&mut tx, &batch.reports).await?;
    tx.commit().await?;
    sent(database, &batch.reports).await
}

async fn take_in(tx: &mut Tx, batch: &Batch) -> QueryResult<()> {
    by_ids(tx, batch, "INSERT INTO bare_inbox (consumer, message_id) SELECT 'orders', unnest($1)").await?;
    diesel::sql_query(
        "INSERT INTO bare_jobs (id, operation_id, kind, account_id, site_id, content_id, payload, run_at, created_at)
         SELECT id, id, 'publish', 1, site, content, payload, now(), now() FROM unnest($1, $2, $3, $4) AS new (id, site, content, payload)",
    )
    .bind::<Array<SqlUuid>, _>(&batch.ids)
    .bind::<Array<BigInt>, _>(&batch.sites)
    .bind::<Array<BigInt>, _>(&batch.contents)
    .bind::<Array<Binary>, _>(&batch.payloads)
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn post(tx: &mut Tx, ids: &[Uuid]) -> QueryResult<usize> {
    diesel::sql_query(
        "INSERT INTO bare_outbox (message_id, exchange, routing_key, type_name, subject, body)
         SELECT id, 'publisher.events', 'content.published.v1', 'igny8.publishing.v1.ContentPublished', 'content:1', $2 FROM unnest($1) AS id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Binary, _>(REPORT)
    .execute(tx.conn())
    .await
}

/// Read and deleted, the oldest first, as many as were written.
async fn sent(database: &Database, ids: &[Uuid]) -> anyhow::Result<()> {
    let mut tx = database.begin().await?;
    diesel::sql_query(
        "DELETE FROM bare_outbox WHERE id = ANY (ARRAY (SELECT id FROM bare_outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED))
         RETURNING *",
    )
    .bind::<BigInt, _>(i64::try_from(ids.len())?)
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(())
}

async fn by_ids(tx: &mut Tx, batch: &Batch, statement: &str) -> QueryResult<usize> {
    diesel::sql_query(statement).bind::<Array<SqlUuid>, _>(&batch.ids).execute(tx.conn()).await
}

const TABLES: [&str; 4] = ["inbox", "jobs", "attempts", "outbox"];

/// Tables like the real ones, with their indexes.
async fn prepare(database: &Database) -> anyhow::Result<()> {
    clean_up(database).await?;
    let mut connection = database.connection().await?;
    for table in TABLES {
        let make = format!("CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)");
        diesel::sql_query(make).execute(&mut connection).await?;
        if ["jobs", "outbox"].contains(&table) {
            let busy = format!(
                "ALTER TABLE bare_{table} SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000)"
            );
            diesel::sql_query(busy).execute(&mut connection).await?;
        }
    }
    Ok(())
}

async fn clean_up(database: &Database) -> anyhow::Result<()> {
    let mut connection = database.connection().await?;
    for table in TABLES {
        diesel::sql_query(format!("DROP TABLE IF EXISTS bare_{table}")).execute(&mut connection).await?;
    }
    Ok(())
}
