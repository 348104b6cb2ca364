use std::time::Duration;

use testkit::{Behaviour, eventually};

use crate::world::{SITE, World, describe, order};

const LONG: &[(&str, &str)] =
    &[("EGRESS__TIMEOUT", "1500ms"), ("IMAGES__BUDGET", "900ms"), ("JOBS__LEASE_SECONDS", "4")];

#[tokio::test]
async fn killed_between_the_effect_and_its_record() {
    let world = World::new().await;
    let site = world.site();
    site.next("publish", Behaviour::SlowToAnswer(Duration::from_secs(1)));
    let first = world.worker_with(LONG);
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;
    eventually("the post is there", async || (site.posts_of(1) == 1).then_some(())).await;
    first.kill();
    world.jobs_are(1, "running").await;

    let _second = world.worker();
    world.jobs_are(1, "done").await;
    assert_eq!((site.posts_of(1), site.count("POST publish")), (1, 1));
    assert_eq!(world.picture().await, "c1 done: receipt done");
}

#[tokio::test]
async fn killed_before_the_effect() {
    let world = World::new().await;
    let site = world.site();
    site.next("publish", Behaviour::Hangs(Duration::from_secs(1)));
    let first = world.worker_with(LONG);
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;
    eventually("it was asked", async || (site.count("POST publish") == 1).then_some(())).await;
    first.kill();

    let _second = world.worker();
    world.jobs_are(1, "done").await;
    assert_eq!((site.posts_of(1), site.count("POST publish")), (1, 2));
    let reports = world.reports_until("published").await;
    assert_eq!(
        reports,
        ["#1 started (try 1)", "#2 retrying after interrupted (try 1)", "#3 published 77 (try 2)"]
    );
}

#[tokio::test]
async fn killed_while_the_site_is_still_at_it() {
    let world = World::new().await;
    let site = world.site();
    site.next("publish", Behaviour::Slow(Duration::from_millis(1200)));
    let first = world.worker_with(LONG);
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;
    eventually("it was asked", async || (site.count("POST publish") == 1).then_some(())).await;
    first.kill();
    let _second = world.worker();
    world.jobs_are(1, "done").await;
    assert_eq!(site.posts_of(1), 1);
}

#[tokio::test]
async fn two_workers_make_one_post_of_each() {
    let world = World::new().await;
    let site = world.site();
    let _workers = [world.worker(), world.worker()];
    world.connect(SITE, &site.rest_url()).await;
    world.say_all((1..=60).map(|content| order(SITE, content)).collect()).await;
    world.jobs_are(60, "done").await;
    for content in 1..=60 {
        assert_eq!(site.posts_of(content), 1, "content {content}");
    }
    assert_eq!(site.count("POST publish"), 60);
    assert!(
        site.most_at_once() <= 2,
        "two at a time, however many workers there are: {}",
        site.most_at_once()
    );
}

#[tokio::test]
async fn a_runner_that_lost_its_lease_changes_nothing() {
    let world = World::new().await;
    let site = world.site();
    site.next("publish", Behaviour::SlowToAnswer(Duration::from_millis(1200)));
    let _worker = world.worker_with(LONG);
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;
    eventually("the post is there", async || (site.posts_of(1) == 1).then_some(())).await;
    // As if another worker had taken it over and finished it.
    world.run("UPDATE jobs SET fence = fence + 1, state = 'failed', finished_at = now()").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(world.picture().await, "c1 failed:");
    assert_eq!(describe(&world.report().await), "#1 started (try 1)");
    let queue = contracts::topology::queues::INTEGRATION_PUBLISH_RESULTS.name;
    assert!(world.broker.receive_raw(queue, Duration::from_millis(300)).await.is_none());
}

#[tokio::test]
async fn a_call_longer_than_its_lease_keeps_its_job() {
    let world = World::new().await;
    let site = world.site();
    site.next("publish", Behaviour::SlowToAnswer(Duration::from_secs(4)));
    let short = [("EGRESS__TIMEOUT", "9s"), ("JOBS__LEASE_SECONDS", "1")];
    let _workers = [world.worker_with(&short), world.worker_with(&short)];
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;
    world.jobs_are(1, "done").await;
    assert_eq!(world.picture().await, "c1 done: publish done");
    assert_eq!(site.count("POST publish"), 1);
}

#[tokio::test]
async fn an_ordered_stop_finishes_what_runs() {
    let world = World::new().await;
    let site = world.site();
    site.always("publish", Behaviour::SlowToAnswer(Duration::from_secs(2)));
    let worker = world.worker_with(&[("EGRESS__TIMEOUT", "9s")]);
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;
    eventually("the post is there", async || (site.posts_of(1) == 1).then_some(())).await;
    // A queue that was made this moment may refuse, and the relay does not wait for it once it is told to stop.
    assert_eq!(describe(&world.report().await), "#1 started (try 1)");
    assert!(worker.stop().await.is_clean());
    assert_eq!(world.picture().await, "c1 done: publish done");
    assert_eq!(world.reports_until("published").await.len(), 1, "the relay had the last word");
}

#[tokio::test]
async fn an_ordered_stop_hands_back_what_takes_too_long() {
    let world = World::new().await;
    let site = world.site();
    site.next("publish", Behaviour::SlowToAnswer(Duration::from_secs(8)));
    let patient = [("EGRESS__TIMEOUT", "9s"), ("JOBS__LEASE_SECONDS", "60"), ("LIFECYCLE__WORK", "4s")];
    let worker = world.worker_with(&patient);
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;
    eventually("the post is there", async || (site.posts_of(1) == 1).then_some(())).await;
    assert!(worker.stop().await.is_clean());
    assert_eq!(world.picture().await, "c1 running:");

    let _second = world.worker();
    world.jobs_are(1, "done").await;
    assert_eq!(world.picture().await, "c1 done: receipt done", "without waiting for the lease to end");
}

#[tokio::test]
async fn an_ordered_stop_uses_up_no_try() {
    let world = World::new().await;
    let site = world.site();
    site.next("publish", Behaviour::Hangs(Duration::from_secs(6)));
    let once = [("EGRESS__TIMEOUT", "9s"), ("LIFECYCLE__WORK", "4s"), ("RETRY__MAX_ATTEMPTS", "1")];
    let worker = world.worker_with(&once);
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;
    eventually("it was asked", async || (site.count("POST publish") == 1).then_some(())).await;
    assert!(worker.stop().await.is_clean());
    assert_eq!(world.number("SELECT attempts::bigint AS n FROM jobs").await, 0);

    let _second = world.worker_with(&once);
    let reports = world.reports_until("published").await;
    assert_eq!(
        reports,
        ["#1 started (try 1)", "#2 retrying after interrupted (try 1)", "#3 published 77 (try 1)"]
    );
    assert_eq!(site.posts_of(1), 1);
}

#[tokio::test]
async fn a_lease_is_renewed_for_what_is_being_done_and_for_nothing_else() {
    let world = World::new().await;
    let site = world.site();
    site.next("publish", Behaviour::SlowToAnswer(Duration::from_secs(5)));
    let patient = [("EGRESS__TIMEOUT", "8s"), ("JOBS__LEASE_SECONDS", "2")];
    let _worker = world.worker_with(&patient);
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;
    eventually("the post is there", async || (site.posts_of(1) == 1).then_some(())).await;
    // As if a claim of this very worker had been committed without its hearing of it.
    world.order(SITE + 1, 2).await;
    world.jobs_are(1, "queued").await;
    world
        .run(
            "UPDATE jobs SET state = 'running', attempts = 1, fence = 1, run_at = now() + interval '1 second',
                 lease_owner = (SELECT lease_owner FROM jobs WHERE content_id = 1)
             WHERE content_id = 2",
        )
        .await;
    world.connect(SITE + 1, &site.rest_url()).await;
    eventually("the forgotten one is done", async || (site.posts_of(2) == 1).then_some(())).await;
    assert_eq!(site.count("GET operations"), 2, "a look, and another before it was sent");
    world.jobs_are(2, "done").await;
    assert_eq!((site.posts_of(1), site.count("POST publish")), (1, 2), "the slow one was never taken over");
}
