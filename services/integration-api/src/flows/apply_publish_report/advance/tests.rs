use rstest::rstest;

use uuid::Uuid;

use super::*;
use crate::flows::apply_publish_report::Published;
use crate::store::publications::Warning;

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
#[case(soon(|failure, at| News::Waiting { failure, at }), "waiting", None)]
#[case(soon(|failure, at| News::Unconfirmed { failure, at }), "unconfirmed", None)]
#[case(failed(), "failed", Some(ContentStatus::Review))]
fn goes_on(#[case] news: News, #[case] state: &str, #[case] status: Option<ContentStatus>) {
    let mut row = row(PublicationState::Queued, 0);
    assert_eq!(advance(&mut row, &report(1, news)), Ok(Step::Forward(status)));
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
        assert_eq!(advance(&mut row, &report(sequence, failed())), Ok(Step::OldNews));
        assert_eq!(row, untouched);
    }
    let mut row = untouched.clone();
    let other = Report { operation_id: Uuid::from_u128(9), ..report(9, failed()) };
    assert_eq!(advance(&mut row, &other), Ok(Step::OldNews));
    assert_eq!(row, untouched);
}

#[test]
fn what_a_person_did_on_the_site_stays() {
    for state in [PublicationState::Unpublished, PublicationState::Gone] {
        let mut row = row(state, 1);
        row.wordpress_status = Some("draft".to_owned());
        assert_eq!(advance(&mut row, &report(2, live())), Ok(Step::Forward(None)));
        assert_eq!(row.state, state.as_str());
        assert_eq!(row.external_id.as_deref(), Some("77"), "which post it was is known all the same");
        assert_eq!(row.wordpress_status.as_deref(), Some("draft"));
    }
}

#[test]
fn a_failure_that_was_none_after_all() {
    let mut row = row(PublicationState::Queued, 0);
    advance(&mut row, &report(1, failed())).unwrap();
    assert_eq!(advance(&mut row, &report(2, live())), Ok(Step::Forward(Some(ContentStatus::Published))));
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
    assert_eq!(advance(&mut row, &report(2, failed())), Ok(Step::Forward(status)));
    assert_eq!((row.state.as_str(), row.error.is_some()), (state, state == "failed"));
    assert_eq!(row.status_before_publish, None);
}

#[test]
fn warnings_are_told() {
    let warning = Warning {
        code: "image".to_owned(),
        subject: "a.jpg".to_owned(),
        detail: "404".to_owned(),
        part: String::new(),
    };
    let news = News::Published(Published { warnings: vec![warning], ..Published::default() });
    let mut row = row(PublicationState::Publishing, 1);
    advance(&mut row, &report(2, news)).unwrap();
    assert_eq!((row.state.as_str(), row.warnings.0.len()), ("live_with_warnings", 1));
}
