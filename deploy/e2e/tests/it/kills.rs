//! SIGKILL in the middle of a publish: in the end there is exactly one post, and the content is live.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use e2e::{Stack, eventually};
use reqwest::StatusCode;

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

macro_rules! kills {
    ($($name:ident: $victim:expr, $step:literal;)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                killed_in_the_middle($victim, $step).await;
            }
        )*
    };
}

kills! {
    worker_before_the_post_is_made: Some("publisher-worker"), "claimed";
    worker_while_the_post_is_half_made: Some("publisher-worker"), "post_inserted";
    worker_before_it_hears_the_answer: Some("publisher-worker"), "published_before_reply";
    api_while_the_post_is_half_made: Some("integration-api"), "post_inserted";
    ingest_while_the_post_is_half_made: Some("webhook-ingest"), "post_inserted";
    broker_before_the_result_is_told: Some("rabbitmq"), "published_before_reply";
    database_before_the_result_is_kept: Some("postgres"), "published_before_reply";
    php_while_the_post_is_half_made: None, "post_inserted";
    php_before_it_answers: None, "published_before_reply";
}
