//! What messages make of content, once, twice and in the wrong order.

use contracts::PublishReport;
use contracts::WordpressEvent;
use contracts::content::DeliveryApplied;
use contracts::publishing::{
    ContentPublished, Failure, Progress, PublishContent, PublishFailed, PublishRetrying, PublishStarted,
    PublishUnconfirmed, Warning,
};
use contracts::webhook::{Position, WordpressStatusChanged};
use mailbox::{Handler, HandlerError};
use serde_json::{Value, json};
use uuid::Uuid;

use super::publish_result::PublishResults;
use super::wordpress_events::WordpressEvents;
use crate::testing::{Api, Team, TestSite};

mod commands;
mod copies;
mod reads;

#[actix_web::test]
async fn a_publication_goes_its_way() {
    let story = Story::published().await;
    story.report([story.started(1)]).await.unwrap();
    assert_eq!(story.picture().await, "published publishing");
    story.report([story.retrying(2)]).await.unwrap();
    let shown = story.shown().await;
    assert_eq!(story.picture().await, "published retrying");
    assert_eq!(shown["publication"]["error"]["cause"], "timeout");
    assert!(shown["publication"]["next_attempt_at"].is_string());
    story.report([story.started(3), story.unconfirmed(4), story.live(5)]).await.unwrap();
    let shown = story.shown().await;
    assert_eq!(story.picture().await, "published live");
    assert_eq!(
        (shown["external_id"].as_str(), shown["metadata"]["wordpress_status"].as_str()),
        (Some("77"), Some("publish"))
    );
    assert_eq!(shown["external_url"], "https://tideline.example.com/?p=77");
    assert_eq!(shown["publication"]["error"], Value::Null);
    assert_eq!(
        story.timeline().await,
        "content_created, content_submitted, publish_queued, publish_started, publish_retry, publish_started, publish_unconfirmed, content_publish"
    );
    assert_eq!(story.publish().await, "409 already_published");
}

#[actix_web::test]
async fn late_and_repeated_reports_change_nothing() {
    let story = Story::published().await;
    story.report([story.live(3)]).await.unwrap();
    let before = story.shown().await;
    story.report([story.started(1), story.retrying(2), story.live(3), story.failed(3)]).await.unwrap();
    let mut other = story.failed(9);
    if let PublishReport::Failed(report) = &mut other {
        report.progress.as_mut().unwrap().operation_id = Uuid::now_v7().to_string();
    }
    story.report([other]).await.unwrap();
    assert_eq!(story.shown().await, before);
}

#[actix_web::test]
async fn a_failure_gives_the_status_back_and_says_why() {
    let story = Story::published().await;
    story.report([story.started(1), story.failed(2)]).await.unwrap();
    let shown = story.shown().await;
    assert_eq!(story.picture().await, "review failed");
    assert_eq!(
        shown["publication"]["error"],
        json!({"cause": "wrong_key", "detail": "The site refused the key.", "evidence": "401", "next_step": "Pair again.", "http_status": 401})
    );
    let log = story.api.get(&story.team.viewer, "/api/v1/integration/events/?success=false").await.json();
    assert_eq!(log["data"][0]["error_message"], "The site refused the key.");
    // Mended, it goes out under another operation.
    assert_eq!(story.publish().await, "202 queued");
    assert_eq!(story.picture().await, "published queued");
}

#[actix_web::test]
async fn warnings_stand_beside_the_post() {
    let story = Story::published().await;
    let PublishReport::Published(mut live) = story.live(1) else { unreachable!() };
    live.warnings = vec![Warning {
        code: "image_failed".into(),
        subject: "a\0.jpg".into(),
        detail: "404".into(),
        part: "images".into(),
    }];
    story.report([PublishReport::Published(live)]).await.unwrap();
    let shown = story.shown().await;
    assert_eq!(shown["publication"]["state"], "live_with_warnings");
    assert_eq!(shown["publication"]["warnings"][0]["subject"], "a\u{fffd}.jpg");
}

#[actix_web::test]
async fn reports_nobody_can_read_are_put_aside_and_strange_ones_passed_over() {
    let story = Story::published().await;
    let empty = PublishReport::Started(PublishStarted::default());
    assert!(matches!(story.report([empty]).await, Err(HandlerError::Park(_))));
    let mut strange = story.started(1);
    if let PublishReport::Started(report) = &mut strange {
        report.progress.as_mut().unwrap().content_id = 999;
    }
    story.report([strange]).await.unwrap();
    assert_eq!(story.picture().await, "published queued");
}

#[actix_web::test]
async fn a_hundred_publications_at_once() {
    let story = Story::published().await;
    let mut reports = vec![story.live(1)];
    for _ in 0..99 {
        story.clone_content().await;
    }
    for order in story.api.posted::<PublishContent>().await.into_iter().skip(1) {
        let PublishReport::Published(live) = story.live(1) else { unreachable!() };
        let progress = Progress {
            operation_id: order.operation_id,
            content_id: order.content_id,
            ..live.progress.unwrap()
        };
        reports.push(PublishReport::Published(ContentPublished { progress: Some(progress), ..live }));
    }
    story.report(reports).await.unwrap();
    let page = story.api.get(&story.team.viewer, "/api/v1/writer/content/?state=live&limit=100").await.json();
    assert_eq!(page["data"].as_array().unwrap().len(), 100);
}

#[actix_web::test]
async fn what_happens_in_wordpress_arrives() {
    let story = Story::live_post().await;
    story.hear([story.change(1, "draft")]).await.unwrap();
    assert_eq!(story.picture().await, "draft unpublished");
    assert_eq!(story.shown().await["metadata"]["wordpress_status"], "draft");
    story.hear([story.change(2, "publish")]).await.unwrap();
    assert_eq!(story.picture().await, "published live");
    story.hear([story.change(3, "pending"), story.change(4, "wc-odd")]).await.unwrap();
    assert_eq!(story.picture().await, "review unpublished");
    let shown = story.shown().await;
    assert_eq!(shown["metadata"]["wordpress_status"], "wc-odd", "the raw one is kept in any case");
    assert_eq!(shown["metadata"]["last_wp_sync"], "2026-11-22T10:00:00Z");
    story.hear([story.change(5, "deleted")]).await.unwrap();
    assert_eq!(story.picture().await, "draft gone");
    assert_eq!(story.publish().await, "409 post_gone");
    assert_eq!(story.outcomes().await, "applied applied applied unknown_status applied");
}

#[actix_web::test]
async fn an_older_word_changes_nothing() {
    let story = Story::live_post().await;
    story.hear([story.change(7, "draft")]).await.unwrap();
    let before = story.shown().await;
    story.hear([story.change(6, "publish"), story.change(7, "publish")]).await.unwrap();
    assert_eq!(story.shown().await, before);
    assert_eq!(story.outcomes().await, "applied stale stale");
}

#[actix_web::test]
async fn an_echo_may_come_before_the_report() {
    let story = Story::published().await;
    story.report([story.started(1)]).await.unwrap();
    let echo = WordpressStatusChanged { operation_id: story.operation().await, ..story.change(1, "publish") };
    story.hear([echo]).await.unwrap();
    assert_eq!(story.picture().await, "published publishing");
    assert_eq!(story.shown().await["external_id"], "77");
    story.report([story.live(2)]).await.unwrap();
    assert_eq!(story.picture().await, "published live");
    assert_eq!(story.outcomes().await, "echo");
}

#[actix_web::test]
async fn the_sites_own_word_outweighs_a_failure_in_either_order() {
    for word_first in [true, false] {
        let story = Story::published().await;
        story.report([story.started(1)]).await.unwrap();
        let word =
            WordpressStatusChanged { operation_id: story.operation().await, ..story.change(1, "publish") };
        if word_first {
            story.hear([word]).await.unwrap();
            story.report([story.failed(2)]).await.unwrap();
        } else {
            story.report([story.failed(2)]).await.unwrap();
            assert_eq!(story.picture().await, "review failed");
            story.hear([word]).await.unwrap();
        }
        assert_eq!(story.picture().await, "published live", "word first: {word_first}");
        let shown = story.shown().await;
        assert_eq!((&shown["external_id"], &shown["publication"]["error"]), (&json!("77"), &Value::Null));
        assert_eq!(story.outcomes().await, if word_first { "echo" } else { "applied" });
        assert_eq!(story.publish().await, "409 already_published");
    }
}

#[actix_web::test]
async fn a_person_who_was_faster_than_the_report_is_right() {
    let story = Story::published().await;
    story.hear([story.change(1, "trash")]).await.unwrap();
    story.report([story.started(1), story.live(2)]).await.unwrap();
    assert_eq!(story.picture().await, "draft unpublished");
    let shown = story.shown().await;
    assert_eq!(
        (shown["metadata"]["wordpress_status"].as_str(), shown["external_id"].as_str()),
        (Some("trash"), Some("77"))
    );
}

#[actix_web::test]
async fn only_the_sites_own_posts_count() {
    let story = Story::live_post().await;
    let before = story.shown().await;
    let other = story.api.connected_site(&story.team, "https://other.example.com").await;
    let foreign = WordpressStatusChanged { site_id: other.id.get(), ..story.change(1, "trash") };
    let copy = WordpressStatusChanged { post_id: 78, ..story.change(2, "trash") };
    let stranger = WordpressStatusChanged { account_id: 999, ..story.change(3, "trash") };
    let unknown = WordpressStatusChanged { content_id: 0, post_id: 79, ..story.change(4, "trash") };
    story.hear([foreign, copy, stranger, unknown]).await.unwrap();
    assert_eq!(story.shown().await, before);
    assert_eq!(story.outcomes().await, "unknown_content unknown_content unknown_content unknown_content");
    let by_post = WordpressStatusChanged { content_id: 0, ..story.change(5, "draft") };
    story.hear([by_post]).await.unwrap();
    assert_eq!(story.picture().await, "draft unpublished");
}

/// One piece of content on its way to a site.
struct Story {
    api: Api,
    team: Team,
    site: TestSite,
    content_id: i64,
    operation: String,
}

impl Story {
    /// Ordered onto its site from review.
    async fn published() -> Self {
        let api = Api::start().await;
        let team = api.team("tideline").await;
        let site = api.connected_site(&team, "https://tideline.example.com").await;
        let mut story = Self { api, team, site, content_id: 0, operation: String::new() };
        story.content_id = story.clone_content().await;
        story.operation = story.operation().await;
        story
    }

    async fn live_post() -> Self {
        let story = Self::published().await;
        story.report([story.live(1)]).await.unwrap();
        story
    }

    async fn clone_content(&self) -> i64 {
        let body = json!({"site_id": self.site.id.get(), "title": "Tides", "status": "draft"});
        let made = self.api.post(&self.team.editor, "/api/v1/writer/content/", body).await;
        let path = made.header("location").to_owned();
        for step in ["submit", "publish"] {
            let answer = self.api.post(&self.team.editor, &format!("{path}{step}/"), json!({})).await;
            assert!(answer.status.is_success(), "{:?}", answer.json());
        }
        made.json()["data"]["id"].as_i64().unwrap()
    }

    async fn shown(&self) -> Value {
        let path = format!("/api/v1/writer/content/{}/", self.content_id);
        self.api.get(&self.team.viewer, &path).await.json()["data"].clone()
    }

    /// Status and state.
    async fn picture(&self) -> String {
        let shown = self.shown().await;
        format!("{} {}", shown["status"].as_str().unwrap(), shown["publication"]["state"].as_str().unwrap())
    }

    async fn operation(&self) -> String {
        self.shown().await["publication"]["operation_id"].as_str().unwrap().to_owned()
    }

    async fn publish(&self) -> String {
        let path = format!("/api/v1/writer/content/{}/publish/", self.content_id);
        let answer = self.api.post(&self.team.editor, &path, json!({})).await;
        let json = answer.json();
        let said = json["code"].as_str().or(json["data"]["state"].as_str()).unwrap_or_default();
        format!("{} {said}", answer.status.as_u16())
    }

    async fn timeline(&self) -> String {
        let path = format!("/api/v1/writer/content/{}/timeline/", self.content_id);
        let events = self.api.get(&self.team.viewer, &path).await.json();
        let actions =
            events["data"].as_array().unwrap().iter().rev().map(|it| it["action"].as_str().unwrap());
        actions.collect::<Vec<_>>().join(", ")
    }

    /// What webhook-ingest is going to hear of its deliveries.
    async fn outcomes(&self) -> String {
        let answers: Vec<DeliveryApplied> = self.api.posted().await;
        answers.into_iter().map(|it| it.outcome).collect::<Vec<_>>().join(" ")
    }

    async fn report(&self, reports: impl IntoIterator<Item = PublishReport>) -> Result<(), HandlerError> {
        self.apply(&PublishResults::new(&self.api.state), reports).await
    }

    async fn hear(
        &self,
        changes: impl IntoIterator<Item = WordpressStatusChanged>,
    ) -> Result<(), HandlerError> {
        self.apply(
            &WordpressEvents::new(&self.api.state),
            changes.into_iter().map(WordpressEvent::StatusChanged),
        )
        .await
    }

    async fn apply<H: Handler>(
        &self,
        handler: &H,
        messages: impl IntoIterator<Item = H::Message>,
    ) -> Result<(), HandlerError> {
        let mut tx = self.api.state.database.begin().await?;
        handler.apply(&mut tx, messages.into_iter().collect()).await?;
        Ok(tx.commit().await?)
    }

    fn progress(&self, sequence: i64) -> Progress {
        Progress {
            operation_id: self.operation.clone(),
            job_id: Uuid::from_u128(7).to_string(),
            account_id: self.team.account_id.get(),
            site_id: self.site.id.get(),
            content_id: self.content_id,
            sequence,
            occurred_at_ms: self.api.now().as_millisecond(),
            attempt: 1,
            command: String::new(),
        }
    }

    fn started(&self, sequence: i64) -> PublishReport {
        PublishReport::Started(PublishStarted { progress: Some(self.progress(sequence)) })
    }

    fn live(&self, sequence: i64) -> PublishReport {
        PublishReport::Published(ContentPublished {
            progress: Some(self.progress(sequence)),
            external_id: "77".into(),
            external_url: "https://tideline.example.com/?p=77".into(),
            wordpress_status: "publish".into(),
            remote_revision: "a".repeat(64),
            ..ContentPublished::default()
        })
    }

    fn retrying(&self, sequence: i64) -> PublishReport {
        let failure = Some(Failure { cause: "timeout".into(), ..Failure::default() });
        let next_attempt_at_ms = self.api.now().as_millisecond() + 60_000;
        PublishReport::Retrying(PublishRetrying {
            progress: Some(self.progress(sequence)),
            failure,
            next_attempt_at_ms,
            ..PublishRetrying::default()
        })
    }

    fn unconfirmed(&self, sequence: i64) -> PublishReport {
        let failure = Some(Failure { cause: "timeout".into(), ..Failure::default() });
        PublishReport::Unconfirmed(PublishUnconfirmed {
            progress: Some(self.progress(sequence)),
            failure,
            ..PublishUnconfirmed::default()
        })
    }

    fn failed(&self, sequence: i64) -> PublishReport {
        let failure = Failure {
            cause: "wrong_key".into(),
            detail: "The site refused the key.".into(),
            evidence: "401".into(),
            next_step: "Pair again.".into(),
            http_status: Some(401),
        };
        PublishReport::Failed(PublishFailed {
            progress: Some(self.progress(sequence)),
            failure: Some(failure),
            duration_ms: 12,
        })
    }

    /// The post has another status in WordPress, as its plugin's `sequence`-th word.
    fn change(&self, sequence: i64, post_status: &str) -> WordpressStatusChanged {
        WordpressStatusChanged {
            delivery_id: Uuid::now_v7().to_string(),
            account_id: self.team.account_id.get(),
            site_id: self.site.id.get(),
            position: Some(Position {
                site_sequence: Some(sequence),
                modified_at_ms: None,
                arrival: sequence,
            }),
            post_id: 77,
            content_id: self.content_id,
            post_status: post_status.to_owned(),
            post_url: "https://tideline.example.com/?p=77".into(),
            ..WordpressStatusChanged::default()
        }
    }
}
