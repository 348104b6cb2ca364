//! Content goes out when its time has come, whoever was dead at that moment.

use std::time::Duration;

use e2e::Stack;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

#[tokio::test]
async fn an_exact_time_is_kept() {
    let stack = Stack::open();
    let platform = stack.platform();
    let id = platform.write("On time").await;
    let at = Timestamp::now() + SignedDuration::from_secs(5);
    let planned = platform.order(id, "schedule", json!({ "at": at.to_string() })).await;
    assert_eq!(planned["data"]["kind"], "exact");
    assert_eq!(platform.content(id).await.unwrap()["publication"]["state"], "none");
    let content = platform.live(id).await;
    let published: Timestamp = content["publication"]["published_at"].as_str().unwrap().parse().unwrap();
    assert!(published >= at, "{published} is before {at}");
    assert_eq!(content["schedule"], json!(null));
}

/// These are dead when the time comes.
async fn made_up_for_once(victims: &[&str]) {
    let stack = Stack::open();
    let (platform, wordpress) = (stack.platform(), stack.wordpress());
    let title = format!("Late, {}", Timestamp::now().as_millisecond());
    let id = platform.write(&title).await;
    let at = Timestamp::now() + SignedDuration::from_secs(2);
    platform.order(id, "schedule", json!({ "at": at.to_string() })).await;
    for program in victims {
        stack.kill(program);
    }
    let left = at.duration_since(Timestamp::now());
    tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
    stack.revive().await;
    platform.live(id).await;
    assert_eq!(wordpress.posts_titled(&title).await.len(), 1);
}

#[tokio::test]
async fn a_platform_that_was_dead_at_the_time_makes_up_for_it_once() {
    made_up_for_once(&["integration-api", "publisher-worker"]).await;
}

#[tokio::test]
async fn servers_that_were_dead_at_the_time_make_up_for_it_once() {
    made_up_for_once(&["postgres", "rabbitmq"]).await;
}
