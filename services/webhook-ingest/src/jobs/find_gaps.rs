//! A plugin numbers its events and sends them in order, so a number that does not come is an event that may be lost.
//!
//! May be: databases give numbers to rows that are never committed, and commit some later than their successors. So a number that is
//! missing is noted, and only one that has been missing for a while is announced, once, together with all others of its site. Whoever
//! hears of it reads the site again, which is right whatever the reason was: also for an event that was rejected here, and for the numbers
//! between two installations of a plugin, the second of which begins at a later clock's value.
//!
//! The numbers are read from the deliveries, a little behind the intake: no request and no group pays for it, and one statement sees to all
//! sites. What a site sent before the first number that came here was never missed.

use std::sync::LazyLock;
use std::time::Duration;

use contracts::webhook::WordpressEventsMissing;
use database::{Database, DatabaseError};
use domain::Clock;
use jiff::Timestamp;
use lifecycle::{Shutdown, TaskResult};
use telemetry::metrics::{self, IntCounterVec, IntGaugeVec};

use crate::settings::GapsSettings;
use crate::store::gaps;

/// Older than anything that is still being written, with another replica's clock, too.
const BEHIND: Duration = Duration::from_secs(15);
/// So many deliveries are looked through in one transaction, or a few more that came in the same millisecond.
const AT_ONCE: i64 = 1_000;
/// Requests have the database to themselves so long after each: one statement over thousands of rows takes a processor for a tenth of a second.
const REST: Duration = Duration::from_millis(100);
/// Gaps that are followed at one site.
const MOST: i64 = 200;

pub async fn find_gaps(
    database: &Database,
    clock: &Clock,
    settings: GapsSettings,
    shutdown: Shutdown,
) -> TaskResult {
    while shutdown.sleep(settings.every).await {
        while pass(database, clock.now() - BEHIND, settings.patience).await?.more
            && shutdown.sleep(REST).await
        {}
    }
    Ok(())
}

/// What one pass came to, in pieces; `announced` in sites.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub noticed: usize,
    pub closed: usize,
    pub announced: usize,
    /// There is more to look through.
    pub more: bool,
}

/// Looks through [`AT_ONCE`] of what came until `until`, and announces what has been missing for longer than `patience`.
pub async fn pass(database: &Database, until: Timestamp, patience: Duration) -> Result<Found, DatabaseError> {
    let mut tx = database.begin().await?;
    if !gaps::try_lock(&mut tx).await? {
        tx.roll_back().await;
        return Ok(Found::default());
    }
    let mut found = Found::default();
    let from = gaps::seen_until(&mut tx).await?;
    if from < until {
        let end = gaps::end_of(&mut tx, from, until, AT_ONCE).await?;
        let sites = gaps::see(&mut tx, from, end).await?;
        found.more = end < until;
        found.noticed = gaps::note(&mut tx, &sites, until).await?;
        found.closed = gaps::close(&mut tx).await?;
    }
    // What was not looked through yet may hold what is missing.
    let lost =
        if found.more { Vec::new() } else { gaps::give_up(&mut tx, until - patience, until, MOST).await? };
    let missing: Vec<WordpressEventsMissing> = lost.iter().map(|it| message(it, until)).collect();
    if !missing.is_empty() {
        mailbox::post_all(&mut tx, &missing).await?;
    }
    let open = gaps::open(&mut tx).await?;
    tx.commit().await?;
    found.announced = missing.len();
    for site in &lost {
        tracing::warn!(
            site.id = site.site_id,
            from_seq = site.from_seq,
            to_seq = site.to_seq,
            "events are missing"
        );
    }
    found.count(open);
    Ok(found)
}

fn message(missing: &gaps::SiteRow, noticed_at: Timestamp) -> WordpressEventsMissing {
    WordpressEventsMissing {
        account_id: missing.account_id,
        site_id: missing.site_id,
        from_sequence: missing.from_seq,
        to_sequence: missing.to_seq,
        noticed_at_ms: noticed_at.as_millisecond(),
    }
}

impl Found {
    fn count(&self, open: i64) {
        for (what, count) in
            [("noticed", self.noticed), ("closed", self.closed), ("announced", self.announced)]
        {
            GAPS.with_label_values(&[what]).inc_by(count as u64);
        }
        OPEN.with_label_values::<&str>(&[]).set(open);
    }
}

static GAPS: LazyLock<IntCounterVec> = LazyLock::new(|| {
    metrics::counter(
        "webhook_gaps_total",
        "Gaps in the numbers of sites' events: noticed, closed by what came late, announced (a site at a time).",
        &["what"],
    )
});
static OPEN: LazyLock<IntGaugeVec> =
    LazyLock::new(|| metrics::gauge("webhook_gaps_open", "Gaps that may still close.", &[]));
