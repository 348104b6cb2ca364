//! From WordPress to here: what people do there, what was missed while programs were away, and posts that were there before us.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use e2e::{MustUse, Stack, eventually};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn what_people_do_in_wordpress_is_here_within_seconds() {
    let stack = Stack::open();
    let (platform, wordpress) = (stack.platform(), stack.wordpress());
    let (id, post) = platform.published("Kept in step").await;

    wordpress.write(&post, "<p>Edited in WordPress.</p>").await;
    let edited = platform.soon(id, "edited", |it| it["content_html"] == "<p>Edited in WordPress.</p>").await;
    assert_eq!(edited["publication"]["state"], "live");

    let category = wordpress.category("Moved").await;
    wordpress.call(Method::POST, &format!("posts/{post}"), json!({"categories": [category]})).await;
    platform
        .soon(id, "in another category", |it| {
            let categories = &it["metadata"]["wp_metadata"]["categories"];
            categories[0]["id"] == category && categories[0]["name"] == "Moved"
        })
        .await;

    wordpress.trash(&post).await;
    platform.soon(id, "in the trash", |it| it["publication"]["state"] == "unpublished").await;
    wordpress.set_status(&post, "publish").await;
    platform.soon(id, "restored", |it| it["publication"]["state"] == "live").await;
    wordpress.delete(&post).await;
    platform.soon(id, "deleted", |it| it["publication"]["state"] == "gone").await;
}

#[tokio::test]
async fn what_happened_while_programs_were_away_arrives_once_and_in_order() {
    let stack = Stack::open();
    let (platform, wordpress) = (stack.platform(), stack.wordpress());
    let (id, post) = platform.published("Nobody listened").await;
    stack.kill("webhook-ingest");
    for status in ["draft", "pending", "private"] {
        wordpress.set_status(&post, status).await;
    }
    wordpress.write(&post, "<p>Written to nobody.</p>").await;
    stack.kill("integration-api");
    stack.revive().await;

    eventually("all of it arrives", Duration::from_mins(2), async || {
        // With WP-Cron off, the next visitor brings it.
        wordpress.page(stack.text("/article/url")).await;
        let content = platform.content(id).await?;
        (content["content_html"] == "<p>Written to nobody.</p>").then_some(())
    })
    .await;
    let content = platform.content(id).await.unwrap();
    assert_eq!(content["metadata"]["wordpress_status"], "private");
    let path = format!("/api/v1/writer/content/{id}/timeline/?limit=100");
    let (_, timeline) = platform.call(Method::GET, &path, Value::Null).await;
    let told: Vec<&str> = timeline["data"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .filter(|it| it["action"] == "status_update")
        .map(|it| it["details"]["wordpress_status"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["draft", "pending", "private"]);
}

#[tokio::test]
async fn an_import_that_is_killed_twice_is_whole_and_makes_nothing_twice() {
    const POSTS: usize = 2_000;
    let stack = Stack::open();
    let (platform, wordpress) = (stack.platform(), stack.wordpress());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    platform.published(&format!("Ours-{now}")).await;
    wordpress.generate(&format!("Theirs-{now}"), POSTS).await;
    let path = platform.integration("import/").await;
    let (status, answer) = platform.call(Method::POST, &path, json!({"post_types": ["post"]})).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    let import = format!("imports/{}/", answer["data"]["import_id"].as_str().unwrap());
    let import = platform.integration(&import).await;
    let read = async || platform.call(Method::GET, &import, Value::Null).await.1;

    for (victim, after) in [("publisher-worker", 200), ("integration-api", 700)] {
        eventually("it is on its way", Duration::from_mins(1), async || {
            (read().await["data"]["post_types"][0]["read"].as_i64()? >= after).then_some(())
        })
        .await;
        stack.kill(victim);
        stack.revive().await;
    }
    let done = eventually("the import is done", Duration::from_mins(3), async || {
        Some(read().await).filter(|it| it["data"]["state"] == "done")
    })
    .await;
    assert_eq!(platform.titled(&format!("Theirs-{now}")).await, POSTS, "{done}");
    assert_eq!(platform.titled(&format!("Ours-{now}")).await, 1, "what came from us is recognised");
}

#[tokio::test]
async fn what_nobody_told_is_found_by_comparing_and_settled_by_reading() {
    let stack = Stack::open();
    let (platform, wordpress) = (stack.platform(), stack.wordpress());
    let (id, post) = platform.published("Changed behind our back").await;
    let html = "<p>Written into the database.</p>";
    {
        let _editor = wordpress.must_use(MustUse::BehindOurBack);
        wordpress.call(Method::POST, "silent-edits", json!({"post": post, "content": html})).await;
    }
    let scan = platform.integration("drift/scan/").await;
    let run = eventually("the comparison begins", Duration::from_mins(3), async || {
        // Another run may be under way; then it is the answer.
        let (status, answer) = platform.call(Method::POST, &scan, json!({})).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
        (answer["data"]["kind"] == "compare")
            .then(|| answer["data"]["import_id"].as_str().unwrap().to_owned())
    })
    .await;
    let run = platform.integration(&format!("imports/{run}/")).await;
    let done = eventually("the comparison ends", Duration::from_mins(1), async || {
        let (_, answer) = platform.call(Method::GET, &run, Value::Null).await;
        (answer["data"]["state"] != "running").then_some(answer)
    })
    .await;
    assert_eq!(done["data"]["state"], "done", "{done}");

    let number: i64 = post.parse().unwrap();
    let drift = platform.all(&platform.integration("drift/").await).await;
    let found = drift.iter().find(|it| it["post_id"] == number).unwrap_or_else(|| panic!("{done} {drift:?}"));
    assert_eq!((found["kind"].as_str(), found["content_id"].as_i64()), (Some("differs"), Some(id)));
    let repair = platform.integration("drift/repair/").await;
    let (status, answer) = platform.call(Method::POST, &repair, json!({"post_ids": [number]})).await;
    assert_eq!((status, &answer["data"]["post_ids"]), (StatusCode::ACCEPTED, &json!([number])));
    platform.soon(id, "what was written there", |it| it["content_html"] == html).await;
}
