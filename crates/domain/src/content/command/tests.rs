use rstest::rstest;

use super::{Command::*, *};

fn content(status: ContentStatus, state: PublicationState) -> ContentFacts {
    ContentFacts { id: ContentId::new(123), status, state, external_id: None, in_trash: false }
}

fn posted(status: ContentStatus, state: PublicationState) -> ContentFacts {
    ContentFacts { external_id: Some("77".to_owned()), ..content(status, state) }
}

fn integration(status: IntegrationStatus) -> IntegrationFacts {
    IntegrationFacts { id: IntegrationId::new(5), site_id: SiteId::new(1), status }
}

fn short(decided: Result<Decision, CommandRefusal>) -> String {
    match decided {
        Ok(Decision::Send(order)) => format!("{} else {}", order.status, order.fall_back),
        Ok(Decision::Follow) => "follow".to_owned(),
        Ok(Decision::Nothing) => "nothing".to_owned(),
        Err(refusal) => refusal.code().to_owned(),
    }
}

fn decided(command: Command, content: &ContentFacts) -> String {
    short(decide(command, content, Some(&integration(IntegrationStatus::Active))))
}

#[rstest]
#[case(ContentStatus::Review, true, ContentStatus::Review)]
#[case(ContentStatus::Approved, false, ContentStatus::Approved)]
#[case(ContentStatus::Published, false, ContentStatus::Approved)]
fn goes_out(
    #[case] status: ContentStatus,
    #[case] approves: bool,
    #[case] fall_back: ContentStatus,
    #[values(PublicationState::None, PublicationState::Failed)] state: PublicationState,
) {
    let order = decide(Publish, &content(status, state), Some(&integration(IntegrationStatus::Active)));
    assert_eq!(
        order,
        Ok(Decision::Send(Order {
            command: Publish,
            content_id: ContentId::new(123),
            site_id: SiteId::new(1),
            integration_id: IntegrationId::new(5),
            approves,
            status: ContentStatus::Published,
            fall_back,
        }))
    );
}

#[test]
fn every_combination_of_publish_has_one_answer() {
    for &status in ContentStatus::ALL {
        for &state in PublicationState::ALL {
            for external_id in [None, Some(String::new()), Some("77".to_owned())] {
                let facts = ContentFacts { external_id: external_id.clone(), ..content(status, state) };
                let expected = if state == PublicationState::Gone {
                    "post_gone"
                } else if state.is_under_way() {
                    "publish_in_progress"
                } else if external_id.as_deref() == Some("77") {
                    "already_published"
                } else if status == ContentStatus::Draft {
                    "content_is_draft"
                } else if status == ContentStatus::Review {
                    "published else review"
                } else {
                    "published else approved"
                };
                assert_eq!(decided(Publish, &facts), expected, "{status} {state} {external_id:?}");
            }
        }
    }
}

#[rstest]
#[case(Update, "published else published", "published else review", "content_is_draft")]
#[case(Unpublish, "draft else published", "draft else review", "nothing")]
#[case(Trash, "draft else published", "draft else review", "draft else draft")]
#[case(Restore, "nothing", "published else review", "published else draft")]
#[case(Delete, "draft else published", "draft else review", "draft else draft")]
fn what_has_a_post(
    #[case] command: Command,
    #[case] live: &str,
    #[case] failed_in_review: &str,
    #[case] unpublished: &str,
) {
    assert_eq!(decided(command, &posted(ContentStatus::Published, PublicationState::Live)), live);
    assert_eq!(decided(command, &posted(ContentStatus::Review, PublicationState::Failed)), failed_in_review);
    assert_eq!(decided(command, &posted(ContentStatus::Draft, PublicationState::Unpublished)), unpublished);
}

#[test]
fn trash_and_draft_are_two_things() {
    let trashed =
        ContentFacts { in_trash: true, ..posted(ContentStatus::Draft, PublicationState::Unpublished) };
    assert_eq!(decided(Trash, &trashed), "nothing");
    assert_eq!(decided(Unpublish, &trashed), "draft else draft");
}

#[test]
fn the_next_command_waits_for_the_one_under_way() {
    for &state in PublicationState::ALL.iter().filter(|state| state.is_under_way()) {
        for command in [Update, Unpublish, Trash, Restore, Delete] {
            for facts in [content(ContentStatus::Published, state), posted(ContentStatus::Published, state)] {
                assert_eq!(decided(command, &facts), "follow");
            }
        }
    }
}

#[test]
fn without_a_post_there_is_nothing_to_move() {
    for command in [Update, Unpublish, Trash, Restore, Delete] {
        assert_eq!(
            decided(command, &content(ContentStatus::Approved, PublicationState::None)),
            "not_on_site"
        );
        let gone = posted(ContentStatus::Draft, PublicationState::Gone);
        assert_eq!(decided(command, &gone), if command == Delete { "nothing" } else { "post_gone" });
    }
}

#[rstest]
#[case(None, "no_integration")]
#[case(Some(IntegrationStatus::Pending), "integration_pending")]
#[case(Some(IntegrationStatus::Disabled), "integration_disabled")]
#[case(Some(IntegrationStatus::Suspended), "integration_suspended")]
fn needs_a_connected_site(#[case] status: Option<IntegrationStatus>, #[case] code: &str) {
    let integration = status.map(integration);
    let approved = content(ContentStatus::Approved, PublicationState::None);
    assert_eq!(short(decide(Publish, &approved, integration.as_ref())), code);
    let live = posted(ContentStatus::Published, PublicationState::Live);
    assert_eq!(short(decide(Unpublish, &live, integration.as_ref())), code);
    // What the writer can mend himself comes first.
    let draft = content(ContentStatus::Draft, PublicationState::None);
    assert_eq!(decide(Publish, &draft, integration.as_ref()), Err(CommandRefusal::Draft));
}

#[test]
fn a_refusal_says_what_to_do() {
    let refusal = CommandRefusal::AlreadyPublished { external_id: "77".to_owned() };
    assert_eq!(
        refusal.to_string(),
        "This content is on the site already, as post 77. Use republish to send the latest text."
    );
}

#[rstest]
#[case(PublicationState::None, true, false, "Ok(Unschedule)")]
#[case(PublicationState::Publishing, false, true, "Ok(DropFollowUp)")]
#[case(PublicationState::Queued, false, false, "Ok(AskWorker)")]
#[case(PublicationState::Waiting, false, false, "Ok(AskWorker)")]
#[case(PublicationState::Retrying, false, false, "Ok(AskWorker)")]
#[case(PublicationState::Publishing, false, false, "Err(TooLate { state: Publishing })")]
#[case(PublicationState::Unconfirmed, false, false, "Err(TooLate { state: Unconfirmed })")]
#[case(PublicationState::Live, false, false, "Err(NothingToCancel)")]
#[case(PublicationState::None, false, false, "Err(NothingToCancel)")]
fn calling_off(
    #[case] state: PublicationState,
    #[case] scheduled: bool,
    #[case] follows: bool,
    #[case] expected: &str,
) {
    assert_eq!(format!("{:?}", cancel(state, scheduled, follows)), expected);
}
