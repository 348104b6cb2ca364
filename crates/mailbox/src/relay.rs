use std::sync::LazyLock;
use std::time::{Duration, Instant};

use database::{Database, DatabaseError, Prepared, Tx};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use futures::join;
use lifecycle::{BoxError, ReadinessHandle, Shutdown, TaskResult};
use messaging::{Broker, Outgoing, Publisher, Sent};
use prometheus::{IntCounterVec, IntGaugeVec};
use serde::Deserialize;
use uuid::Uuid;

use crate::Rush;
use crate::outbox::POSTED;
use crate::schema::outbox;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelaySettings {
    /// Messages sent and confirmed together.
    pub batch: i64,
    /// How often to look without being woken, in milliseconds.
    pub poll_ms: u64,
    /// How long to wait for company after being woken, in milliseconds: each look costs a commit and a round of confirms, however much it
    /// finds.
    #[serde(default)]
    pub linger_ms: u64,
    /// How long to rest, in milliseconds, while the process has more urgent work ([`Rush`]), between two times the outbox is empty. What waits
    /// meanwhile is durable.
    #[serde(default)]
    pub give_way_ms: u64,
}

/// How often a resting relay looks whether the rush is over.
const LOOK: Duration = Duration::from_millis(10);

/// Takes messages from the outbox to the broker.
#[derive(Clone)]
pub struct Relay {
    pub database: Database,
    pub broker: Broker,
    pub settings: RelaySettings,
    pub readiness: ReadinessHandle,
    pub rush: Rush,
}

impl Relay {
    /// Runs until told to stop, then empties the outbox once more. An error means: start again with a new connection.
    pub async fn run(self, shutdown: Shutdown) -> TaskResult {
        let posted = self.database.wakeup(POSTED);
        let Some(publisher) = shutdown.unless_cancelled(self.open()).await else { return Ok(()) };
        let publisher = publisher?;
        let mut measured = Instant::now();
        let patience = Duration::from_millis(self.settings.give_way_ms);
        let mut rested = Duration::ZERO;
        loop {
            rested += self.give_way(patience.saturating_sub(rested), &shutdown).await;
            let more = self.pass(&publisher).await.inspect_err(|error| self.readiness.failed(error))?;
            if !more {
                rested = Duration::ZERO;
                if shutdown.is_cancelled() {
                    publisher.close().await;
                    return Ok(());
                }
                let (poll, linger) = (self.settings.poll_ms, self.settings.linger_ms);
                let woken = shutdown.unless_cancelled(posted.notified());
                if let Ok(Some(())) = tokio::time::timeout(Duration::from_millis(poll), woken).await {
                    shutdown.sleep(Duration::from_millis(linger)).await;
                }
            }
            if measured.elapsed() > Duration::from_secs(10) {
                measured = Instant::now();
                self.measure().await?;
            }
        }
    }

    /// Rests while there is a rush, and says for how long.
    async fn give_way(&self, at_most: Duration, shutdown: &Shutdown) -> Duration {
        let begun = Instant::now();
        while self.rush.is_on() && begun.elapsed() < at_most && shutdown.sleep(LOOK).await {}
        begun.elapsed()
    }

    async fn open(&self) -> Result<Publisher, BoxError> {
        let publisher = self.broker.publisher().await.inspect_err(|error| self.readiness.failed(error))?;
        self.readiness.ok();
        Ok(publisher)
    }

    /// Sends one batch; tells whether there may be more.
    async fn pass(&self, publisher: &Publisher) -> Result<bool, BoxError> {
        let batch = self.settings.batch;
        let (mut tx, (mut rows, more)) =
            self.database.begin_with(async |conn| claim(conn, batch).await).await?;
        if rows.is_empty() {
            tx.roll_back().await;
            return Ok(false);
        }
        let messages: Vec<Outgoing> = rows.iter_mut().map(Row::outgoing).collect();
        let sent = publisher.publish(&messages).await?;
        settle(&mut tx, &rows, &sent).await?;
        tx.commit().await?;
        Ok(more)
    }

    async fn measure(&self) -> Result<(), DatabaseError> {
        let oldest: Option<i64> = outbox::table
            .select(diesel::dsl::sql::<BigInt>("extract(epoch FROM now() - created_at)::bigint"))
            .order(outbox::id)
            .first(&mut self.database.connection().await?)
            .await
            .optional()?;
        OLDEST.with_label_values(&[] as &[&str]).set(oldest.unwrap_or(0));
        Ok(())
    }
}

#[derive(QueryableByName)]
#[diesel(table_name = outbox)]
struct Row {
    id: i64,
    message_id: Uuid,
    exchange: String,
    routing_key: String,
    type_name: String,
    subject: String,
    body: Vec<u8>,
    traceparent: Option<String>,
    tracestate: Option<String>,
    /// How many there were to choose from.
    #[diesel(sql_type = BigInt)]
    found: i64,
}

impl Row {
    /// The body moves over.
    fn outgoing(&mut self) -> Outgoing {
        let headers = [("traceparent", &self.traceparent), ("tracestate", &self.tracestate)];
        Outgoing {
            message_id: self.message_id,
            exchange: self.exchange.clone(),
            routing_key: self.routing_key.clone(),
            type_name: self.type_name.clone(),
            subject: self.subject.clone(),
            body: std::mem::take(&mut self.body).into(),
            headers: headers.into_iter().filter_map(|(k, v)| Some((k.to_owned(), v.clone()?))).collect(),
            sent_at_s: self.message_id.get_timestamp().map_or(0, |time| time.to_unix().0),
        }
    }
}

/// Bytes sent and confirmed together, but for a single message that is larger: what the broker surely takes in its time.
const BYTES: i64 = 8 << 20;

/// The oldest messages, up to `batch` of them and up to [`BYTES`], and whether there may be more.
async fn claim(mut conn: &AsyncPgConnection, batch: i64) -> QueryResult<(Vec<Row>, bool)> {
    // What was sent and is found again after the database crashed is sent again, as after a crash of ours: no flush is worth that.
    // An outbox is empty most of the time, and statistics taken then say that reading all of it is cheapest. It is not while
    // the rows of the last minute, sent and deleted, still lie in it. So there is no join, either: it would look for each row from the
    // beginning.
    let mut planning = conn;
    let plan = planning.batch_execute("SET LOCAL enable_seqscan = off; SET LOCAL synchronous_commit = off");
    let oldest = diesel::sql_query(
        "WITH oldest AS MATERIALIZED (
             SELECT id, octet_length(body)::bigint AS size FROM outbox WHERE not_before <= now()
             ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
         ), weighed AS (
             SELECT id, sum(size) OVER in_order AS total, row_number() OVER in_order AS place
             FROM oldest WINDOW in_order AS (ORDER BY id)
         )
         SELECT id, message_id, exchange, routing_key, type_name, subject, body, traceparent, tracestate,
             (SELECT count(*) FROM oldest) AS found
         FROM outbox WHERE id = ANY (ARRAY(SELECT id FROM weighed WHERE place = 1 OR total <= $2)) ORDER BY id",
    )
    .bind::<BigInt, _>(batch)
    .bind::<BigInt, _>(BYTES);
    let (plan, rows) = join!(plan, Prepared(oldest).load::<Row>(&mut conn));
    plan?;
    let rows = rows?;
    let found = rows.as_slice().first().map_or(0, |row| row.found);
    let more = found >= batch || i64::try_from(rows.len()).is_ok_and(|taken| taken < found);
    Ok((rows, more))
}

/// Deletes what was confirmed and puts off what was refused: 1 s, doubling, at most a minute.
async fn settle(tx: &mut Tx, rows: &[Row], sent: &[Sent]) -> QueryResult<()> {
    let mut confirmed = Vec::with_capacity(rows.len());
    let (mut refused, mut reasons) = (Vec::new(), Vec::new());
    for (row, outcome) in rows.iter().zip(sent) {
        match outcome {
            Sent::Confirmed => confirmed.push(row.id),
            Sent::Refused(reason) => {
                tracing::warn!(message.id = %row.message_id, message.type = row.type_name, reason, "the broker refused a message");
                refused.push(row.id);
                reasons.push(reason.clone());
            }
        }
    }
    SENT.with_label_values(&["confirmed"]).inc_by(confirmed.len() as u64);
    SENT.with_label_values(&["refused"]).inc_by(refused.len() as u64);
    diesel::delete(outbox::table.filter(outbox::id.eq_any(confirmed))).execute(tx.conn()).await?;
    if !refused.is_empty() {
        diesel::sql_query(
            "UPDATE outbox SET attempts = attempts + 1, last_error = reason,
                    not_before = now() + least(interval '1 minute', interval '1 second' * 2 ^ least(attempts, 6))
             FROM unnest($1, $2) AS refused (refused_id, reason) WHERE id = refused_id",
        )
        .bind::<Array<BigInt>, _>(refused)
        .bind::<Array<Text>, _>(reasons)
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

static SENT: LazyLock<IntCounterVec> = LazyLock::new(|| {
    telemetry::metrics::counter(
        "outbox_messages_total",
        "Messages taken to the broker, by outcome",
        &["outcome"],
    )
});
static OLDEST: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    telemetry::metrics::gauge("outbox_oldest_seconds", "Age of the oldest message not yet sent", &[])
});

#[cfg(test)]
mod tests;
