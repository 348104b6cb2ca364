//! SIGKILL in the middle of a command: in the end there is exactly one post, it says the latest, and is where it was told to be.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use e2e::{Stack, eventually};
use reqwest::StatusCode;
use serde_json::json;

/// `None` is PHP itself, at work on the request.
async fn killed_in_the_middle(victim: Option<&str>, step: &str) {
    let stack = Stack::open();
    let (platform, wordpress) = (stack.platform(), stack.wordpress());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let title = format!("Killed {} at {step}, {now}", victim.unwrap_or("PHP"));
    let id = platform.write(&title).await;

    wordpress.sabotage(step, victim.map(|program| stack.pid(program)));
    assert_eq!(platform.publish(id).await.0, StatusCode::ACCEPTED);
    eventually("the kill", Duration::from_mins(1), async || wordpress.sabotage_happened().then_some(()))
        .await;
    stack.revive().await;

    let content = platform.live(id).await;
    wordpress.end_sabotage();
    let posts = wordpress.posts_titled(&title).await;
    assert_eq!(posts.len(), 1, "exactly one post: {posts:#?}");
    assert_eq!(posts[0]["status"], "publish");
    assert_eq!(content["external_id"], posts[0]["id"].to_string().as_str());
}

async fn killed_in_the_middle_of_an_update(victim: Option<&str>, step: &str) {
    let stack = Stack::open();
    let (platform, wordpress) = (stack.platform(), stack.wordpress());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let title = format!("Updated, {} killed at {step}, {now}", victim.unwrap_or("PHP"));
    let (id, post) = platform.published(&title).await;
    platform.rewrite(id, json!({"content_html": "<p>The latest.</p>", "tags": ["latest"]})).await;

    wordpress.sabotage(step, victim.map(|program| stack.pid(program)));
    platform.order(id, "republish", json!({})).await;
    eventually("the kill", Duration::from_mins(1), async || wordpress.sabotage_happened().then_some(()))
        .await;
    stack.revive().await;

    platform.is(id, "live").await;
    let posts = wordpress.posts_titled(&title).await;
    assert_eq!(posts.len(), 1, "exactly one post: {posts:#?}");
    assert_eq!(
        (posts[0]["id"].to_string(), posts[0]["content"]["raw"].as_str()),
        (post.clone(), Some("<p>The latest.</p>"))
    );
    assert_eq!(wordpress.term_names("tags", &posts[0]["tags"]).await, ["latest"]);

    // Taking it down is no different, but for PHP: what a dead request may have done is asked for a minute later.
    let Some(victim) = victim else { return wordpress.end_sabotage() };
    wordpress.sabotage("change_made_before_reply", Some(stack.pid(victim)));
    platform.order(id, "unpublish", json!({"to": "trash"})).await;
    eventually("the kill", Duration::from_mins(1), async || wordpress.sabotage_happened().then_some(()))
        .await;
    stack.revive().await;
    platform.is(id, "unpublished").await;
    wordpress.end_sabotage();
    assert_eq!(wordpress.post(&post).await["status"], "trash");
}

/// Brought back and deleted, with the same death each time.
async fn killed_while_it_is_moved(victim: Option<&str>, step: &str) {
    let stack = Stack::open();
    let (platform, wordpress) = (stack.platform(), stack.wordpress());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let title = format!("Moved, {} killed at {step}, {now}", victim.unwrap_or("PHP"));
    let (id, _) = platform.published(&title).await;
    platform.order(id, "unpublish", json!({})).await;
    platform.is(id, "unpublished").await;

    for (verb, state, statuses) in [("restore", "live", &["publish"][..]), ("delete", "gone", &[])] {
        wordpress.sabotage(step, victim.map(|program| stack.pid(program)));
        platform.order(id, verb, json!({})).await;
        eventually("the kill", Duration::from_mins(1), async || wordpress.sabotage_happened().then_some(()))
            .await;
        stack.revive().await;
        platform.is(id, state).await;
        wordpress.end_sabotage();
        let posts = wordpress.posts_titled(&title).await;
        assert!(posts.iter().map(|post| &post["status"]).eq(statuses), "{verb}: {posts:#?}");
    }
}

/// Whoever wins: what the platform says of the content is what stands in WordPress.
#[tokio::test]
async fn called_off_while_worker_and_broker_are_dead() {
    let stack = Stack::open();
    let (platform, wordpress) = (stack.platform(), stack.wordpress());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let title = format!("Called off, {now}");
    let id = platform.write(&title).await;
    stack.kill("publisher-worker");
    assert_eq!(platform.publish(id).await.0, StatusCode::ACCEPTED);
    stack.kill("rabbitmq");
    assert_eq!(platform.order(id, "cancel", json!({})).await["data"]["outcome"], "asked");
    stack.revive().await;
    let content = eventually("it is decided", Duration::from_mins(1), async || {
        let content = platform.content(id).await?;
        ["none", "live"].contains(&content["publication"]["state"].as_str()?).then_some(content)
    })
    .await;
    let is_live = content["publication"]["state"] == "live";
    assert_eq!(wordpress.posts_titled(&title).await.len(), usize::from(is_live), "{content}");
}

macro_rules! kills {
    ($how:ident; $($name:ident: $victim:expr, $step:literal;)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                $how($victim, $step).await;
            }
        )*
    };
}

kills! {
    killed_in_the_middle;
    worker_before_the_post_is_made: Some("publisher-worker"), "claimed";
    worker_while_the_post_is_half_made: Some("publisher-worker"), "post_inserted";
    worker_before_it_hears_the_answer: Some("publisher-worker"), "published_before_reply";
    api_while_the_post_is_half_made: Some("integration-api"), "post_inserted";
    ingest_while_the_post_is_half_made: Some("webhook-ingest"), "post_inserted";
    broker_before_the_result_is_told: Some("rabbitmq"), "published_before_reply";
    database_before_the_result_is_kept: Some("postgres"), "published_before_reply";
    php_while_the_post_is_half_made: None, "post_inserted";
    broker_while_the_post_is_half_made: Some("rabbitmq"), "enriched";
    database_while_the_post_is_half_made: Some("postgres"), "post_inserted";
    php_before_it_answers: None, "published_before_reply";
}

kills! {
    killed_in_the_middle_of_an_update;
    worker_while_a_post_is_changed: Some("publisher-worker"), "change_enriched";
    broker_before_a_change_is_told: Some("rabbitmq"), "change_made_before_reply";
    database_before_a_change_is_kept: Some("postgres"), "change_made_before_reply";
    php_while_a_post_is_changed: None, "change_enriched";
}

kills! {
    killed_while_it_is_moved;
    worker_before_a_post_is_moved: Some("publisher-worker"), "change_claimed";
    api_while_a_post_is_moved: Some("integration-api"), "change_decided";
    broker_while_a_post_is_moved: Some("rabbitmq"), "change_decided";
    database_before_a_move_is_kept: Some("postgres"), "change_made_before_reply";
}
