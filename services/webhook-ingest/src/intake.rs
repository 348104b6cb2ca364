//! Where requests become durable.
//!
//! A transaction costs a flush to disk, however much is in it. So requests do not commit for themselves: they hand what they
//! bring to the one [`Committer`], which writes everything that came in while it was busy with the group before, in one
//! transaction, and only then answers each. A request alone is a group of one, at once. When a good many events wait, a second group is begun
//! beside the first: one is put together here while the other is written there.
//!
//! What is not committed is not answered with a success. A group that takes too long, a database that is away, or too many
//! waiting requests are a refusal to come back from; what was committed after all is then a duplicate.
//!
//! Nothing here grows without a bound: neither the requests that wait, nor the bytes they hold, nor, while the broker is away, the outbox
//! they end in.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use database::{Database, DatabaseError};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use lifecycle::{Shutdown, TaskResult};
use mailbox::Rush;
use telemetry::metrics::{self, HistogramVec, IntCounterVec, IntGauge};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tracing::Instrument;
use web::Problem;

use self::queue::Queue;
use crate::flows::accept::{Kept, NewDelivery, accept};
use crate::settings::IntakeSettings;

mod queue;

/// Takes what a request brings. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    queue: Arc<Queue<Waiting>>,
    patience: Duration,
    room: Arc<Semaphore>,
    overfull: Arc<AtomicBool>,
}

/// What a request's body takes until it is answered.
pub struct Room {
    _held: OwnedSemaphorePermit,
}

/// Writes it. There is one per process.
#[derive(Clone)]
pub struct Committer {
    database: Database,
    queue: Arc<Queue<Waiting>>,
    group: usize,
    timeout: Duration,
    /// On while requests come in faster than they are written.
    rush: Rush,
}

/// Why something was not kept, as far as we know.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    #[error("too many requests are waiting to be written")]
    Full,
    #[error("too many messages are waiting for the broker")]
    Overfull,
    #[error("it could not be written in time")]
    TooSlow,
    #[error("it could not be written")]
    Failed(#[source] Arc<DatabaseError>),
}

impl From<NotKept> for Problem {
    fn from(error: NotKept) -> Self {
        match &error {
            NotKept::Failed(cause) if !cause.is_transient() => Self::internal(&error),
            // Said once in the log, by whoever noticed.
            NotKept::Overfull => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, web::codes::UNAVAILABLE, OVERFULL)
                    .retry_after(Duration::from_secs(30))
            }
            _ => Self::unavailable(&error),
        }
    }
}

const OVERFULL: &str =
    "Events are not passed on at present, and there is no room for more. Keep them, and try again later.";

struct Waiting {
    deliveries: Vec<NewDelivery>,
    span: tracing::Span,
    answer: oneshot::Sender<Result<Vec<Kept>, NotKept>>,
}

pub fn open(database: Database, settings: &IntakeSettings, rush: Rush) -> (Intake, Committer) {
    let queue = Arc::new(Queue::new(settings.waiting));
    let intake = Intake {
        queue: Arc::clone(&queue),
        patience: settings.commit_timeout,
        room: Arc::new(Semaphore::new(settings.waiting_bytes.max(settings.batch_limit_bytes).div_ceil(UNIT))),
        overfull: Arc::default(),
    };
    let (group, timeout) = (settings.group, settings.commit_timeout);
    (intake, Committer { database, queue, group, timeout, rush })
}

/// So many events are worth a second transaction beside the one under way.
const MANY: usize = 100;

/// So many events that came in while others were written are a rush.
const RUSH: usize = 16;

/// Room is counted in these many bytes.
const UNIT: usize = 1024;

impl Intake {
    /// Room for a body of so many bytes, or why nothing is taken at present.
    pub fn room(&self, bytes: usize) -> Result<Room, NotKept> {
        if self.overfull.load(Ordering::Relaxed) {
            return Err(NotKept::Overfull);
        }
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
        let held = Arc::clone(&self.room).try_acquire_many_owned(units).map_err(|_| NotKept::Full)?;
        Ok(Room { _held: held })
    }

    /// From now on everything is refused, or taken again. Tells whether it was otherwise.
    pub fn refuse_all(&self, overfull: bool) -> bool {
        self.overfull.swap(overfull, Ordering::Relaxed) != overfull
    }

    /// Returns once all of it is durable, in the order given.
    pub async fn keep(&self, deliveries: Vec<NewDelivery>) -> Result<Vec<Kept>, NotKept> {
        if deliveries.is_empty() {
            return Ok(Vec::new());
        }
        let (answer, answered) = oneshot::channel();
        let events = deliveries.len();
        self.queue.put(Waiting { deliveries, span: tracing::Span::current(), answer }, events)?;
        WAITING.inc();
        match tokio::time::timeout(self.patience, answered).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) | Err(_) => Err(NotKept::TooSlow),
        }
    }
}

impl Committer {
    /// Runs until told to stop and nothing waits any more.
    pub async fn run(self, shutdown: Shutdown) -> TaskResult {
        let mut writing = FuturesUnordered::new();
        loop {
            let worth = match writing.len() {
                0 => 1,
                1 => MANY,
                _ => usize::MAX,
            };
            tokio::select! {
                Some(()) = writing.next(), if !writing.is_empty() => {
                    if self.queue.is_empty() {
                        self.rush.set(false);
                    }
                }
                group = self.queue.take(worth, self.group) => {
                    WAITING.sub(i64::try_from(group.requests.len()).unwrap_or_default());
                    self.rush.set(group.events >= RUSH || !writing.is_empty());
                    writing.push(self.keep(group.requests));
                }
                () = shutdown.cancelled(), if writing.is_empty() && self.queue.is_empty() => return Ok(()),
            }
        }
    }

    async fn keep(&self, mut group: Vec<Waiting>) {
        group.retain(|it| !it.answer.is_closed());
        if group.is_empty() {
            return;
        }
        let began = Instant::now();
        let outcome = self.commit(&group).await;
        COMMIT.with_label_values::<&str>(&[]).observe(began.elapsed().as_secs_f64());
        match outcome {
            // Waking those who wait takes the processor from us. The next group is on its way first.
            Ok(kept) => drop(tokio::spawn(async { answer(group, kept) })),
            // One request that can't be written must not take the others with it.
            Err(NotKept::Failed(error)) if group.len() > 1 && !error.is_transient() => {
                for alone in group {
                    let outcome = self.commit(std::slice::from_ref(&alone)).await;
                    let _ = alone.answer.send(outcome.inspect(|kept| count(kept)));
                }
            }
            Err(NotKept::Failed(error)) => {
                for waiting in group {
                    let _ = waiting.answer.send(Err(NotKept::Failed(Arc::clone(&error))));
                }
            }
            // Their patience is no longer than ours.
            Err(NotKept::TooSlow | NotKept::Full | NotKept::Overfull) => drop(group),
        }
    }

    async fn commit(&self, group: &[Waiting]) -> Result<Vec<Kept>, NotKept> {
        let deliveries: Vec<&NewDelivery> = group.iter().flat_map(|it| &it.deliveries).collect();
        GROUP
            .with_label_values::<&str>(&[])
            .observe(f64::from(u32::try_from(deliveries.len()).unwrap_or(u32::MAX)));
        let span = tracing::info_span!(parent: group.first().and_then(|it| it.span.id()), "commit", deliveries = deliveries.len());
        for other in group.iter().skip(1) {
            span.follows_from(&other.span);
        }
        let work = accept(&self.database, &deliveries).instrument(span);
        let work = tokio::time::timeout(self.timeout, work);
        let outcome = work.await.map_err(|_| NotKept::TooSlow)?;
        outcome.map_err(|error| NotKept::Failed(Arc::new(error)))
    }
}

fn answer(group: Vec<Waiting>, kept: Vec<Kept>) {
    count(&kept);
    let mut kept = kept.into_iter();
    for waiting in group {
        let own = kept.by_ref().take(waiting.deliveries.len()).collect();
        // Whoever went away asks again, and learns that it is a duplicate.
        let _ = waiting.answer.send(Ok(own));
    }
}

fn count(kept: &[Kept]) {
    for one in kept {
        let outcome = if one.is_new() { "accepted" } else { "duplicate" };
        DELIVERIES.with_label_values(&[outcome]).inc();
    }
}

static DELIVERIES: LazyLock<IntCounterVec> = LazyLock::new(|| {
    metrics::counter("webhook_deliveries_total", "Events taken in, by outcome.", &["outcome"])
});
static WAITING: LazyLock<IntGauge> = LazyLock::new(|| {
    metrics::gauge("webhook_waiting_requests", "Requests that wait to be written.", &[])
        .with_label_values::<&str>(&[])
});
static GROUP: LazyLock<HistogramVec> = LazyLock::new(|| {
    let sizes = &[1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0];
    metrics::histogram("webhook_group_events", "Events written in one transaction.", &[], sizes)
});
static COMMIT: LazyLock<HistogramVec> = LazyLock::new(|| {
    metrics::histogram("webhook_commit_seconds", "Time to write one group.", &[], metrics::SECONDS)
});
