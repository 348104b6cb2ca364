use rstest::rstest;

use super::*;

const OPERATION: Uuid = Uuid::from_u128(1);

fn row(state: &str) -> Publication {
    Publication {
        state: state.to_owned(),
        external_id: Some("77".to_owned()),
        operation_id: Some(OPERATION),
        ..Publication::none(1, 2, 3)
    }
}

fn change(sequence: i64, post_status: &str) -> StatusChange {
    StatusChange {
        delivery_id: Uuid::from_u128(5),
        account_id: 1,
        site_id: 2,
        position: Position { site_sequence: Some(sequence), modified_at: None, arrival: sequence },
        post_id: 77,
        content_id: Some(3),
        post_status: post_status.to_owned(),
        post_url: "https://x.test/?p=77".to_owned(),
        operation_id: None,
        occurred_at: Timestamp::UNIX_EPOCH,
    }
}

fn judged(row: &mut Publication, change: &StatusChange) -> (Outcome, Option<ContentStatus>) {
    judge(row, change, Timestamp::UNIX_EPOCH).unwrap()
}

#[rstest]
#[case("live", "publish", "live", Some(ContentStatus::Published))]
#[case("live_with_warnings", "private", "live_with_warnings", Some(ContentStatus::Published))]
#[case("live", "draft", "unpublished", Some(ContentStatus::Draft))]
#[case("live", "trash", "unpublished", Some(ContentStatus::Draft))]
#[case("live", "pending", "unpublished", Some(ContentStatus::Review))]
#[case("live", "future", "unpublished", Some(ContentStatus::Review))]
#[case("live", "deleted", "gone", Some(ContentStatus::Draft))]
#[case("unpublished", "publish", "live", Some(ContentStatus::Published))]
#[case("failed", "publish", "live", Some(ContentStatus::Published))]
#[case("publishing", "draft", "unpublished", Some(ContentStatus::Draft))]
fn applied(
    #[case] before: &str,
    #[case] said: &str,
    #[case] after: &str,
    #[case] status: Option<ContentStatus>,
) {
    let mut row = row(before);
    assert_eq!(judged(&mut row, &change(1, said)), (Outcome::Applied, status));
    assert_eq!((row.state.as_str(), row.wordpress_status.as_deref()), (after, Some(said)));
}

#[test]
fn what_we_caused_is_noted_and_changes_nothing() {
    let mut row = row("publishing");
    row.external_id = None;
    let ours = StatusChange { operation_id: Some(OPERATION), ..change(1, "publish") };
    assert_eq!(judged(&mut row, &ours), (Outcome::Echo, None));
    assert_eq!(row.state, "publishing");
    assert_eq!(row.wordpress_status.as_deref(), Some("publish"));
    assert_eq!(row.external_id.as_deref(), Some("77"));
    assert_eq!(judged(&mut row, &change(2, "publish")), (Outcome::Echo, None), "an older plugin's");
    assert_eq!(row.state, "publishing");
}

#[test]
fn a_late_word_changes_nothing_at_all() {
    let mut row = row("live");
    judged(&mut row, &change(5, "draft"));
    let before = row.clone();
    for sequence in [4, 5] {
        assert_eq!(judged(&mut row, &change(sequence, "publish")), (Outcome::Stale, None));
    }
    assert_eq!(row, before);
}

#[test]
fn a_foreign_status_is_noted_only() {
    let mut row = row("live");
    assert_eq!(judged(&mut row, &change(1, "wc-completed")), (Outcome::UnknownStatus, None));
    assert_eq!((row.state.as_str(), row.wordpress_status.as_deref()), ("live", Some("wc-completed")));
}

#[test]
fn a_foreign_status_names_no_post() {
    let mut row = Publication { external_id: None, ..row("publishing") };
    let ours = StatusChange { operation_id: Some(OPERATION), ..change(1, "wc-completed") };
    assert_eq!(judged(&mut row, &ours), (Outcome::UnknownStatus, None));
    assert_eq!((row.external_id.as_deref(), row.external_url.as_deref()), (None, None));
    assert_eq!((row.state.as_str(), row.wordpress_status.as_deref()), ("publishing", Some("wc-completed")));
}

#[rstest]
#[case("queued", Outcome::Echo, "queued")]
#[case("unconfirmed", Outcome::Echo, "unconfirmed")]
#[case("live_with_warnings", Outcome::Echo, "live_with_warnings")]
#[case("failed", Outcome::Applied, "live")]
#[case("unpublished", Outcome::Applied, "live")]
fn our_own_operation_is_an_echo_until_it_is_given_up(
    #[case] before: &str,
    #[case] outcome: Outcome,
    #[case] after: &str,
) {
    for said in ["publish", "private"] {
        let mut row = row(before);
        let ours = StatusChange { operation_id: Some(OPERATION), ..change(1, said) };
        let status = (outcome == Outcome::Applied).then_some(ContentStatus::Published);
        assert_eq!(judged(&mut row, &ours), (outcome, status));
        assert_eq!(row.state, after);
    }
}
