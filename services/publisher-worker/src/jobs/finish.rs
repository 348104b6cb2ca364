//! What running jobs came to, written many at a time: one transaction for attempts, states, reports, and what is known of the sites.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use contracts::publishing::SiteProbed;
use contracts::{PublishReport, ReadReport};
use database::{Database, DatabaseError, Tx};
use diesel::QueryResult;
use domain::Clock;
use domain::delivery::{BreakerPolicy, Cause};
use lifecycle::{ReadinessHandle, chain};
use tokio::sync::{Notify, mpsc};
use uuid::Uuid;

use super::circuit;
use super::renew::Lease;
use crate::store::attempts::{self, NewAttempt};
use crate::store::jobs::{self, NewMend, Settled};
use crate::store::sites;

/// A job that has run.
#[derive(Debug)]
pub struct Finished {
    pub site_id: i64,
    pub settled: Settled,
    pub attempts: Vec<NewAttempt>,
    /// Nothing is said of tries to mend that came to nothing.
    pub report: Option<Report>,
    /// Parts of the post to be tried again alone.
    pub mend: Option<NewMend>,
    pub health: Health,
    /// Where its report belongs, as header pairs.
    pub trace: Vec<(String, String)>,
}

#[derive(Debug)]
pub enum Report {
    Publication(Box<PublishReport>),
    Probe(SiteProbed),
    Read(ReadReport),
}

/// What a run says of its site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    Up,
    Trouble(Cause),
    Unknown,
}

pub struct Collector {
    pub database: Database,
    pub clock: Clock,
    pub breaker: BreakerPolicy,
    pub batch: usize,
    /// How long a batch waits for more.
    pub wait: Duration,
    pub readiness: ReadinessHandle,
}

impl Collector {
    /// Writes until nobody can send any more. What can't be written is tried again: the database may be away for a while, and if it
    /// is away for too long the leases end and the sites are asked.
    pub async fn run(&self, mut finished: mpsc::Receiver<(Finished, Lease)>, freed: &Notify) {
        let mut batch = Vec::with_capacity(self.batch);
        while let Some(first) = finished.recv().await {
            batch.push(first);
            let deadline = tokio::time::Instant::now() + self.wait;
            while batch.len() < self.batch
                && let Ok(Some(next)) = tokio::time::timeout_at(deadline, finished.recv()).await
            {
                batch.push(next);
            }
            self.write_surely(&batch).await;
            batch.clear();
            freed.notify_one();
        }
    }

    async fn write_surely(&self, batch: &[(Finished, Lease)]) {
        let mut pause = Duration::from_millis(50);
        while let Err(error) = self.write(batch).await {
            self.readiness.failed(&error);
            tracing::warn!(jobs = batch.len(), error = chain(&error), "results could not be written yet");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
        self.readiness.ok();
    }

    /// A commit may fail after it took effect; the second time the fences no longer hold, and nothing is written twice.
    async fn write(&self, batch: &[(Finished, Lease)]) -> Result<(), DatabaseError> {
        let now = self.clock.now();
        let mut tx = self.database.begin().await?;
        let settled: Vec<_> = batch.iter().map(|(job, _)| &job.settled).collect();
        let ours: BTreeSet<Uuid> = jobs::settle(tx.conn(), &settled, now).await?.into_iter().collect();
        let (ours, lost): (Vec<&Finished>, Vec<_>) =
            batch.iter().map(|(job, _)| job).partition(|job| ours.contains(&job.settled.id));
        for job in lost {
            tracing::warn!(job.id = %job.settled.id, "another worker has taken this job over; its result is dropped");
        }
        attempts::insert(tx.conn(), ours.iter().flat_map(|job| &job.attempts).collect()).await?;
        let mends: Vec<&NewMend> = ours.iter().filter_map(|job| job.mend.as_ref()).collect();
        if !mends.is_empty() {
            jobs::insert_mends(tx.conn(), &mends, now).await?;
        }
        post_reports(&mut tx, &ours).await?;
        self.note_health(&mut tx, &ours, now).await?;
        tx.commit().await?;
        for job in ours {
            super::observe_finished(job.settled.state);
        }
        Ok(())
    }

    async fn note_health(&self, tx: &mut Tx, jobs: &[&Finished], now: jiff::Timestamp) -> QueryResult<()> {
        let mut by_site: BTreeMap<i64, Vec<Health>> = BTreeMap::new();
        for job in jobs.iter().filter(|job| job.health != Health::Unknown) {
            by_site.entry(job.site_id).or_default().push(job.health);
        }
        let (up, troubled): (Vec<_>, Vec<_>) =
            by_site.into_iter().partition(|(_, healths)| healths.iter().all(|health| *health == Health::Up));
        if !up.is_empty() {
            let up: Vec<i64> = up.into_iter().map(|(site, _)| site).collect();
            let back = sites::close_circuits(tx.conn(), &up).await?;
            if !back.is_empty() {
                let released = jobs::release(tx.conn(), &back).await?;
                tracing::info!(sites = ?back, jobs = released, "sites are back");
                tx.wake_after_commit(jobs::QUEUED);
            }
        }
        if !troubled.is_empty() {
            self.note_trouble(tx, troubled.into_iter().collect(), now).await?;
        }
        Ok(())
    }

    async fn note_trouble(
        &self,
        tx: &mut Tx,
        troubled: BTreeMap<i64, Vec<Health>>,
        now: jiff::Timestamp,
    ) -> QueryResult<()> {
        let ids: Vec<i64> = troubled.keys().copied().collect();
        let known = sites::lock_circuits(tx.conn(), &ids).await?;
        let changed: Vec<_> = known
            .iter()
            .map(|site| {
                let before = circuit::breaker(site);
                let (mut breaker, mut cause) = (before, None);
                for health in &troubled[&site.site_id] {
                    breaker = match health {
                        Health::Up => breaker.succeeded(),
                        Health::Trouble(why) => {
                            cause = Some(*why);
                            breaker.failed(&self.breaker, now)
                        }
                        Health::Unknown => breaker,
                    };
                }
                if before.is_closed() && !breaker.is_closed() {
                    tracing::warn!(
                        site.id = site.site_id,
                        cause = cause.map(Cause::as_str),
                        "a site is shut out until it answers again"
                    );
                }
                circuit::circuit(site.site_id, breaker, cause)
            })
            .collect();
        sites::set_circuits(tx.conn(), &changed).await?;
        Ok(())
    }
}

async fn post_reports(tx: &mut Tx, jobs: &[&Finished]) -> QueryResult<()> {
    /// One statement for the reports of one kind.
    macro_rules! post {
        ($($kind:ident),+ $(,)?) => {
            $({
                let of_kind = jobs.iter().filter_map(|job| match job.report.as_ref()? {
                    Report::Publication(report) => match &**report {
                        PublishReport::$kind(report) => Some((report, job.trace.as_slice())),
                        _ => None,
                    },
                    Report::Probe(_) | Report::Read(_) => None,
                });
                post_some(tx, of_kind.collect()).await?;
            })+
        };
    }
    // That it started is said when a job is claimed, that it was cancelled when it is.
    post!(Published, Updated, Moved, Conflicted, Mended, Retrying, Unconfirmed, Failed);
    let probes = jobs.iter().filter_map(|job| match job.report.as_ref()? {
        Report::Probe(report) => Some((report, job.trace.as_slice())),
        Report::Publication(_) | Report::Read(_) => None,
    });
    post_some(tx, probes.collect()).await?;
    let read = jobs.iter().filter_map(|job| match job.report.as_ref()? {
        Report::Read(ReadReport::Read(report)) => Some((report, job.trace.as_slice())),
        _ => None,
    });
    post_some(tx, read.collect()).await?;
    let not_read = jobs.iter().filter_map(|job| match job.report.as_ref()? {
        Report::Read(ReadReport::Failed(report)) => Some((report, job.trace.as_slice())),
        _ => None,
    });
    post_some(tx, not_read.collect()).await
}

async fn post_some<M: contracts::Message>(
    tx: &mut Tx,
    messages: Vec<(&M, &[(String, String)])>,
) -> QueryResult<()> {
    if !messages.is_empty() {
        mailbox::post_each(tx, messages).await?;
    }
    Ok(())
}
