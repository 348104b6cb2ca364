use contracts::topology::{Queue, queues};
use contracts::{PublishReport, publishing};
use database::Tx;
use domain::Clock;
use jiff::Timestamp;
use mailbox::{Handler, HandlerError, OrFail};

use crate::AppState;
use crate::flows::apply_publish_report::{News, Published, Report, apply_publish_reports};
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
    let progress = message.progress().ok_or(Malformed::NoProgress)?.clone();
    let (news, duration_ms) = match message {
        PublishReport::Started(_) => (News::Started, None),
        PublishReport::Published(it) => {
            let duration_ms = it.duration_ms;
            (News::Published(published(it)?), Some(duration_ms))
        }
        PublishReport::Retrying(it) => {
            let at = Timestamp::from_millisecond(it.next_attempt_at_ms)?;
            (News::Retrying { failure: failure(it.failure), at }, Some(it.duration_ms))
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

fn published(message: publishing::ContentPublished) -> Result<Published, Malformed> {
    if message.external_id.is_empty() {
        return Err(Malformed::NoPost);
    }
    let warning = |it: publishing::Warning| Warning {
        code: clean(it.code),
        subject: clean(it.subject),
        detail: clean(it.detail),
    };
    Ok(Published {
        external_id: clean(message.external_id),
        external_url: clean(message.external_url),
        wordpress_status: clean(message.wordpress_status),
        remote_revision: clean(message.remote_revision),
        adopted: message.adopted,
        warnings: message.warnings.into_iter().map(warning).collect(),
    })
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
