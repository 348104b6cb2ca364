//! A version that too many sites undo is paused, before more get it.
//!
//! Whoever reports a failure counts, in the transaction of the report. Those that report at the same time do so one after the other: each
//! holds the version's row while it counts, so the last one sees all of them. A version that is paused already is not waited for.

use database::Tx;
use diesel::QueryResult;
use domain::plugin::halt::{Reports, Rule, must_halt};
use jiff::Timestamp;
use telemetry::metrics;

use crate::store::{installations, versions};

/// A version that was paused just now.
#[derive(Debug, PartialEq, Eq)]
pub struct Halted {
    slug: String,
    version: String,
    reports: Reports,
}

/// Pauses the version if this report is the one too many.
pub async fn after_failure(
    tx: &mut Tx,
    (plugin_id, slug): (i64, &str),
    version: &str,
    rule: Rule,
    now: Timestamp,
) -> QueryResult<Option<Halted>> {
    let Some(known) = versions::find(tx.conn(), plugin_id, version).await? else { return Ok(None) };
    if known.paused || !known.status()?.is_offered() {
        return Ok(None);
    }
    let Some(row) = versions::hold(tx.conn(), known.id).await?.filter(|it| !it.paused) else {
        return Ok(None);
    };
    let reports = installations::reports_of(tx.conn(), plugin_id, version, row.failures_count_from).await?;
    if !must_halt(reports, rule) {
        return Ok(None);
    }
    let Reports { updated, failed } = reports;
    let reason = format!("{failed} of {} sites that took it undid it", updated + failed);
    versions::pause(tx.conn(), row.id, &reason, Some(now)).await?;
    Ok(Some(Halted { slug: slug.to_owned(), version: version.to_owned(), reports }))
}

impl Halted {
    /// To be said once it is committed.
    pub fn tell(&self) {
        let Self { slug, version, reports: Reports { updated, failed } } = self;
        tracing::error!(
            plugin.slug = slug,
            version,
            updated,
            failed,
            "a version was halted: too many sites undid it"
        );
        metrics::counter(
            "plugin_versions_halted_total",
            "Versions that were paused by themselves.",
            &["slug"],
        )
        .with_label_values(&[slug.as_str()])
        .inc();
    }
}
