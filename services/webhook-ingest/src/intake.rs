//! Where requests become durable.
//!
//! A transaction costs a flush to disk, however much is in it. So requests do not commit for themselves: they hand what they
//! bring to the one [`Committer`], which writes everything that came in while it was busy with the group before, in one
//! transaction, and only then answers each. Nobody waits for company: a request alone is a group of one.
//!
//! What is not committed is not answered with a success. A group that takes too long, a database that is away, or too many
//! waiting requests are a refusal to come back from; what was committed after all is then a duplicate.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use database::{Database, DatabaseError};
use lifecycle::{Shutdown, TaskResult};
use telemetry::metrics::{self, HistogramVec, IntCounterVec};
use tokio::sync::{Mutex, mpsc, oneshot};
use tracing::Instrument;
use web::Problem;

use crate::flows::accept::{Kept, NewDelivery, accept};
use crate::settings::IntakeSettings;

/// Takes what a request brings. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    waiting: mpsc::Sender<Waiting>,
    patience: Duration,
}

/// Writes it. There is one per process.
#[derive(Clone)]
pub struct Committer {
    database: Database,
    waiting: Arc<Mutex<mpsc::Receiver<Waiting>>>,
    group: usize,
    timeout: Duration,
}

/// Why something was not kept, as far as we know.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    #[error("too many requests are waiting to be written")]
    Full,
    #[error("it could not be written in time")]
    TooSlow,
    #[error("it could not be written")]
    Failed(#[source] Arc<DatabaseError>),
}

impl From<NotKept> for Problem {
    fn from(error: NotKept) -> Self {
        match &error {
            NotKept::Failed(cause) if !cause.is_transient() => Self::internal(&error),
            _ => Self::unavailable(&error),
        }
    }
}

struct Waiting {
    deliveries: Vec<NewDelivery>,
    span: tracing::Span,
    answer: oneshot::Sender<Result<Vec<Kept>, NotKept>>,
}

pub fn open(database: Database, settings: &IntakeSettings) -> (Intake, Committer) {
    let (sender, receiver) = mpsc::channel(settings.waiting);
    let intake = Intake { waiting: sender, patience: settings.commit_timeout };
    let waiting = Arc::new(Mutex::new(receiver));
    (intake, Committer { database, waiting, group: settings.group, timeout: settings.commit_timeout })
}

impl Intake {
    /// Returns once all of it is durable, in the order given.
    pub async fn keep(&self, deliveries: Vec<NewDelivery>) -> Result<Vec<Kept>, NotKept> {
        if deliveries.is_empty() {
            return Ok(Vec::new());
        }
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { deliveries, span: tracing::Span::current(), answer };
        self.waiting.try_send(waiting).map_err(|_| NotKept::Full)?;
        match tokio::time::timeout(self.patience, answered).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) | Err(_) => Err(NotKept::TooSlow),
        }
    }
}

impl Committer {
    /// Runs until told to stop and nothing waits any more.
    pub async fn run(self, shutdown: Shutdown) -> TaskResult {
        let mut waiting = self.waiting.lock().await;
        loop {
            let first = match shutdown.unless_cancelled(waiting.recv()).await {
                Some(Some(first)) => first,
                Some(None) => return Ok(()),
                None => match waiting.try_recv() {
                    Ok(first) => first,
                    Err(_) => return Ok(()),
                },
            };
            let group = self.gather(first, &mut waiting);
            if !group.is_empty() {
                self.keep(group).await;
            }
        }
    }

    /// Everything that waits already, up to a group's size, but for those who have gone.
    fn gather(&self, first: Waiting, waiting: &mut mpsc::Receiver<Waiting>) -> Vec<Waiting> {
        let mut size = first.deliveries.len();
        let mut group = vec![first];
        while size < self.group
            && let Ok(next) = waiting.try_recv()
        {
            size += next.deliveries.len();
            group.push(next);
        }
        group.retain(|it| !it.answer.is_closed());
        group
    }

    async fn keep(&self, group: Vec<Waiting>) {
        let began = Instant::now();
        let outcome = self.commit(&group).await;
        COMMIT.with_label_values::<&str>(&[]).observe(began.elapsed().as_secs_f64());
        match outcome {
            Ok(kept) => answer(group, kept),
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
            Err(NotKept::TooSlow | NotKept::Full) => drop(group),
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
        let work = async {
            let mut tx = self.database.begin().await?;
            let kept = accept(&mut tx, &deliveries).await?;
            tx.commit().await?;
            Ok(kept)
        };
        let work = tokio::time::timeout(self.timeout, work.instrument(span));
        let outcome = work.await.map_err(|_| NotKept::TooSlow)?;
        outcome.map_err(|error: DatabaseError| NotKept::Failed(Arc::new(error)))
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
static GROUP: LazyLock<HistogramVec> = LazyLock::new(|| {
    let sizes = &[1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0];
    metrics::histogram("webhook_group_events", "Events written in one transaction.", &[], sizes)
});
static COMMIT: LazyLock<HistogramVec> = LazyLock::new(|| {
    metrics::histogram("webhook_commit_seconds", "Time to write one group.", &[], metrics::SECONDS)
});
