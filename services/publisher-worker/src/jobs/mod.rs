//! The life of a job; the README tells the story.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use database::Database;
use domain::Clock;
use lifecycle::{ReadinessHandle, Shutdown, TaskResult, chain};
use telemetry::metrics::{self, HistogramVec, IntCounterVec, IntGaugeVec, SECONDS};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::Instrument;

pub mod claim;
pub mod finish;
pub mod run;

pub mod expire;
pub mod forget;
pub mod images;
pub mod order;

mod circuit;
mod failure;
mod mend;
pub mod read;
mod record;
mod renew;
pub mod report;
mod text;

use self::claim::{ClaimPolicy, claim};
use self::finish::{Collector, Finished};
use self::renew::Lease;
pub use self::renew::Leases;
use self::run::Runner;
use crate::settings::JobsSettings;
use crate::store::claims::{self, Claimed, HandedBack};
use crate::store::jobs::QUEUED;

/// Claims, runs and finishes jobs, many at a time.
#[derive(Clone)]
pub struct Worker {
    pub database: Database,
    pub clock: Clock,
    pub runner: Arc<Runner>,
    pub policy: Arc<ClaimPolicy>,
    pub collector: Arc<Collector>,
    pub leases: Leases,
    pub settings: JobsSettings,
    /// How long running calls may go on after the worker was told to stop.
    pub grace: Duration,
    pub readiness: ReadinessHandle,
}

/// Between two claims, so that each finds more than one job when there is a lot to do.
const PACE: Duration = Duration::from_millis(5);
/// And so many times as long as a claim took, so that looking through thousands of sites does not become the database's main work.
const REST: u32 = 3;

impl Worker {
    pub async fn run(self, shutdown: Shutdown) -> TaskResult {
        let (done, finished) = mpsc::channel(self.settings.max_in_flight.max(1));
        let freed = Notify::new();
        let to_the_end =
            async { tokio::join!(self.work(done, &freed, &shutdown), self.collector.run(finished, &freed)) };
        tokio::select! {
            _ = to_the_end => {}
            () = self.renew() => {}
        }
        Ok(())
    }

    async fn work(&self, done: mpsc::Sender<(Finished, Lease)>, freed: &Notify, shutdown: &Shutdown) {
        let queued = self.database.wakeup(QUEUED);
        let poll = Duration::from_millis(self.settings.poll_ms);
        let cut_off = Shutdown::new();
        let mut running: JoinSet<Option<HandedBack>> = JoinSet::new();
        while !shutdown.is_cancelled() {
            while running.try_join_next().is_some() {}
            let room =
                self.settings.max_in_flight.saturating_sub(running.len()).min(self.settings.claim_batch);
            let begun = Instant::now();
            let claimed = if room == 0 { Vec::new() } else { self.claim(room).await };
            let rest = (begun.elapsed() * REST).max(PACE);
            let there_is_more = room > 0 && claimed.len() >= room;
            for job in claimed {
                running.spawn(self.run_one(job, done.clone(), cut_off.clone()));
            }
            IN_FLIGHT.with_label_values(&[] as &[&str]).set(i64::try_from(running.len()).unwrap_or(i64::MAX));
            if !there_is_more {
                tokio::select! {
                    () = queued.notified() => {}
                    () = freed.notified() => {}
                    _ = shutdown.sleep(poll) => {}
                }
            }
            tokio::time::sleep_until(begun + rest).await;
        }
        self.wind_down(running, &cut_off).await;
    }

    async fn claim(&self, room: usize) -> Vec<Claimed> {
        match claim(&self.database, &self.policy, room, self.clock.now()).await {
            Ok(claimed) => {
                self.readiness.ok();
                claimed
            }
            Err(error) => {
                self.readiness.failed(&error);
                tracing::warn!(error = chain(&error), "jobs could not be claimed");
                Vec::new()
            }
        }
    }

    /// Says which job it did not finish, if it did not.
    fn run_one(
        &self,
        job: Claimed,
        done: mpsc::Sender<(Finished, Lease)>,
        cut_off: Shutdown,
    ) -> impl Future<Output = Option<HandedBack>> + Send + use<> {
        let unfinished = HandedBack { id: job.id, fence: job.fence, began_try: job.begins_try() };
        let span = tracing::info_span!(
            "job", job.id = %job.id, operation.id = %job.operation_id, job.kind = job.kind, site.id = job.site_id,
            content.id = job.content_id, attempt = job.attempts
        );
        telemetry::set_parent(&span, &telemetry::extract(job.trace()));
        let lease = self.leases.hold(job.id, job.fence);
        let runner = Arc::clone(&self.runner);
        async move {
            let Some(finished) = cut_off.unless_cancelled(Box::pin(runner.run(job))).await else {
                return Some(unfinished);
            };
            tracing::debug!(state = finished.settled.state, "job ran");
            done.send((finished, lease)).await.err().map(|_| unfinished)
        }
        .instrument(span)
    }

    /// Lets running calls finish for a while, then hands the rest back.
    async fn wind_down(&self, mut running: JoinSet<Option<HandedBack>>, cut_off: &Shutdown) {
        let all_done = async { while running.join_next().await.is_some() {} };
        if tokio::time::timeout(self.grace, all_done).await.is_ok() {
            return;
        }
        cut_off.trigger();
        let mut left = Vec::new();
        while let Some(ended) = running.join_next().await {
            left.extend(ended.ok().flatten());
        }
        tracing::info!(jobs = left.len(), "handing back what is not finished");
        let handed_back = async {
            let mut connection = self.database.connection().await?;
            claims::hand_back(&mut connection, &left, self.clock.now()).await?;
            Ok::<_, database::DatabaseError>(())
        };
        if let Err(error) = handed_back.await {
            tracing::warn!(error = chain(&error), "could not hand back; the leases will run out");
        }
    }
}

pub(crate) fn observe_call(kind: &str, outcome: &str, took: Duration) {
    CALLS.with_label_values(&[kind, outcome]).observe(took.as_secs_f64());
}

pub(crate) fn observe_finished(state: &str) {
    FINISHED.with_label_values(&[state]).inc();
}

static CALLS: LazyLock<HistogramVec> = LazyLock::new(|| {
    metrics::histogram(
        "site_call_seconds",
        "Calls to sites, by what they were for and what came of it.",
        &["kind", "outcome"],
        SECONDS,
    )
});
static FINISHED: LazyLock<IntCounterVec> = LazyLock::new(|| {
    metrics::counter("jobs_run_total", "Jobs that ran, by the state they were left in.", &["state"])
});
static IN_FLIGHT: LazyLock<IntGaugeVec> =
    LazyLock::new(|| metrics::gauge("jobs_in_flight", "Jobs running in this process.", &[]));
