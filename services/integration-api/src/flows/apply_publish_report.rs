use std::collections::HashMap;

use database::Tx;
use diesel::result::Error as QueryError;
use domain::content::{ContentStatus, PublicationState};
use domain::text::UnknownName;
use domain::wordpress::{Mapped, map};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::sync_log::{Entry, IGNY8_TO_WP, PUBLISH};
use crate::store::json::Json;
use crate::store::publications::{Failure, Publication, Warning};
use crate::store::{content, publications, sync_events};

/// What a worker says of one publication.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub operation_id: Uuid,
    pub job_id: Uuid,
    pub content_id: i64,
    /// Rises with every report of the job.
    pub sequence: i64,
    pub attempt: i32,
    pub occurred_at: Timestamp,
    pub news: News,
    pub duration_ms: Option<i64>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum News {
    Started,
    Published(Published),
    Retrying { failure: Failure, at: Timestamp },
    Unconfirmed { failure: Failure, at: Timestamp },
    Failed { failure: Failure },
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Published {
    pub external_id: String,
    pub external_url: String,
    pub wordpress_status: String,
    pub remote_revision: String,
    /// The post was there already.
    pub adopted: bool,
    pub warnings: Vec<Warning>,
}

#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    #[error("a row has a name that stands for nothing")]
    Unknown(#[from] UnknownName),
    #[error("the query failed")]
    Query(#[from] QueryError),
}

/// Applies reports in their order: one statement per kind of row, however many there are.
pub async fn apply_publish_reports(
    tx: &mut Tx,
    now: Timestamp,
    reports: Vec<Report>,
) -> Result<(), ApplyError> {
    let ids: Vec<i64> = reports.iter().map(|report| report.content_id).collect();
    let locked = publications::lock(tx.conn(), &ids).await?;
    let mut rows: HashMap<i64, Publication> = locked.into_iter().map(|row| (row.content_id, row)).collect();
    let titles = content::titles(tx.conn(), &ids).await?;
    let titles: HashMap<i64, String> = titles.into_iter().map(|(id, title, _)| (id, title)).collect();

    let mut changed: HashMap<i64, Option<ContentStatus>> = HashMap::new();
    let mut events = Vec::with_capacity(reports.len());
    for report in reports {
        let Some(row) = rows.get_mut(&report.content_id) else {
            tracing::info!(content.id = report.content_id, "a report on content that is not there");
            continue;
        };
        let Some(status) = advance(row, &report)? else {
            tracing::debug!(
                content.id = report.content_id,
                report.sequence,
                "a report that is no news any more"
            );
            continue;
        };
        let wanted = changed.entry(report.content_id).or_default();
        *wanted = status.or(*wanted);
        let title = titles.get(&report.content_id).map_or("", String::as_str);
        events.push(entry(row, report, title).at(now));
    }
    let statuses: Vec<_> = changed.iter().filter_map(|(id, status)| Some((*id, (*status)?))).collect();
    rows.retain(|id, _| changed.contains_key(id));
    publications::write(tx.conn(), &rows.into_values().collect::<Vec<_>>(), now).await?;
    content::set_statuses(tx.conn(), &statuses, now).await?;
    sync_events::record(tx, events).await?;
    Ok(())
}

/// Moves the publication forward; says what becomes of the content's status. `None`: the report is old news.
///
/// What a person did on the site in the meantime (`unpublished`, `gone`) is newer than any report of the work that led there, and stays.
pub fn advance(row: &mut Publication, report: &Report) -> Result<Option<Option<ContentStatus>>, UnknownName> {
    if row.operation_id != Some(report.operation_id) || report.sequence <= row.sequence {
        return Ok(None);
    }
    row.sequence = report.sequence;
    row.job_id = Some(report.job_id);
    row.attempt = report.attempt;
    let state: PublicationState = row.state.parse()?;
    let site_spoke = matches!(state, PublicationState::Unpublished | PublicationState::Gone);
    if let News::Published(published) = &report.news {
        take_post(row, published, report.occurred_at, site_spoke);
    }
    if site_spoke {
        return Ok(Some(None));
    }
    let (state, error, next, status) = match &report.news {
        News::Started => (PublicationState::Publishing, row.error.clone(), None, None),
        News::Published(it) if it.warnings.is_empty() => {
            (PublicationState::Live, None, None, Some(ContentStatus::Published))
        }
        News::Published(_) => {
            (PublicationState::LiveWithWarnings, None, None, Some(ContentStatus::Published))
        }
        News::Retrying { failure, at } => {
            (PublicationState::Retrying, Some(Json(failure.clone())), Some(*at), None)
        }
        News::Unconfirmed { failure, at } => {
            (PublicationState::Unconfirmed, Some(Json(failure.clone())), Some(*at), None)
        }
        News::Failed { .. } if is_on_site(row) => {
            let state = if state.is_live() { state } else { PublicationState::Live };
            (state, None, None, Some(ContentStatus::Published))
        }
        News::Failed { failure } => {
            (PublicationState::Failed, Some(Json(failure.clone())), None, before(row)?)
        }
    };
    state.as_str().clone_into(&mut row.state);
    row.error = error;
    row.next_attempt_at = next;
    if !state.is_under_way() {
        row.status_before_publish = None;
    }
    Ok(Some(status))
}

/// The site itself has named the post and said that it is out, whatever became of the answer to us.
fn is_on_site(row: &Publication) -> bool {
    let said = row.wordpress_status.as_deref().map(map);
    row.external_id.is_some() && said == Some(Mapped::Status(ContentStatus::Published))
}

fn take_post(row: &mut Publication, published: &Published, at: Timestamp, site_spoke: bool) {
    row.external_id = Some(published.external_id.clone());
    row.remote_revision = Some(published.remote_revision.clone()).filter(|it| !it.is_empty());
    row.warnings = Json(published.warnings.clone());
    row.published_at = Some(at);
    if !site_spoke {
        row.external_url = Some(published.external_url.clone());
        row.wordpress_status = Some(published.wordpress_status.clone()).filter(|it| !it.is_empty());
    }
}

fn before(row: &Publication) -> Result<Option<ContentStatus>, UnknownName> {
    row.status_before_publish.as_deref().map(str::parse).transpose()
}

fn entry(row: &Publication, report: Report, title: &str) -> Entry {
    let mut details = json!({
        "operation_id": report.operation_id, "job_id": report.job_id, "attempt": report.attempt,
        "occurred_at": report.occurred_at, "state": row.state,
    });
    let (action, description, failure) = match report.news {
        News::Started => {
            ("publish_started", format!("Publishing “{title}”, attempt {}", report.attempt), None)
        }
        News::Published(it) => {
            details["adopted"] = it.adopted.into();
            details["external_url"] = it.external_url.into();
            details["wordpress_status"] = it.wordpress_status.into();
            details["warnings"] = json!(it.warnings);
            let how = match (it.adopted, it.warnings.len()) {
                (true, _) => ", which had the post already",
                (false, 0) => "",
                (false, _) => " with warnings",
            };
            ("content_publish", format!("Published “{title}” to WordPress{how}"), None)
        }
        News::Retrying { failure, at } => {
            details["next_attempt_at"] = at.to_string().into();
            ("publish_retry", format!("Could not publish “{title}” yet; trying again"), Some(failure))
        }
        News::Unconfirmed { failure, at } => {
            details["next_check_at"] = at.to_string().into();
            (
                "publish_unconfirmed",
                format!("The site did not say whether it has “{title}”; asking it"),
                Some(failure),
            )
        }
        News::Failed { failure } if is_live(row) => {
            details["failure"] = json!(failure);
            let how = "; the site says so, though the attempt did not end well";
            ("content_publish", format!("Published “{title}” to WordPress{how}"), None)
        }
        News::Failed { failure } => {
            ("content_publish", format!("Could not publish “{title}”"), Some(failure))
        }
    };
    if let Some(failure) = &failure {
        details["failure"] = json!(failure);
    }
    Entry {
        error: failure.map(|it| it.detail),
        details,
        duration_ms: report.duration_ms,
        ..Entry::of(row, PUBLISH, action, IGNY8_TO_WP, description)
    }
}

fn is_live(row: &Publication) -> bool {
    row.state.parse().is_ok_and(PublicationState::is_live)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const OPERATION: Uuid = Uuid::from_u128(1);

    fn row(state: PublicationState, sequence: i64) -> Publication {
        Publication {
            state: state.as_str().to_owned(),
            sequence,
            operation_id: Some(OPERATION),
            status_before_publish: Some("review".to_owned()),
            ..Publication::none(1, 2, 3)
        }
    }

    fn report(sequence: i64, news: News) -> Report {
        Report {
            operation_id: OPERATION,
            job_id: Uuid::from_u128(2),
            content_id: 3,
            sequence,
            attempt: 1,
            occurred_at: Timestamp::UNIX_EPOCH,
            news,
            duration_ms: None,
        }
    }

    fn live() -> News {
        News::Published(Published {
            external_id: "77".to_owned(),
            wordpress_status: "publish".to_owned(),
            ..Published::default()
        })
    }

    fn failed() -> News {
        News::Failed { failure: Failure { cause: "dns".to_owned(), ..Failure::default() } }
    }

    fn soon(of: fn(Failure, Timestamp) -> News) -> News {
        of(Failure::default(), Timestamp::UNIX_EPOCH)
    }

    #[rstest]
    #[case(News::Started, "publishing", None)]
    #[case(live(), "live", Some(ContentStatus::Published))]
    #[case(soon(|failure, at| News::Retrying { failure, at }), "retrying", None)]
    #[case(soon(|failure, at| News::Unconfirmed { failure, at }), "unconfirmed", None)]
    #[case(failed(), "failed", Some(ContentStatus::Review))]
    fn goes_on(#[case] news: News, #[case] state: &str, #[case] status: Option<ContentStatus>) {
        let mut row = row(PublicationState::Queued, 0);
        assert_eq!(advance(&mut row, &report(1, news)), Ok(Some(status)));
        assert_eq!((row.state.as_str(), row.sequence), (state, 1));
        assert_eq!(
            row.status_before_publish.is_some(),
            row.state.parse::<PublicationState>().unwrap().is_under_way()
        );
    }

    #[test]
    fn old_news_and_other_operations_change_nothing() {
        let untouched = row(PublicationState::Live, 5);
        for sequence in [1, 5] {
            let mut row = untouched.clone();
            assert_eq!(advance(&mut row, &report(sequence, failed())), Ok(None));
            assert_eq!(row, untouched);
        }
        let mut row = untouched.clone();
        let other = Report { operation_id: Uuid::from_u128(9), ..report(9, failed()) };
        assert_eq!(advance(&mut row, &other), Ok(None));
        assert_eq!(row, untouched);
    }

    #[test]
    fn what_a_person_did_on_the_site_stays() {
        for state in [PublicationState::Unpublished, PublicationState::Gone] {
            let mut row = row(state, 1);
            row.wordpress_status = Some("draft".to_owned());
            assert_eq!(advance(&mut row, &report(2, live())), Ok(Some(None)));
            assert_eq!(row.state, state.as_str());
            assert_eq!(row.external_id.as_deref(), Some("77"), "which post it was is known all the same");
            assert_eq!(row.wordpress_status.as_deref(), Some("draft"));
        }
    }

    #[test]
    fn a_failure_that_was_none_after_all() {
        let mut row = row(PublicationState::Queued, 0);
        advance(&mut row, &report(1, failed())).unwrap();
        assert_eq!(advance(&mut row, &report(2, live())), Ok(Some(Some(ContentStatus::Published))));
        assert_eq!((row.state.as_str(), row.error), ("live", None));
    }

    #[rstest]
    #[case(Some("77"), Some("publish"), "live", Some(ContentStatus::Published))]
    #[case(Some("77"), Some("private"), "live", Some(ContentStatus::Published))]
    #[case(Some("77"), Some("draft"), "failed", Some(ContentStatus::Review))]
    #[case(Some("77"), Some("wc-odd"), "failed", Some(ContentStatus::Review))]
    #[case(None, Some("publish"), "failed", Some(ContentStatus::Review))]
    #[case(None, None, "failed", Some(ContentStatus::Review))]
    fn a_failure_yields_to_what_the_site_said(
        #[case] post: Option<&str>,
        #[case] said: Option<&str>,
        #[case] state: &str,
        #[case] status: Option<ContentStatus>,
    ) {
        let mut row = row(PublicationState::Publishing, 1);
        row.external_id = post.map(str::to_owned);
        row.wordpress_status = said.map(str::to_owned);
        assert_eq!(advance(&mut row, &report(2, failed())), Ok(Some(status)));
        assert_eq!((row.state.as_str(), row.error.is_some()), (state, state == "failed"));
        assert_eq!(row.status_before_publish, None);
    }

    #[test]
    fn warnings_are_told() {
        let warning =
            Warning { code: "image".to_owned(), subject: "a.jpg".to_owned(), detail: "404".to_owned() };
        let news = News::Published(Published { warnings: vec![warning], ..Published::default() });
        let mut row = row(PublicationState::Publishing, 1);
        advance(&mut row, &report(2, news)).unwrap();
        assert_eq!((row.state.as_str(), row.warnings.0.len()), ("live_with_warnings", 1));
    }
}
