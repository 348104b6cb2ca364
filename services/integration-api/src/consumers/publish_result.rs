use contracts::topology::{Queue, queues};
use contracts::{PublishReport, publishing};
use database::Tx;
use domain::Clock;
use jiff::Timestamp;
use mailbox::{Handler, HandlerError, OrFail};

use crate::AppState;
use crate::flows::apply_publish_report::{Mended, News, Published, Report, Theirs, apply_publish_reports};
use crate::store::conflicts::PostText;
use crate::store::publications::{Failure, Warning};

/// What publisher-worker says of publications. Reports may come late and out of order; only those that lead forward count.
pub struct PublishResults {
    clock: Clock,
}

impl PublishResults {
    pub fn new(state: &AppState) -> Self {
        Self { clock: state.clock.clone() }
    }
}

impl Handler for PublishResults {
    type Message = PublishReport;
    const NAME: &'static str = "publish_results";
    const QUEUE: Queue = queues::INTEGRATION_PUBLISH_RESULTS;

    async fn apply(&self, tx: &mut Tx, messages: Vec<PublishReport>) -> Result<(), HandlerError> {
        let reports = messages.into_iter().map(parse).collect::<Result<Vec<_>, _>>().or_park()?;
        apply_publish_reports(tx, self.clock.now(), reports).await.or_retry()
    }
}

#[derive(Debug, thiserror::Error)]
enum Malformed {
    #[error("the report says nothing of its progress")]
    NoProgress,
    #[error("an id is none")]
    Id(#[from] uuid::Error),
    #[error("a time is none")]
    Time(#[from] jiff::Error),
    #[error("the post has no id")]
    NoPost,
}

fn parse(message: PublishReport) -> Result<Report, Malformed> {
    let mut progress = message.progress().ok_or(Malformed::NoProgress)?.clone();
    let (news, duration_ms) = match message {
        PublishReport::Started(_) => (News::Started, None),
        PublishReport::Published(it) => {
            let post = Published {
                external_id: it.external_id,
                external_url: it.external_url,
                wordpress_status: it.wordpress_status,
                remote_revision: it.remote_revision,
                adopted: it.adopted,
                warnings: warnings(it.warnings),
            };
            (News::Published(cleaned(post)?), Some(it.duration_ms))
        }
        PublishReport::Updated(it) => {
            let post = Published {
                external_id: it.external_id,
                external_url: it.external_url,
                wordpress_status: it.wordpress_status,
                remote_revision: it.remote_revision,
                adopted: false,
                warnings: warnings(it.warnings),
            };
            (News::Published(cleaned(post)?), Some(it.duration_ms))
        }
        PublishReport::Moved(it) => {
            let post = Published {
                external_id: it.external_id,
                external_url: it.external_url,
                wordpress_status: it.wordpress_status,
                remote_revision: it.remote_revision,
                ..Published::default()
            };
            (News::Moved(cleaned(post)?), Some(it.duration_ms))
        }
        PublishReport::Conflicted(it) => {
            let theirs = it.theirs.unwrap_or_default();
            let theirs = Theirs {
                base: it.base.map(text),
                revision: clean(theirs.revision.clone()),
                text: text(theirs),
                modified_at: match it.theirs_modified_at_ms {
                    0 => None,
                    ms => Some(Timestamp::from_millisecond(ms)?),
                },
            };
            (News::Conflicted(Box::new(theirs)), Some(it.duration_ms))
        }
        PublishReport::Mended(it) => {
            // It is told of the operation that left something to mend.
            progress.operation_id = it.mended_operation_id;
            let mended = Mended {
                remote_revision: clean(it.remote_revision),
                warnings: warnings(it.warnings),
                is_last: it.r#final,
            };
            (News::Mended(mended), Some(it.duration_ms))
        }
        PublishReport::Cancelled(_) => (News::Cancelled, None),
        PublishReport::Retrying(it) => {
            let at = Timestamp::from_millisecond(it.next_attempt_at_ms)?;
            let failure = failure(it.failure);
            if it.waits_for_site {
                (News::Waiting { failure, at }, None)
            } else {
                (News::Retrying { failure, at }, Some(it.duration_ms))
            }
        }
        PublishReport::Unconfirmed(it) => {
            let at = Timestamp::from_millisecond(it.next_check_at_ms)?;
            (News::Unconfirmed { failure: failure(it.failure), at }, Some(it.duration_ms))
        }
        PublishReport::Failed(it) => (News::Failed { failure: failure(it.failure) }, Some(it.duration_ms)),
    };
    Ok(Report {
        operation_id: progress.operation_id.parse()?,
        job_id: progress.job_id.parse()?,
        content_id: progress.content_id,
        sequence: progress.sequence,
        attempt: progress.attempt,
        occurred_at: Timestamp::from_millisecond(progress.occurred_at_ms)?,
        news,
        duration_ms,
    })
}

fn cleaned(post: Published) -> Result<Published, Malformed> {
    if post.external_id.is_empty() {
        return Err(Malformed::NoPost);
    }
    Ok(Published {
        external_id: clean(post.external_id),
        external_url: clean(post.external_url),
        wordpress_status: clean(post.wordpress_status),
        remote_revision: clean(post.remote_revision),
        ..post
    })
}

fn warnings(messages: Vec<publishing::Warning>) -> Vec<Warning> {
    let warning = |it: publishing::Warning| Warning {
        code: clean(it.code),
        subject: clean(it.subject),
        detail: clean(it.detail),
        part: clean(it.part),
    };
    messages.into_iter().map(warning).collect()
}

fn text(message: publishing::PostText) -> PostText {
    PostText {
        title: clean(message.title),
        content_html: clean(message.content_html),
        excerpt: clean(message.excerpt),
    }
}

fn failure(message: Option<publishing::Failure>) -> Failure {
    let message = message.unwrap_or_default();
    Failure {
        cause: clean(message.cause),
        detail: clean(message.detail),
        evidence: clean(message.evidence),
        next_step: clean(message.next_step),
        http_status: message.http_status,
    }
}

/// What a site answered may contain U+0000, which PostgreSQL can't keep.
fn clean(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}
