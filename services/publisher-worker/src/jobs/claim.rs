//! One pass over what is due: sites that are shut out make their jobs wait, the others' jobs become ours.

use std::collections::HashMap;
use std::time::Duration;

use database::{Database, DatabaseError};
use domain::delivery::{Admission, Breaker, BreakerPolicy, Cause, Failure};
use jiff::Timestamp;
use uuid::Uuid;

use super::{circuit, read::is_silent, report::Subject};
use crate::store::claims::{self, Claimed, Terms};
use crate::store::sites::{self, Circuit};

pub struct ClaimPolicy {
    /// Who we are, for people who read the table.
    pub owner: Uuid,
    pub lease: Duration,
    pub per_site: i32,
    pub breaker: BreakerPolicy,
}

/// Leases up to `limit` jobs and reports those that are tried for the first time.
pub async fn claim(
    database: &Database,
    policy: &ClaimPolicy,
    limit: usize,
    now: Timestamp,
) -> Result<Vec<Claimed>, DatabaseError> {
    let lease_end = now.checked_add(policy.lease).unwrap_or(Timestamp::MAX);
    let mut tx = database.begin().await?;
    claims::lock(tx.conn()).await?;
    let shut_out = sites::not_closed(tx.conn()).await?;
    let (probing, waiting) = admit(&shut_out, &policy.breaker, now);
    let terms = Terms {
        now,
        limit: i64::try_from(limit).unwrap_or(i64::MAX),
        per_site: policy.per_site,
        lease_end,
        owner: policy.owner,
        probing: &probing.keys().copied().collect::<Vec<_>>(),
    };
    if !probing.is_empty() {
        // Sites before jobs: whoever writes results takes them in this order too.
        sites::lock_circuits(tx.conn(), terms.probing).await?;
    }
    let claimed = claims::claim(tx.conn(), &terms).await?;
    if !shut_out.is_empty() {
        let is_out = |site: &i64| claimed.iter().any(|job| job.site_id == *site && job.kind != "probe");
        let out: Vec<Circuit> =
            probing.iter().filter(|(site, _)| is_out(site)).map(|(_, half_open)| half_open.clone()).collect();
        sites::set_circuits(tx.conn(), &out).await?;
        let until: Vec<_> = waiting.iter().map(|(site, (until, _))| (*site, *until)).collect();
        let put_off = claims::put_off(tx.conn(), &until, now).await?;
        let reports: Vec<_> = put_off
            .iter()
            .filter(|job| matches!(job.was.as_str(), "queued" | "retrying") && !is_silent(&job.kind))
            .filter_map(|job| {
                let (until, cause) = waiting.get(&job.site_id)?;
                Some(Subject::from(job).waiting(Failure::new(*cause, "", None), *until, now))
            })
            .collect();
        mailbox::post_all(&mut tx, &reports).await?;
    }
    let started: Vec<_> = claimed
        .iter()
        .filter(|job| job.is_first_try())
        .map(|job| (Subject::from(job).started(now), job.trace()))
        .collect();
    if !started.is_empty() {
        let started = started.iter().map(|(report, trace)| (report, trace.as_slice())).collect();
        mailbox::post_each(&mut tx, started).await?;
    }
    tx.commit().await?;
    Ok(claimed)
}

impl Claimed {
    /// A try, and not a look at what became of one.
    pub fn begins_try(&self) -> bool {
        self.kind != "probe"
            && match self.was.as_str() {
                "queued" | "retrying" => true,
                "waiting" => self.doubt_since.is_none(),
                _ => false,
            }
    }

    /// Even if it is handed back and begun anew, the first was said to have started.
    pub fn is_first_try(&self) -> bool {
        self.begins_try() && self.fence == 1 && !self.is_silent()
    }

    /// Somebody had it before, so something may have been sent.
    pub fn was_begun(&self) -> bool {
        self.fence > 1
    }

    /// What it continues, as header pairs.
    pub fn trace(&self) -> Vec<(String, String)> {
        let pairs = [("traceparent", &self.traceparent), ("tracestate", &self.tracestate)];
        pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?))).collect()
    }
}

type Probing = HashMap<i64, Circuit>;
type WaitingSites = HashMap<i64, (Timestamp, Cause)>;

/// Which of the sites that are shut out may be tried, and until when the others wait.
fn admit(shut_out: &[Circuit], policy: &BreakerPolicy, now: Timestamp) -> (Probing, WaitingSites) {
    let (mut probing, mut waiting) = (Probing::new(), WaitingSites::new());
    for site in shut_out {
        let cause = circuit::cause(site);
        let (breaker, admission): (Breaker, Admission) = circuit::breaker(site).admit(policy, now);
        match admission {
            Admission::Wait { until } => {
                waiting.insert(site.site_id, (until, cause));
            }
            Admission::Probe | Admission::Go => {
                probing.insert(site.site_id, circuit::circuit(site.site_id, breaker, Some(cause)));
            }
        }
    }
    (probing, waiting)
}
