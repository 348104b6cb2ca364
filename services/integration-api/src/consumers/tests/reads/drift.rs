//! Whether a site's posts still are what we believe them to be.

use contracts::reading::{PostStanding, RangeChecksum};
use jiff::SignedDuration;
use sha2::{Digest, Sha256};

use super::*;
use crate::jobs::pull;

/// Id, status and revision.
type Shown = (i64, &'static str, &'static str);

/// As the plugin makes it.
fn checksum(posts: &[Shown]) -> String {
    let mut sum = Sha256::new();
    for (id, status, revision) in posts {
        sum.update(format!("{id}:{status}:{revision}\n"));
    }
    hex::encode(sum.finalize())
}

fn ranges(ranges: &[(i64, &[Shown])]) -> Vec<RangeChecksum> {
    let range = |(range, posts): &(i64, &[Shown])| RangeChecksum {
        range: *range,
        count: i64::try_from(posts.len()).unwrap(),
        checksum: checksum(posts),
    };
    ranges.iter().map(range).collect()
}

fn standings(posts: &[Shown]) -> Vec<PostStanding> {
    let standing = |(id, status, revision): &Shown| PostStanding {
        post_id: *id,
        content_id: 0,
        post_status: (*status).to_owned(),
        revision: (*revision).to_owned(),
    };
    posts.iter().map(standing).collect()
}

impl Story {
    async fn scan(&self) -> Value {
        let answer = self.api.post(&self.team.editor, &self.integration("drift/scan/"), json!({})).await;
        assert_eq!(answer.status, 202, "{:?}", answer.json());
        answer.json()["data"].clone()
    }

    /// What the site says to the question that was asked last.
    async fn says(&self, ranges: Vec<RangeChecksum>, standings: Vec<PostStanding>, cursor: i64, more: bool) {
        let asked = self.question().await;
        let read = PostsRead {
            read_id: asked.read_id,
            account_id: asked.account_id,
            site_id: asked.site_id,
            integration_id: asked.integration_id,
            post_type: asked.post_type,
            order: asked.order,
            ranges,
            standings,
            cursor: cursor.to_string(),
            more,
            ..PostsRead::default()
        };
        self.read([ReadReport::Read(read)]).await;
    }

    async fn drift(&self) -> Vec<Value> {
        let page = self.api.get(&self.team.viewer, &self.integration("drift/")).await;
        page.json()["data"].as_array().unwrap().clone()
    }

    /// Three posts of which we know, and one type to compare.
    async fn with_posts() -> Self {
        let story = Self::connected().await;
        story.imported(vec![post(5, "a"), post(6, "b"), post(2_001, "c")]).await;
        let types = json!({"post_types": {"post": {"label": "Posts", "count": 3, "enabled": true}}, "taxonomies": {}});
        let told =
            story.api.post(story.site.key.expose(), &story.integration("update-structure/"), types).await;
        assert_eq!(told.status, 200, "{:?}", told.json());
        story
    }
}

const FIVE: Shown = (5, "publish", "r-a");
const SIX: Shown = (6, "publish", "r-b");
const FAR: Shown = (2_001, "publish", "r-c");

#[actix_web::test]
async fn where_checksums_agree_no_post_is_looked_at() {
    let story = Story::with_posts().await;
    let scan = story.scan().await;
    let asked = story.question().await;
    assert_eq!(
        (asked.post_type.as_str(), asked.order.as_str(), asked.cursor.as_str()),
        ("post", "checksums", "")
    );
    let before = story.questions().await;
    story.says(ranges(&[(0, &[FIVE, SIX]), (2, &[FAR])]), Vec::new(), 2, false).await;
    assert_eq!(story.questions().await, before, "nothing else is asked");
    let shown = story.import_shown(&scan).await;
    assert_eq!(
        (shown["kind"].as_str(), shown["state"].as_str(), shown["unchanged"].as_i64()),
        (Some("compare"), Some("done"), Some(3))
    );
    assert!(story.drift().await.is_empty());
}

#[actix_web::test]
async fn what_differs_is_listed_and_settled_by_reading() {
    let story = Story::with_posts().await;
    story.scan().await;
    // Six was edited behind our back, seven is new, the far one is gone.
    let there = [FIVE, (6, "publish", "r-b2"), (7, "publish", "r-d")];
    story.says(ranges(&[(0, &there)]), Vec::new(), 0, false).await;
    let asked = story.question().await;
    assert_eq!((asked.order.as_str(), asked.cursor.as_str()), ("range", "0"));
    story.says(Vec::new(), standings(&there), 0, false).await;
    assert_eq!(story.question().await.cursor, "2", "a range the site has nothing in is looked at, too");
    story.says(Vec::new(), Vec::new(), 0, false).await;

    let found = story.drift().await;
    let kinds: Vec<_> =
        found.iter().map(|it| (it["post_id"].as_i64().unwrap(), it["kind"].as_str().unwrap())).collect();
    assert_eq!(kinds, [(6, "differs"), (7, "missing_here"), (2_001, "missing_there")]);
    assert_eq!(
        (&found[0]["ours"]["revision"], &found[0]["theirs"]["revision"]),
        (&json!("r-b"), &json!("r-b2"))
    );
    let health = story.api.get(&story.team.viewer, &story.integration("sync-health/")).await.json();
    assert_eq!(health["data"]["drift"], 3);

    let ordered = story.api.post(&story.team.editor, &story.integration("drift/repair/"), json!({})).await;
    assert_eq!(ordered.json()["data"]["post_ids"], json!([6, 7, 2_001]));
    let asked = story.question().await;
    assert_eq!(asked.post_ids, [6, 7, 2_001]);
    assert!(story.drift().await.iter().all(|it| it["repair_ordered_at"].is_string()));
    let ReadReport::Read(mut answer) = Story::answer(&asked, vec![post(6, "b2"), post(7, "d")], false) else {
        unreachable!()
    };
    (answer.post_type, answer.missing) = (String::new(), vec![2_001]);
    story.read([ReadReport::Read(answer)]).await;
    assert!(story.drift().await.is_empty());
    let texts: Vec<_> =
        story.contents().await.iter().map(|it| it["title"].as_str().unwrap().to_owned()).collect();
    assert_eq!(texts.len(), 4, "seven is content now: {texts:?}");
}

#[actix_web::test]
async fn what_a_command_is_changing_is_not_listed() {
    let mut story = Story::with_posts().await;
    story.content_id =
        story.contents().await.iter().find(|it| it["external_id"] == "6").unwrap()["id"].as_i64().unwrap();
    story.scan().await;
    let path = format!("/api/v1/writer/content/{}/unpublish/", story.content_id);
    assert_eq!(story.api.post(&story.team.editor, &path, json!({})).await.status, 202);
    let there = [FIVE, (6, "draft", "r-b")];
    story.says(ranges(&[(0, &there), (2, &[FAR])]), Vec::new(), 2, false).await;
    story.says(Vec::new(), standings(&there), 0, false).await;
    assert!(story.drift().await.is_empty());
}

#[actix_web::test]
async fn only_named_posts_are_asked_for_and_strangers_see_nothing() {
    let story = Story::with_posts().await;
    story.scan().await;
    let there = [(5, "draft", "r-a"), (6, "publish", "x")];
    story.says(ranges(&[(0, &there), (2, &[FAR])]), Vec::new(), 2, false).await;
    story.says(Vec::new(), standings(&there), 0, false).await;
    let repair = story.integration("drift/repair/");
    let ordered = story.api.post(&story.team.editor, &repair, json!({"post_ids": [6, 99]})).await;
    assert_eq!(ordered.json()["data"]["post_ids"], json!([6]));
    let many: Vec<i64> = (0..501).collect();
    let refused = story.api.post(&story.team.editor, &repair, json!({ "post_ids": many })).await;
    assert_eq!((refused.status.as_u16(), refused.json()["code"].as_str()), (422, Some("invalid_field")));
    assert_eq!(story.api.post(&story.team.viewer, &repair, json!({})).await.status, 403);
    let stranger = story.api.team("elsewhere").await;
    for path in ["drift/", "drift/scan/", "drift/repair/"] {
        let path = story.integration(path);
        let answer = if path.ends_with("drift/") {
            story.api.get(&stranger.editor, &path).await
        } else {
            story.api.post(&stranger.editor, &path, json!({})).await
        };
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[actix_web::test]
async fn posts_from_a_worker_that_knows_no_checksums_are_not_taken_for_them() {
    let story = Story::with_posts().await;
    let scan = story.scan().await;
    let asked = story.question().await;
    let before = story.questions().await;
    story.read([Story::answer(&asked, vec![post(5, "a"), post(7, "new")], true)]).await;
    let shown = story.import_shown(&scan).await;
    assert_eq!(
        (shown["state"].as_str(), shown["error"]["cause"].as_str()),
        (Some("failed"), Some("outdated_worker"))
    );
    assert_eq!(
        (story.questions().await, story.contents().await.len()),
        (before, 3),
        "nothing is taken, nothing asked"
    );
    let connection = &mut *story.api.state.database.connection().await.unwrap();
    let integration = story.site.integration_id.get();
    let cursors = crate::store::imports::cursors(connection, integration).await.unwrap();
    assert!(cursors.iter().all(|(_, cursor)| cursor.parse::<jiff::Timestamp>().is_ok()), "{cursors:?}");
}

#[actix_web::test]
async fn sites_are_compared_once_a_day() {
    let story = Story::with_posts().await;
    let compared = async || {
        let asked = story.api.posted::<ReadPosts>().await;
        asked.iter().filter(|it| it.order == "checksums").count()
    };
    // What is due to be pulled has the first turn.
    let end = async || {
        while story.api.integration(&story.site).await.sync_status == "syncing" {
            story.says(Vec::new(), Vec::new(), 0, false).await;
        }
    };
    for (hours, expected) in [(0, 1), (1, 1), (25, 2)] {
        story.api.hand.advance(SignedDuration::from_hours(hours));
        for _ in 0..2 {
            pull::pass(story.api.state.clone()).await.unwrap();
            end().await;
        }
        assert_eq!(compared().await, expected, "after {hours} hours more");
    }
}
