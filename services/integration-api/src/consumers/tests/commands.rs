//! What becomes of a post after it was published, as the worker tells it.

use contracts::publishing::{
    CancelOperation, ContentMended, ContentUpdated, MovePost, PostMoved, PublishCancelled, UpdateContent,
};

use super::*;

mod conflicts;

impl Story {
    /// Does one thing with the content; status and code, outcome or state.
    pub(super) async fn order(&self, path: &str, body: Value) -> String {
        let answer = self.api.post(&self.team.editor, &format!("{}{path}/", self.path()), body).await;
        let json = answer.json();
        let said = json["code"].as_str().or(json["data"]["outcome"].as_str()).unwrap_or_default();
        format!("{} {said}", answer.status.as_u16())
    }

    fn path(&self) -> String {
        format!("/api/v1/writer/content/{}/", self.content_id)
    }

    pub(super) async fn write(&self, html: &str) {
        let answer = self.api.patch(&self.team.editor, &self.path(), json!({ "content_html": html })).await;
        assert_eq!(answer.status, 200, "{:?}", answer.json());
    }

    pub(super) fn of(&self, operation: &str, sequence: i64) -> Progress {
        Progress { operation_id: operation.to_owned(), ..self.progress(sequence) }
    }

    fn updated(&self, operation: &str, revision: &str) -> PublishReport {
        PublishReport::Updated(ContentUpdated {
            progress: Some(self.of(operation, 2)),
            external_id: "77".into(),
            external_url: "https://tideline.example.com/?p=77".into(),
            wordpress_status: "publish".into(),
            remote_revision: revision.into(),
            ..ContentUpdated::default()
        })
    }

    fn moved(&self, operation: &str, status: &str) -> PublishReport {
        PublishReport::Moved(PostMoved {
            progress: Some(self.of(operation, 2)),
            external_id: "77".into(),
            wordpress_status: status.into(),
            ..PostMoved::default()
        })
    }

    fn failed_of(&self, operation: &str) -> PublishReport {
        let PublishReport::Failed(failed) = self.failed(2) else { unreachable!() };
        PublishReport::Failed(PublishFailed { progress: Some(self.of(operation, 2)), ..failed })
    }

    pub(super) async fn last<M: contracts::Message>(&self) -> M {
        self.api.posted::<M>().await.pop().expect("it was posted")
    }
}

#[actix_web::test]
async fn the_latest_text_follows() {
    let story = Story::live_post().await;
    story.write("<p>Twice and a bit.</p>").await;
    assert_eq!(story.order("republish", json!({})).await, "202 queued");
    assert_eq!(story.picture().await, "published queued");
    let update: UpdateContent = story.last().await;
    assert_eq!((update.external_id.as_str(), update.expected_revision), ("77", "a".repeat(64)));
    assert_eq!(update.article.unwrap().content_html, "<p>Twice and a bit.</p>");
    story.report([story.updated(&update.operation_id, "bb")]).await.unwrap();
    assert_eq!(story.picture().await, "published live");
    assert!(story.timeline().await.ends_with("update_queued, content_update"), "{}", story.timeline().await);

    assert_eq!(story.order("republish", json!({})).await, "202 queued");
    let next: UpdateContent = story.last().await;
    assert_eq!(next.expected_revision, "bb");
}

#[actix_web::test]
async fn what_is_ordered_meanwhile_follows_with_the_text_of_that_moment() {
    let story = Story::published().await;
    assert_eq!(story.order("republish", json!({})).await, "202 follows");
    assert_eq!(story.shown().await["publication"]["follow_up"], "update");
    assert_eq!(story.order("unpublish", json!({"to": "trash"})).await, "202 follows");
    assert_eq!(story.order("republish", json!({})).await, "202 follows");
    story.write("<p>At the last moment.</p>").await;
    assert!(story.api.posted::<UpdateContent>().await.is_empty());
    story.report([story.started(1), story.live(2)]).await.unwrap();
    assert_eq!(story.picture().await, "published queued");
    let shown = story.shown().await;
    assert_eq!(
        (shown["publication"]["follow_up"].clone(), shown["publication"]["command"].as_str()),
        (Value::Null, Some("update"))
    );
    let [update]: [UpdateContent; 1] = story.api.posted().await.try_into().unwrap();
    assert_eq!(update.article.unwrap().content_html, "<p>At the last moment.</p>");
    assert_eq!(update.external_id, "77");
}

#[actix_web::test]
async fn a_follow_up_that_makes_no_sense_any_more_is_noted() {
    let story = Story::published().await;
    assert_eq!(story.order("unpublish", json!({})).await, "202 follows");
    story.report([story.failed(2)]).await.unwrap();
    assert_eq!(story.picture().await, "review failed");
    assert!(story.timeline().await.ends_with("content_publish, follow_up_refused"));
    assert_eq!(story.shown().await["publication"]["follow_up"], Value::Null);
}

#[actix_web::test]
async fn posts_are_taken_down_and_brought_back() {
    let story = Story::live_post().await;
    for (verb, body, command, said, picture) in [
        ("unpublish", json!({}), "unpublish", "draft", "draft unpublished"),
        ("restore", json!({}), "restore", "publish", "published live"),
        ("unpublish", json!({"to": "trash"}), "trash", "trash", "draft unpublished"),
        ("restore", json!({}), "restore", "publish", "published live"),
    ] {
        assert_eq!(story.order(verb, body.clone()).await, "202 queued");
        let order: MovePost = story.last().await;
        assert_eq!((order.r#move.as_str(), order.external_id.as_str()), (command, "77"));
        story.report([story.moved(&order.operation_id, said)]).await.unwrap();
        assert_eq!(story.picture().await, picture);
        assert_eq!(story.order(verb, body).await, "200 unchanged");
    }
    assert_eq!(story.order("delete", json!({})).await, "202 queued");
    let order: MovePost = story.last().await;
    story.report([story.moved(&order.operation_id, "deleted")]).await.unwrap();
    assert_eq!(story.picture().await, "draft gone");
    assert_eq!(story.order("delete", json!({})).await, "200 unchanged");
    assert_eq!(story.order("restore", json!({})).await, "409 post_gone");
    assert_eq!(story.api.delete(&story.team.editor, &story.path()).await.status, 204);
}

#[actix_web::test]
async fn what_fails_afterwards_leaves_the_post_as_it_was() {
    let story = Story::live_post().await;
    assert_eq!(story.order("unpublish", json!({})).await, "202 queued");
    let order: MovePost = story.last().await;
    story.report([story.failed_of(&order.operation_id)]).await.unwrap();
    assert_eq!(story.picture().await, "published live");
    assert_eq!(story.shown().await["publication"]["error"]["cause"], "wrong_key");
}

#[actix_web::test]
async fn the_sites_own_word_outweighs_a_failed_move_in_either_order() {
    for word_first in [true, false] {
        let story = Story::live_post().await;
        assert_eq!(story.order("unpublish", json!({})).await, "202 queued");
        let order: MovePost = story.last().await;
        let word =
            WordpressStatusChanged { operation_id: order.operation_id.clone(), ..story.change(1, "draft") };
        if word_first {
            story.hear([word]).await.unwrap();
            story.report([story.failed_of(&order.operation_id)]).await.unwrap();
        } else {
            story.report([story.failed_of(&order.operation_id)]).await.unwrap();
            assert_eq!(story.picture().await, "published live");
            story.hear([word]).await.unwrap();
        }
        assert_eq!(story.picture().await, "draft unpublished", "word first: {word_first}");
        assert_eq!(story.shown().await["publication"]["error"], Value::Null);
    }
}

#[actix_web::test]
async fn our_own_move_is_an_echo_after_its_report_too() {
    let story = Story::live_post().await;
    story.order("unpublish", json!({})).await;
    let order: MovePost = story.last().await;
    let echo = |sequence| WordpressStatusChanged {
        operation_id: order.operation_id.clone(),
        ..story.change(sequence, "draft")
    };
    story.hear([echo(1)]).await.unwrap();
    story.report([story.moved(&order.operation_id, "draft")]).await.unwrap();
    story.hear([echo(2)]).await.unwrap();
    assert_eq!(story.picture().await, "draft unpublished");
    assert_eq!(story.outcomes().await, "echo echo");
}

#[actix_web::test]
async fn a_person_in_between_does_not_let_two_commands_run_at_once() {
    let story = Story::live_post().await;
    story.order("republish", json!({})).await;
    let update: UpdateContent = story.last().await;
    story.hear([story.change(1, "trash")]).await.unwrap();
    assert_eq!(story.picture().await, "draft unpublished");
    // The worker has not said how the update ended.
    assert_eq!(story.order("restore", json!({})).await, "202 follows");
    let started = PublishStarted { progress: Some(story.of(&update.operation_id, 1)) };
    story.report([PublishReport::Started(started)]).await.unwrap();
    assert!(story.api.posted::<MovePost>().await.is_empty());
    story.report([story.updated(&update.operation_id, "bb")]).await.unwrap();
    let [restore]: [MovePost; 1] = story.api.posted().await.try_into().unwrap();
    story.report([story.moved(&restore.operation_id, "publish")]).await.unwrap();
    assert_eq!(story.picture().await, "published live");
    assert_eq!(story.api.posted::<MovePost>().await.len(), 1, "it followed once");
}

#[actix_web::test]
async fn warnings_outlast_what_did_not_touch_what_they_are_about() {
    let story = Story::published().await;
    let PublishReport::Published(mut live) = story.live(1) else { unreachable!() };
    live.warnings = vec![Warning { code: "image_failed".into(), ..Warning::default() }];
    story.report([PublishReport::Published(live)]).await.unwrap();
    story.order("republish", json!({})).await;
    let update: UpdateContent = story.last().await;
    story.report([story.failed_of(&update.operation_id)]).await.unwrap();
    for (verb, said) in [("unpublish", "draft"), ("restore", "publish")] {
        assert_eq!(story.order(verb, json!({})).await, "202 queued");
        let order: MovePost = story.last().await;
        story.report([story.moved(&order.operation_id, said)]).await.unwrap();
    }
    assert_eq!(story.picture().await, "published live_with_warnings");
    assert_eq!(story.shown().await["publication"]["warnings"][0]["code"], "image_failed");
}

#[actix_web::test]
async fn what_has_not_begun_is_called_off() {
    let story = Story::published().await;
    assert_eq!(story.order("republish", json!({})).await, "202 follows");
    assert_eq!(story.order("cancel", json!({})).await, "200 dropped");
    assert_eq!(story.order("cancel", json!({})).await, "202 asked");
    let asked: CancelOperation = story.last().await;
    assert_eq!(asked.operation_id, story.operation);
    let cancelled = PublishCancelled { progress: Some(story.progress(1)) };
    story.report([PublishReport::Cancelled(cancelled)]).await.unwrap();
    assert_eq!(story.picture().await, "review none");
    assert_eq!(story.order("cancel", json!({})).await, "409 nothing_to_cancel");
    assert_eq!(story.publish().await, "202 queued");
}

#[actix_web::test]
async fn nothing_is_called_off_while_it_is_being_sent() {
    let story = Story::published().await;
    story.report([story.started(1)]).await.unwrap();
    assert_eq!(story.order("cancel", json!({})).await, "409 too_late_to_cancel");
}

#[actix_web::test]
async fn what_is_mended_is_missing_no_more() {
    let story = Story::published().await;
    let warning = |subject: &str| Warning {
        code: "image_failed".into(),
        subject: subject.into(),
        detail: "404".into(),
        part: "images".into(),
    };
    let PublishReport::Published(mut live) = story.live(1) else { unreachable!() };
    live.warnings = vec![warning("a.jpg"), warning("b.jpg")];
    story.report([PublishReport::Published(live)]).await.unwrap();
    let mended = |of: &str, warnings: Vec<Warning>, is_last: bool| {
        PublishReport::Mended(ContentMended {
            progress: Some(story.of(&Uuid::now_v7().to_string(), 1)),
            mended_operation_id: of.to_owned(),
            remote_revision: "ee".into(),
            warnings,
            r#final: is_last,
            ..ContentMended::default()
        })
    };
    story.report([mended(&Uuid::now_v7().to_string(), Vec::new(), true)]).await.unwrap();
    assert_eq!(story.picture().await, "published live_with_warnings", "of another operation");
    story.report([mended(&story.operation, vec![warning("b.jpg")], false)]).await.unwrap();
    assert_eq!(story.shown().await["publication"]["warnings"].as_array().unwrap().len(), 1);
    story.report([mended(&story.operation, Vec::new(), true)]).await.unwrap();
    assert_eq!(story.picture().await, "published live");
    assert_eq!(story.order("republish", json!({})).await, "202 queued");
    assert_eq!(story.last::<UpdateContent>().await.expected_revision, "ee");
    story.report([mended(&story.operation, Vec::new(), true)]).await.unwrap();
    assert_eq!(story.picture().await, "published queued", "what is under way is newer");
}
