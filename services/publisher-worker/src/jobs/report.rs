//! What is said of a job to the rest of the platform.

use contracts::PublishReport;
use contracts::publishing::{
    Check, ContentPublished, Failure as WireFailure, ProbeSite, Progress, PublishFailed, PublishRetrying,
    PublishStarted, PublishUnconfirmed, SiteProbed, Warning as WireWarning,
};
use domain::delivery::{Failure, Outcome, SitePost, Warning};
use jiff::Timestamp;
use uuid::Uuid;

use crate::destinations::Findings;

/// Which job a report is about, and how far it is.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    pub job_id: Uuid,
    pub operation_id: Uuid,
    pub account_id: i64,
    pub site_id: i64,
    pub content_id: i64,
    pub sequence: i64,
    pub attempts: i32,
}

impl Subject {
    fn progress(self, now: Timestamp) -> Progress {
        Progress {
            operation_id: self.operation_id.to_string(),
            job_id: self.job_id.to_string(),
            account_id: self.account_id,
            site_id: self.site_id,
            content_id: self.content_id,
            sequence: self.sequence,
            occurred_at_ms: now.as_millisecond(),
            attempt: self.attempts,
        }
    }

    pub fn started(self, now: Timestamp) -> PublishStarted {
        PublishStarted { progress: Some(self.progress(now)) }
    }

    /// It waits for its site: nothing was tried, so the attempt is the last real one.
    pub fn waiting(self, failure: Failure, until: Timestamp, now: Timestamp) -> PublishRetrying {
        PublishRetrying {
            progress: Some(self.progress(now)),
            failure: Some(wire(failure)),
            next_attempt_at_ms: until.as_millisecond(),
            duration_ms: 0,
        }
    }

    pub fn failed(self, failure: Failure, duration_ms: i64, now: Timestamp) -> PublishFailed {
        PublishFailed { progress: Some(self.progress(now)), failure: Some(wire(failure)), duration_ms }
    }

    /// `warnings` are ours; the site's own stand in the post.
    pub fn outcome(
        self,
        outcome: Outcome,
        warnings: Vec<Warning>,
        duration_ms: i64,
        now: Timestamp,
    ) -> PublishReport {
        let progress = Some(self.progress(now));
        match outcome {
            Outcome::Published { post } => {
                PublishReport::Published(published(progress, post, false, warnings, duration_ms))
            }
            Outcome::Adopted { post } => {
                PublishReport::Published(published(progress, post, true, warnings, duration_ms))
            }
            Outcome::RetryAt { at, failure } => PublishReport::Retrying(PublishRetrying {
                progress,
                failure: Some(wire(failure)),
                next_attempt_at_ms: at.as_millisecond(),
                duration_ms,
            }),
            Outcome::Unconfirmed { check_at, failure } => PublishReport::Unconfirmed(PublishUnconfirmed {
                progress,
                failure: Some(wire(failure)),
                next_check_at_ms: check_at.as_millisecond(),
                duration_ms,
            }),
            Outcome::Failed { failure } => PublishReport::Failed(self.failed(failure, duration_ms, now)),
        }
    }
}

pub fn probed(probe: ProbeSite, findings: Findings, now: Timestamp) -> SiteProbed {
    let checks = findings.checks.iter().map(|check| Check {
        name: check.name.to_owned(),
        ok: check.ok,
        detail: check.detail.clone(),
        fix: check.fix.clone(),
    });
    SiteProbed {
        probe_id: probe.probe_id,
        account_id: probe.account_id,
        site_id: probe.site_id,
        integration_id: probe.integration_id,
        ok: findings.ok(),
        checks: checks.collect(),
        plugin_version: findings.plugin_version,
        wordpress_version: findings.wordpress_version,
        php_version: findings.php_version,
        occurred_at_ms: now.as_millisecond(),
    }
}

fn published(
    progress: Option<Progress>,
    post: SitePost,
    adopted: bool,
    ours: Vec<Warning>,
    duration_ms: i64,
) -> ContentPublished {
    let warning = |warning: Warning| WireWarning {
        code: warning.code,
        subject: warning.subject,
        detail: warning.detail,
    };
    ContentPublished {
        progress,
        external_id: post.id,
        external_url: post.url,
        wordpress_status: post.status,
        remote_revision: post.revision,
        adopted,
        warnings: ours.into_iter().chain(post.warnings).map(warning).collect(),
        duration_ms,
    }
}

fn wire(failure: Failure) -> WireFailure {
    WireFailure {
        cause: failure.cause.as_str().to_owned(),
        detail: failure.detail,
        evidence: failure.evidence,
        next_step: failure.next_step,
        http_status: failure.http_status.map(i32::from),
    }
}
