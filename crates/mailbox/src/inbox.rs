use std::panic::AssertUnwindSafe;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use contracts::FromWire;
use contracts::topology::Queue;
use database::{Database, DatabaseError, Tx};
use diesel::QueryResult;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use futures::FutureExt;
use lifecycle::{BoxError, ReadinessHandle, Shutdown, TaskResult};
use messaging::{Arrived, Broker};
use prometheus::IntCounterVec;
use serde::Deserialize;
use tracing::Instrument;
use uuid::Uuid;

use crate::dead_letters::park;

/// Applies the messages of one queue.
pub trait Handler: Send + Sync + 'static {
    type Message: FromWire + Send;
    /// Stands in the inbox and on parked messages; changing it makes every old message new.
    const NAME: &'static str;
    const QUEUE: Queue;

    /// Applies messages not seen before, in the order of their arrival. All of it is committed, or none.
    fn apply(
        &self,
        tx: &mut Tx,
        messages: Vec<Self::Message>,
    ) -> impl Future<Output = Result<(), HandlerError>> + Send;
}

/// Why a message was not applied. The writer of a handler chooses at every fallible line.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    #[error("may work later")]
    Retry(#[source] BoxError),
    #[error("will never work")]
    Park(#[source] BoxError),
}

impl From<DatabaseError> for HandlerError {
    fn from(error: DatabaseError) -> Self {
        Self::Retry(error.into())
    }
}

pub trait OrFail<T> {
    /// Another try may work: a lock, a database that is away, something that has not arrived yet.
    fn or_retry(self) -> Result<T, HandlerError>;
    /// No number of tries will help: put the message aside.
    fn or_park(self) -> Result<T, HandlerError>;
}

impl<T, E: Into<BoxError>> OrFail<T> for Result<T, E> {
    fn or_retry(self) -> Result<T, HandlerError> {
        self.map_err(|error| HandlerError::Retry(error.into()))
    }

    fn or_park(self) -> Result<T, HandlerError> {
        self.map_err(|error| HandlerError::Park(error.into()))
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsumeSettings {
    /// Messages applied in one transaction, at most.
    pub batch: usize,
    /// Messages the broker hands out ahead of acknowledgements.
    pub prefetch: u16,
    /// How long a message that can't be applied is tried at least, in milliseconds: a deployment that is half done passes.
    pub patience_ms: u64,
}

/// Consumes the handler's queue until told to stop. An error means: start again with a new connection.
pub async fn consume<H: Handler>(
    handler: &H,
    database: &Database,
    broker: &Broker,
    settings: &ConsumeSettings,
    readiness: &ReadinessHandle,
    shutdown: Shutdown,
) -> TaskResult {
    let patience = Duration::from_millis(settings.patience_ms);
    let opening = broker.consumer(H::QUEUE.name, settings.prefetch);
    let Some(consumer) = shutdown.unless_cancelled(opening).await else { return Ok(()) };
    let mut consumer = consumer.inspect_err(|error| readiness.failed(error))?;
    readiness.ok();
    while let Some(batch) = shutdown.unless_cancelled(consumer.next_batch(settings.batch)).await {
        let batch = batch.inspect_err(|error| readiness.failed(error))?;
        if !apply_surely(handler, database, &batch, patience, &shutdown).await {
            break;
        }
        if let Some(last) = batch.last() {
            consumer.ack_through(last).await?;
        }
    }
    consumer.close().await;
    Ok(())
}

/// Applies or parks every message of the batch; false if told to stop before that.
async fn apply_surely<H: Handler>(
    handler: &H,
    database: &Database,
    batch: &[Arrived],
    patience: Duration,
    shutdown: &Shutdown,
) -> bool {
    if try_batch(handler, database, batch).await.is_ok() {
        return true;
    }
    for message in batch {
        if !apply_or_park(handler, database, message, patience, shutdown).await {
            return false;
        }
    }
    true
}

/// Tries before a message is parked, however long they take.
const TRIES: i32 = 5;

async fn apply_or_park<H: Handler>(
    handler: &H,
    database: &Database,
    message: &Arrived,
    patience: Duration,
    shutdown: &Shutdown,
) -> bool {
    let (mut failures, began) = (0, Instant::now());
    let mut pause = Duration::from_millis(100);
    loop {
        let Err(error) = try_batch(handler, database, std::slice::from_ref(message)).await else {
            return true;
        };
        let away = matches!(&error, HandlerError::Retry(cause) if database::is_transient(cause.as_ref()));
        failures += i32::from(!away);
        let outcome = if away { "waiting for the database" } else { "failed" };
        let chain = lifecycle::chain(&error);
        tracing::warn!(consumer = H::NAME, message.id = ?message.message_id, failures, error = chain, outcome, "message not applied");
        if matches!(error, HandlerError::Park(_)) || (failures >= TRIES && began.elapsed() >= patience) {
            match park(database, H::QUEUE.name, H::NAME, message, &chain, failures).await {
                Ok(()) => {
                    APPLIED.with_label_values(&[H::NAME, "parked"]).inc();
                    return true;
                }
                Err(error) => tracing::warn!(consumer = H::NAME, %error, "could not park a message yet"),
            }
        }
        if !shutdown.sleep(pause).await {
            return false;
        }
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

async fn try_batch<H: Handler>(
    handler: &H,
    database: &Database,
    batch: &[Arrived],
) -> Result<(), HandlerError> {
    let span = tracing::info_span!("apply", consumer = H::NAME, messages = batch.len());
    for message in batch {
        let headers = message.headers.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        telemetry::link(&span, &telemetry::extract(headers));
    }
    let work = AssertUnwindSafe(apply_fresh(handler, database, batch)).catch_unwind().instrument(span);
    match work.await {
        Ok(result) => result,
        Err(panic) => Err(HandlerError::Retry(
            format!("the handler panicked: {}", lifecycle::panic_text(panic.as_ref())).into(),
        )),
    }
}

async fn apply_fresh<H: Handler>(
    handler: &H,
    database: &Database,
    batch: &[Arrived],
) -> Result<(), HandlerError> {
    let mut messages = Vec::with_capacity(batch.len());
    for arrived in batch {
        let id = arrived.message_id.ok_or("the message has no id").or_park()?;
        messages.push((id, H::Message::from_wire(&arrived.type_name, &arrived.body).or_park()?));
    }
    let mut tx = database.begin().await?;
    let fresh = remember(&mut tx, H::NAME, messages.iter().map(|(id, _)| *id).collect()).await.or_retry()?;
    let (total, mut left) = (messages.len(), fresh);
    // A message may stand twice in one batch: only its first place counts.
    let fresh: Vec<H::Message> = messages
        .into_iter()
        .filter(|(id, _)| left.iter().position(|f| f == id).map(|place| left.swap_remove(place)).is_some())
        .map(|(_, message)| message)
        .collect();
    let applied = fresh.len();
    if applied > 0
        && let Err(error) = handler.apply(&mut tx, fresh).await
    {
        tx.roll_back().await;
        return Err(error);
    }
    tx.commit().await?;
    APPLIED.with_label_values(&[H::NAME, "applied"]).inc_by(applied as u64);
    APPLIED.with_label_values(&[H::NAME, "repeated"]).inc_by((total - applied) as u64);
    Ok(())
}

/// Notes the ids; returns those that were not known.
pub(crate) async fn remember(tx: &mut Tx, consumer: &str, ids: Vec<Uuid>) -> QueryResult<Vec<Uuid>> {
    #[derive(diesel::QueryableByName)]
    struct Fresh {
        #[diesel(sql_type = SqlUuid)]
        message_id: Uuid,
    }
    let rows: Vec<Fresh> = diesel::sql_query(
        "INSERT INTO inbox (consumer, message_id) SELECT $1, unnest($2) ON CONFLICT DO NOTHING RETURNING message_id",
    )
    .bind::<Text, _>(consumer)
    .bind::<Array<SqlUuid>, _>(ids)
    .load(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| row.message_id).collect())
}

pub(crate) static APPLIED: LazyLock<IntCounterVec> = LazyLock::new(|| {
    telemetry::metrics::counter(
        "inbox_messages_total",
        "Messages received, by consumer and outcome",
        &["consumer", "outcome"],
    )
});
