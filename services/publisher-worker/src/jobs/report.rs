//! What is said of a job to the rest of the platform.

use contracts::PublishReport;
use contracts::publishing::{
    Check, ContentMended, ContentPublished, ContentUpdated, Failure as WireFailure, PostMoved,
    PostText as WireText, ProbeSite, Progress, PublishCancelled, PublishFailed, PublishRetrying,
    PublishStarted, PublishUnconfirmed, SiteProbed, UpdateConflicted, Warning as WireWarning,
};
use domain::delivery::{Conflict, Failure, Outcome, Part, PostText, SitePost, Warning};
use jiff::Timestamp;
use uuid::Uuid;

use crate::destinations::Findings;
use crate::store::claims::{Claimed, Waiting};
use crate::store::jobs::Ended;

/// Which job a report is about, and how far it is.
#[derive(Clone, Debug)]
pub struct Subject {
    pub job_id: Uuid,
    pub operation_id: Uuid,
    pub kind: String,
    /// What it mends; there is no other report of mending than that something was mended.
    pub mends: Option<Uuid>,
    pub account_id: i64,
    pub site_id: i64,
    pub content_id: i64,
    pub sequence: i64,
    pub attempts: i32,
}

impl Subject {
    pub fn is_mending(&self) -> bool {
        self.kind == "mend"
    }

    fn progress(&self, now: Timestamp) -> Progress {
        Progress {
            operation_id: self.operation_id.to_string(),
            job_id: self.job_id.to_string(),
            account_id: self.account_id,
            site_id: self.site_id,
            content_id: self.content_id,
            sequence: self.sequence,
            occurred_at_ms: now.as_millisecond(),
            attempt: self.attempts,
            command: self.kind.clone(),
        }
    }

    pub fn started(&self, now: Timestamp) -> PublishStarted {
        PublishStarted { progress: Some(self.progress(now)) }
    }

    /// It waits for its site: nothing was tried, so the attempt is the last real one.
    pub fn waiting(&self, failure: Failure, until: Timestamp, now: Timestamp) -> PublishRetrying {
        PublishRetrying {
            progress: Some(self.progress(now)),
            failure: Some(wire(failure)),
            next_attempt_at_ms: until.as_millisecond(),
            duration_ms: 0,
            waits_for_site: true,
        }
    }

    pub fn failed(&self, failure: Failure, duration_ms: i64, now: Timestamp) -> PublishFailed {
        PublishFailed { progress: Some(self.progress(now)), failure: Some(wire(failure)), duration_ms }
    }

    pub fn cancelled(&self, now: Timestamp) -> PublishCancelled {
        PublishCancelled { progress: Some(self.progress(now)) }
    }

    /// `mends_on`: what the post's warnings name is going to be tried again.
    pub fn outcome(
        &self,
        outcome: Outcome,
        mends_on: bool,
        duration_ms: i64,
        now: Timestamp,
    ) -> Option<PublishReport> {
        let progress = Some(self.progress(now));
        Some(match outcome {
            Outcome::Done { post } if self.is_mending() => {
                PublishReport::Mended(self.mended(progress, post, !mends_on, duration_ms))
            }
            _ if self.is_mending() => return None,
            Outcome::Done { post } => self.done(progress, post, false, duration_ms),
            Outcome::Adopted { post } => self.done(progress, post, true, duration_ms),
            Outcome::Conflicted { conflict } => {
                PublishReport::Conflicted(conflicted(progress, *conflict, duration_ms))
            }
            Outcome::RetryAt { at, failure } => PublishReport::Retrying(PublishRetrying {
                progress,
                failure: Some(wire(failure)),
                next_attempt_at_ms: at.as_millisecond(),
                duration_ms,
                waits_for_site: false,
            }),
            Outcome::Unconfirmed { check_at, failure } => PublishReport::Unconfirmed(PublishUnconfirmed {
                progress,
                failure: Some(wire(failure)),
                next_check_at_ms: check_at.as_millisecond(),
                duration_ms,
            }),
            Outcome::Failed { failure } => PublishReport::Failed(self.failed(failure, duration_ms, now)),
        })
    }

    fn done(
        &self,
        progress: Option<Progress>,
        post: SitePost,
        adopted: bool,
        duration_ms: i64,
    ) -> PublishReport {
        let warnings = post.warnings.into_iter().map(wire_warning).collect();
        match self.kind.as_str() {
            "publish" => PublishReport::Published(ContentPublished {
                progress,
                external_id: post.id,
                external_url: post.url,
                wordpress_status: post.status,
                remote_revision: post.revision,
                adopted,
                warnings,
                duration_ms,
            }),
            "update" => PublishReport::Updated(ContentUpdated {
                progress,
                external_id: post.id,
                external_url: post.url,
                wordpress_status: post.status,
                remote_revision: post.revision,
                warnings,
                duration_ms,
            }),
            _ => PublishReport::Moved(PostMoved {
                progress,
                external_id: post.id,
                external_url: post.url,
                wordpress_status: post.status,
                remote_revision: post.revision,
                duration_ms,
            }),
        }
    }

    fn mended(
        &self,
        progress: Option<Progress>,
        post: SitePost,
        last: bool,
        duration_ms: i64,
    ) -> ContentMended {
        ContentMended {
            progress,
            mended_operation_id: self.mends.map(|id| id.to_string()).unwrap_or_default(),
            external_id: post.id,
            remote_revision: post.revision,
            warnings: post.warnings.into_iter().map(wire_warning).collect(),
            r#final: last,
            duration_ms,
        }
    }
}

macro_rules! subject_of {
    ($($row:ty: $mends:expr),+) => {
        $(impl From<&$row> for Subject {
            fn from(job: &$row) -> Self {
                Self {
                    job_id: job.id,
                    operation_id: job.operation_id,
                    kind: job.kind.clone(),
                    mends: $mends(job),
                    account_id: job.account_id,
                    site_id: job.site_id,
                    content_id: job.content_id,
                    sequence: job.sequence,
                    attempts: job.attempts,
                }
            }
        })+
    };
}

subject_of!(Claimed: |job: &Claimed| job.mends, Waiting: |_: &Waiting| None, Ended: |_: &Ended| None);

pub fn probed(probe: ProbeSite, findings: Findings, now: Timestamp) -> SiteProbed {
    let checks = findings.checks.iter().map(|check| Check {
        name: check.name.to_string(),
        ok: check.ok,
        detail: check.detail.clone(),
        evidence: check.evidence.clone(),
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

fn conflicted(progress: Option<Progress>, conflict: Conflict, duration_ms: i64) -> UpdateConflicted {
    let text = |text: PostText, revision: Option<String>| WireText {
        revision: revision.unwrap_or_default(),
        title: text.title,
        content_html: text.content_html,
        excerpt: text.excerpt,
    };
    UpdateConflicted {
        progress,
        external_id: conflict.post.id,
        base: conflict.base.map(|base| text(base, None)),
        // The site's own word: what it stored may be written here with other addresses of images.
        theirs: Some(text(conflict.theirs, Some(conflict.post.revision))),
        theirs_modified_at_ms: conflict.modified_at.map_or(0, Timestamp::as_millisecond),
        wordpress_status: conflict.post.status,
        duration_ms,
    }
}

fn wire_warning(warning: Warning) -> WireWarning {
    WireWarning {
        code: warning.code,
        subject: warning.subject,
        detail: warning.detail,
        part: warning.part.map(Part::as_str).unwrap_or_default().to_owned(),
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
