//! Posts that were edited here and on their site.

use contracts::publishing::{PostText, UpdateConflicted, UpdateContent};
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;

use super::*;

/// Ten o'clock, when these stories begin, is `2026-11-22T10:00:00Z`.
const THEIRS_MODIFIED_AT: Timestamp = Timestamp::constant(1_795_341_630, 0);

fn text(html: &str, revision: &str) -> PostText {
    PostText {
        title: "Tides".into(),
        content_html: html.into(),
        revision: revision.into(),
        ..PostText::default()
    }
}

impl Story {
    /// An update met a post that somebody else had changed.
    async fn in_conflict() -> Self {
        let story = Self::live_post().await;
        story.write("<p>Ours.</p>").await;
        assert_eq!(story.order("republish", json!({})).await, "202 queued");
        story.meets("<p>Theirs.</p>", "cc").await;
        story
    }

    /// The last update met this.
    async fn meets(&self, html: &str, revision: &str) {
        self.meets_over(Some("<p>Twice a day.</p>"), html, revision).await;
    }

    async fn meets_over(&self, base: Option<&str>, html: &str, revision: &str) {
        let update: UpdateContent = self.last().await;
        let conflict = UpdateConflicted {
            progress: Some(self.of(&update.operation_id, 2)),
            external_id: "77".into(),
            base: base.map(|base| text(base, "")),
            theirs: Some(text(html, revision)),
            theirs_modified_at_ms: THEIRS_MODIFIED_AT.as_millisecond(),
            wordpress_status: "publish".into(),
            ..UpdateConflicted::default()
        };
        self.report([PublishReport::Conflicted(conflict)]).await.unwrap();
    }

    async fn conflicts(&self) -> Vec<Value> {
        let answer = self.api.get(&self.team.viewer, &format!("{}conflicts/", self.path())).await.json();
        answer["data"].as_array().unwrap().clone()
    }

    async fn settle(&self, conflict: &Value, body: Value) -> String {
        self.order(&format!("conflicts/{}/resolve", conflict["id"]), body).await
    }
}

#[actix_web::test]
async fn edits_on_both_sides_stand_side_by_side() {
    let story = Story::in_conflict().await;
    assert_eq!(story.picture().await, "published live_with_warnings");
    assert_eq!(story.shown().await["publication"]["warnings"][0]["code"], "conflict");
    let [conflict] = &story.conflicts().await[..] else { panic!("one conflict") };
    assert_eq!(conflict["base"]["content_html"], "<p>Twice a day.</p>");
    assert_eq!(conflict["theirs"]["content_html"], "<p>Theirs.</p>");
    assert_eq!(story.shown().await["content_html"], "<p>Ours.</p>");

    for (body, expected) in [
        (json!({"resolution": "keep_mine"}), "422 invalid_field"),
        (json!({"resolution": "merged"}), "409 not_mergeable"),
        (
            json!({"resolution": "keep_ours", "merged": {"title": "T", "content_html": "", "excerpt": ""}}),
            "422 invalid_field",
        ),
        (
            json!({"resolution": "merged", "merged": {"title": " ", "content_html": "", "excerpt": ""}}),
            "422 invalid_field",
        ),
    ] {
        assert_eq!(story.settle(conflict, body).await, expected);
    }
    assert_eq!(
        story.settle(&json!({"id": 999}), json!({"resolution": "keep_ours"})).await,
        "404 conflict_not_found"
    );

    assert_eq!(story.settle(conflict, json!({"resolution": "keep_ours"})).await, "202 queued");
    let update: UpdateContent = story.last().await;
    assert_eq!(update.expected_revision, "cc", "written for what is there now");
    assert_eq!(update.article.unwrap().content_html, "<p>Ours.</p>");
    assert_eq!(story.settle(conflict, json!({"resolution": "keep_theirs"})).await, "409 conflict_resolved");
}

#[actix_web::test]
async fn the_sites_text_may_stay() {
    let story = Story::in_conflict().await;
    let sent = story.api.posted::<UpdateContent>().await.len();
    let conflict = story.conflicts().await.remove(0);
    assert_eq!(story.settle(&conflict, json!({"resolution": "keep_theirs"})).await, "200 unchanged");
    assert_eq!(story.picture().await, "published live");
    let shown = story.shown().await;
    assert_eq!(
        (shown["content_html"].as_str(), shown["title"].as_str()),
        (Some("<p>Theirs.</p>"), Some("Tides"))
    );
    assert_eq!(story.api.posted::<UpdateContent>().await.len(), sent);
    assert_eq!(story.conflicts().await[0]["resolution"], "keep_theirs");
}

#[actix_web::test]
async fn a_text_too_large_for_content_changes_nothing() {
    let story = Story::in_conflict().await;
    assert_eq!(story.order("republish", json!({})).await, "202 queued");
    story.meets(&"x".repeat(5 * 1024 * 1024 + 1), "ff").await;
    let conflict = story.conflicts().await.remove(0);
    assert_eq!(story.settle(&conflict, json!({"resolution": "keep_theirs"})).await, "422 invalid_field");
    assert_eq!(story.conflicts().await[0]["resolution"], Value::Null);
    assert_eq!(story.settle(&conflict, json!({"resolution": "keep_ours"})).await, "202 queued");
}

#[actix_web::test]
async fn a_merged_text_is_sent_and_may_meet_a_newer_edit() {
    let story = Story::in_conflict().await;
    let conflict = story.conflicts().await.remove(0);
    let merged = json!({"resolution": "merged", "merged": {"title": "Both", "content_html": "<p>Both.</p>", "excerpt": ""}});
    assert_eq!(story.settle(&conflict, merged).await, "202 queued");
    let update: UpdateContent = story.last().await;
    let article = update.article.unwrap();
    assert_eq!((article.title.as_str(), article.content_html.as_str()), ("Both", "<p>Both.</p>"));
    story.meets("<p>Newer.</p>", "dd").await;
    let conflicts = story.conflicts().await;
    assert_eq!(conflicts.len(), 2);
    assert_eq!(conflicts[0]["resolution"], Value::Null);

    // Sent again without settling it, it meets the same and supersedes it.
    assert_eq!(story.order("republish", json!({})).await, "202 queued");
    story.meets("<p>Newer.</p>", "dd").await;
    let resolutions: Vec<_> = story.conflicts().await.iter().map(|it| it["resolution"].clone()).collect();
    assert_eq!(resolutions, [Value::Null, "superseded".into(), "merged".into()]);
}

#[actix_web::test]
async fn a_conflict_does_not_bring_a_post_back() {
    let story = Story::live_post().await;
    story.order("unpublish", json!({})).await;
    let order: MovePost = story.last().await;
    story.report([story.moved(&order.operation_id, "draft")]).await.unwrap();
    for step in ["submit", "approve"] {
        story.order(step, json!({})).await;
    }
    assert_eq!(story.order("republish", json!({})).await, "202 queued");
    story.meets("<p>Theirs.</p>", "cc").await;
    assert_eq!(story.picture().await, "approved unpublished");
    assert_eq!(story.shown().await["publication"]["warnings"][0]["code"], "conflict");
}

const BASE: &str = "<p>One.</p><p>Two.</p><p>Three.</p>";
const OURS: &str = "<p>One, here.</p><p>Two.</p><p>Three.</p>";
const APART: &str = "<p>One.</p><p>Two.</p><p>Three, there.</p>";
const BOTH: &str = "<p>One, here.</p>\n\n<p>Two.</p><p>Three, there.</p>";
const TOUCHING: &str = "<p>One, there.</p><p>Two.</p><p>Three.</p>";
/// The editor wrote it anew, and nobody changed a word.
const SAVED_AGAIN: &str =
    "<!-- wp:paragraph -->\n<p class=\"x\">One.</p>\n<!-- /wp:paragraph -->\n\n<p>Two.</p>\n<p>Three.</p>";

impl Story {
    /// A live post whose site wants this, and our text on its way to it.
    async fn updating(policy: &str) -> Self {
        let story = Self::live_post().await;
        story.wants(policy).await;
        story.write(OURS).await;
        assert_eq!(story.order("republish", json!({})).await, "202 queued");
        story
    }

    async fn wants(&self, policy: &str) {
        let path = format!("/api/v1/sites/{}/publishing-settings/", self.site.id);
        let settings = json!({ "posts": { "conflict_policy": policy } });
        let answer = self.api.patch(&self.team.editor, &path, settings).await;
        assert_eq!(answer.status, 200, "{:?}", answer.json());
    }

    /// The text here, and what the newest conflict came to.
    async fn outcome(&self) -> (String, String) {
        let conflict = self.conflicts().await.remove(0);
        let resolution = conflict["resolution"].as_str().unwrap_or("open");
        let by = if conflict["by_policy"] == true { " by policy" } else { "" };
        let html = self.shown().await["content_html"].as_str().unwrap().to_owned();
        (html, format!("{resolution}{by}"))
    }

    /// Actions of the timeline from the last conflict on.
    async fn since_conflict(&self) -> String {
        let timeline = self.timeline().await;
        timeline.rsplit_once("update_conflict").unwrap().1.to_owned()
    }
}

#[actix_web::test]
async fn edits_that_do_not_touch_are_sent_together() {
    let story = Story::updating("merge").await;
    story.meets_over(Some(BASE), APART, "cc").await;
    let update: UpdateContent = story.last().await;
    assert_eq!(update.expected_revision, "cc");
    assert_eq!(update.article.unwrap().content_html, BOTH);
    assert_eq!(story.outcome().await, (BOTH.to_owned(), "merged by policy".to_owned()));
    assert_eq!(story.since_conflict().await, ", conflict_resolved, update_queued");
    let conflict = story.conflicts().await.remove(0);
    assert_eq!((conflict["ours"]["content_html"].as_str(), &conflict["diff"]), (Some(OURS), &Value::Null));
    assert_eq!(story.picture().await, "published queued");
    story.report([story.updated(&update.operation_id, "dd")]).await.unwrap();
    assert_eq!(story.picture().await, "published live");
    assert_eq!(story.shown().await["publication"]["warnings"], json!([]));
}

#[rstest]
#[case::touching("merge", Some(BASE), TOUCHING, OURS, "open")]
#[case::nothing_in_common("merge", None, APART, OURS, "open")]
#[case::asked("ask", Some(BASE), APART, OURS, "open")]
#[case::ours("ours", Some(BASE), TOUCHING, OURS, "keep_ours by policy")]
#[case::theirs("theirs", Some(BASE), TOUCHING, TOUCHING, "keep_theirs by policy")]
#[case::theirs_is_newer("newest", Some(BASE), TOUCHING, TOUCHING, "keep_theirs by policy")]
#[case::no_edit_there("theirs", Some(BASE), SAVED_AGAIN, OURS, "keep_ours by policy")]
#[case::the_same_edit("ask", None, OURS, OURS, "keep_ours by policy")]
#[actix_web::test]
async fn a_sites_policy_decides(
    #[case] policy: &str,
    #[case] base: Option<&str>,
    #[case] theirs: &str,
    #[case] text: &str,
    #[case] outcome: &str,
) {
    let story = Story::updating(policy).await;
    let sent = story.api.posted::<UpdateContent>().await.len();
    story.meets_over(base, theirs, "cc").await;
    assert_eq!(story.outcome().await, (text.to_owned(), outcome.to_owned()));
    let updates = story.api.posted::<UpdateContent>().await;
    let sends = outcome.starts_with("keep_ours");
    assert_eq!(updates.len() - sent, usize::from(sends));
    if sends {
        assert_eq!(updates.last().unwrap().expected_revision, "cc");
    }
    let picture = match outcome {
        "open" => "published live_with_warnings",
        _ if sends => "published queued",
        _ => "published live",
    };
    assert_eq!(story.picture().await, picture);
}

#[actix_web::test]
async fn what_was_edited_here_last_is_newer() {
    let story = Story::live_post().await;
    story.wants("newest").await;
    story.api.hand.advance(SignedDuration::from_mins(1));
    story.write(OURS).await;
    story.order("republish", json!({})).await;
    story.meets_over(Some(BASE), TOUCHING, "cc").await;
    assert_eq!(story.outcome().await, (OURS.to_owned(), "keep_ours by policy".to_owned()));
}

#[actix_web::test]
async fn a_conflict_that_comes_back_again_and_again_is_left_to_people() {
    let story = Story::updating("ours").await;
    for _ in 0..3 {
        story.meets_over(Some(BASE), TOUCHING, "cc").await;
        assert_eq!(story.outcome().await.1, "keep_ours by policy");
    }
    story.meets_over(Some(BASE), TOUCHING, "cc").await;
    assert_eq!(story.outcome().await.1, "open");
    assert_eq!(story.since_conflict().await, ", conflict_left_open");

    // A person has looked.
    let conflict = story.conflicts().await.remove(0);
    assert_eq!(story.settle(&conflict, json!({"resolution": "keep_ours"})).await, "202 queued");
    story.meets_over(Some(BASE), TOUCHING, "cc").await;
    assert_eq!(story.outcome().await.1, "keep_ours by policy");
}

#[actix_web::test]
async fn a_conflict_that_comes_back_days_later_is_another() {
    let story = Story::updating("ours").await;
    for _ in 0..5 {
        story.meets_over(Some(BASE), TOUCHING, "cc").await;
        assert_eq!(story.outcome().await.1, "keep_ours by policy");
        story.api.hand.advance(SignedDuration::from_mins(31));
    }
}

#[actix_web::test]
async fn a_policy_does_not_bring_a_post_back() {
    let story = Story::updating("ours").await;
    story.hear([story.change(1, "draft")]).await.unwrap();
    story.meets_over(Some(BASE), TOUCHING, "cc").await;
    assert_eq!(story.outcome().await.1, "open");
    assert_eq!(story.picture().await, "draft unpublished");
}

#[actix_web::test]
async fn nothing_is_sent_to_a_site_that_is_switched_off() {
    let story = Story::updating("ours").await;
    let path = format!("/api/v1/integration/integrations/{}/", story.site.integration_id);
    let answer = story.api.patch(&story.team.owner, &path, json!({ "is_active": false })).await;
    assert_eq!(answer.status, 200, "{:?}", answer.json());
    story.meets_over(Some(BASE), TOUCHING, "cc").await;
    assert_eq!(story.outcome().await.1, "open");
}

#[actix_web::test]
async fn an_update_that_was_to_follow_is_the_one_that_is_sent() {
    let story = Story::updating("merge").await;
    assert_eq!(story.order("republish", json!({})).await, "202 follows");
    story.meets_over(Some(BASE), APART, "cc").await;
    assert_eq!(story.since_conflict().await, ", conflict_resolved, update_queued");
    assert_eq!(story.shown().await["publication"]["follow_up"], Value::Null);
}

#[actix_web::test]
async fn people_see_what_would_be_merged_and_may_take_it() {
    let story = Story::updating("ask").await;
    story.meets_over(Some(BASE), APART, "cc").await;
    let conflict = story.conflicts().await.remove(0);
    assert_eq!((&conflict["mergeable"], &conflict["merged"]["content_html"]), (&json!(true), &json!(BOTH)));
    let kinds: Vec<&str> = conflict["diff"]["content"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["ours_changed", "same", "theirs_changed"]);
    assert_eq!(
        conflict["diff"]["content"][2],
        json!({"kind": "theirs_changed", "base": "<p>Three.</p>", "ours": "<p>Three.</p>", "theirs": "<p>Three, there.</p>"})
    );
    assert_eq!(conflict["diff"]["title"]["kind"], "same");

    let take = json!({"resolution": "merged"});
    assert_eq!(story.settle(&conflict, take.clone()).await, "202 queued");
    let update: UpdateContent = story.last().await;
    assert_eq!(
        (update.article.unwrap().content_html.as_str(), update.expected_revision.as_str()),
        (BOTH, "cc")
    );
    assert_eq!(story.outcome().await, (BOTH.to_owned(), "merged".to_owned()));

    let sent = story.api.posted::<UpdateContent>().await.len();
    assert_eq!(story.settle(&conflict, take.clone()).await, "202 queued", "the same again");
    let with = |html: &str| json!({"resolution": "merged", "merged": {"title": "Tides", "content_html": html, "excerpt": ""}});
    assert_eq!(story.settle(&conflict, with(BOTH)).await, "202 queued", "the same in other words");
    assert_eq!(story.settle(&conflict, with("<p>Other.</p>")).await, "409 conflict_resolved");
    assert_eq!(story.settle(&conflict, json!({"resolution": "keep_ours"})).await, "409 conflict_resolved");
    story.report([story.updated(&update.operation_id, "dd")]).await.unwrap();
    assert_eq!(story.settle(&conflict, take).await, "200 unchanged");
    assert_eq!(story.api.posted::<UpdateContent>().await.len(), sent);
}

#[actix_web::test]
async fn edits_that_touch_are_shown_side_by_side() {
    let story = Story::updating("merge").await;
    story.meets_over(Some(BASE), TOUCHING, "cc").await;
    let conflict = story.conflicts().await.remove(0);
    assert_eq!((&conflict["mergeable"], &conflict["merged"]), (&json!(false), &Value::Null));
    assert_eq!(
        conflict["diff"]["content"][0],
        json!({"kind": "conflict", "base": "<p>One.</p>", "ours": "<p>One, here.</p>", "theirs": "<p>One, there.</p>"})
    );
}
