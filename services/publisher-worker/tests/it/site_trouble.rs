use std::time::{Duration, Instant};

use contracts::PublishReport;
use contracts::site::SiteState;
use testkit::{Behaviour, eventually};

use crate::world::{SITE, World, credentials, describe, order};

#[tokio::test]
async fn maintenance_is_waited_for_as_long_as_the_site_says() {
    let world = World::new().await;
    let site = world.site();
    site.next("publish", Behaviour::Maintenance(2));
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    let begun = Instant::now();
    world.order(SITE, 1).await;
    let reports = world.reports_until("published").await;
    assert_eq!(
        reports,
        ["#1 started (try 1)", "#2 retrying after maintenance (try 1)", "#3 published 77 (try 2)"]
    );
    assert!(begun.elapsed() >= Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(site.posts_of(1), 1);
}

#[tokio::test]
async fn three_tries_in_all() {
    let world = World::new().await;
    let _worker = world.worker();
    world.connect(SITE, "http://127.0.0.1:1/wp-json/").await;
    world.order(SITE, 1).await;
    let reports = world.reports_until("failed").await;
    assert_eq!(
        reports,
        [
            "#1 started (try 1)",
            "#2 retrying after unreachable (try 1)",
            "#3 retrying after unreachable (try 2)",
            "#4 failed by unreachable (try 3)"
        ]
    );
    assert_eq!(
        world.picture().await,
        "c1 failed: publish no_connection, receipt unavailable, receipt unavailable"
    );
}

#[tokio::test]
async fn a_gateway_error_that_may_hide_a_post_is_never_the_last_word() {
    let world = World::new().await;
    let site = world.site();
    site.next("publish", Behaviour::Status(502, "<h1>Bad gateway</h1>"));
    // The receipt is not to be had until the tries are used up.
    for _ in 0..3 {
        site.next("operations", Behaviour::Status(403, "<h1>Forbidden</h1>"));
    }
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;
    let reports = world.reports_until("retrying after blocked").await;
    assert_eq!(
        reports,
        [
            "#1 started (try 1)",
            "#2 retrying after server_error (try 1)",
            "#3 unconfirmed after blocked (try 2)",
            "#4 unconfirmed after blocked (try 2)",
            "#5 unconfirmed after blocked (try 2)",
            "#6 retrying after blocked (try 2)"
        ]
    );
    world.jobs_are(1, "done").await;
    assert_eq!(site.posts_of(1), 1);
}

#[tokio::test]
async fn a_site_that_is_down_makes_its_jobs_wait_and_no_others() {
    let world = World::new().await;
    let (down, up) = (world.site(), world.site());
    down.always("publish", Behaviour::Refuses(401, "not_paired"));
    let breaker = [("BREAKER__THRESHOLD", "3"), ("BREAKER__FIRST_PAUSE", "2s"), ("JOBS__PER_SITE", "1")];
    let _worker = world.worker_with(&breaker);
    world.connect(SITE, &down.rest_url()).await;
    world.connect(SITE + 1, &up.rest_url()).await;
    world.say_all((1..=8).map(|content| order(SITE, content)).collect()).await;

    world.jobs_are(5, "waiting").await;
    assert_eq!(down.count("POST publish"), 3);
    assert_eq!(
        world.number("SELECT attempts::bigint AS n FROM jobs WHERE content_id = 8").await,
        0,
        "waiting is no try"
    );
    world.order(SITE + 1, 100).await;
    world.jobs_are(1, "done").await;
    assert_eq!(up.posts_of(100), 1);

    down.always("publish", Behaviour::Answers);
    world.jobs_are(6, "done").await;
    assert_eq!(
        (down.posts(), world.number("SELECT count(*) AS n FROM jobs WHERE state = 'failed'").await),
        (5, 3)
    );
    assert_eq!(world.number("SELECT count(*) AS n FROM sites WHERE circuit <> 'closed'").await, 0);

    let mut told_to_wait = 0;
    for _ in 0..(3 * 2 + 5 * 3 + 2) {
        if let PublishReport::Retrying(report) = world.report().await {
            assert_eq!(report.failure.as_ref().unwrap().cause, "not_paired");
            assert_eq!(describe(&PublishReport::Retrying(report)), "#1 waiting after not_paired (try 0)");
            told_to_wait += 1;
        }
    }
    assert_eq!(told_to_wait, 5, "each waiting job says so once");
}

#[tokio::test]
async fn no_job_waits_for_ever() {
    let world = World::new().await;
    let site = world.site();
    let _worker = world.worker_with(&[("JOBS__MAX_WAIT", "2s"), ("JOBS__EXPIRE_EVERY", "200ms")]);
    let mut suspended = credentials(SITE, &site.rest_url());
    suspended.state = SiteState::Suspended.into();
    world.say(suspended).await;
    world.order(SITE, 1).await;
    world.order(SITE + 1, 2).await;
    let reports = [describe(&world.report().await), describe(&world.report().await)];
    assert_eq!(reports, ["#1 failed by expired (try 0)", "#1 failed by expired (try 0)"]);
    assert_eq!(site.requests().len(), 0);
}

#[tokio::test]
async fn a_lease_that_ran_out_on_a_site_that_is_gone_does_not_last_for_ever() {
    let world = World::new().await;
    let site = world.site();
    let _worker = world.worker_with(&[("JOBS__MAX_WAIT", "1s"), ("JOBS__EXPIRE_EVERY", "200ms")]);
    world
        .run(
            "INSERT INTO jobs (id, operation_id, kind, account_id, site_id, content_id, payload, state, run_at, fence, attempts,
                               sequence, created_at)
             SELECT gen_random_uuid(), gen_random_uuid(), 'publish', 5, 7, n, 'x', 'running',
                    now() + CASE n WHEN 1 THEN interval '0' ELSE interval '1 hour' END, 1, 1, 1, now() - interval '1 hour'
             FROM generate_series(1, 2) AS n",
        )
        .await;
    assert_eq!(describe(&world.report().await), "#2 failed by expired (try 1)");
    assert_eq!(world.picture().await, "c1 failed:\nc2 running:", "the other's lease has not run out");
    assert_eq!(world.number("SELECT sum(length(payload))::bigint AS n FROM jobs").await, 1);
    assert_eq!(site.requests().len(), 0);
}

#[tokio::test]
async fn what_is_over_keeps_no_payload_and_is_forgotten_in_time() {
    let world = World::new().await;
    let site = world.site();
    let first = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;
    world.order(SITE, 2).await;
    world.jobs_are(2, "done").await;
    assert_eq!(world.number("SELECT sum(length(payload))::bigint AS n FROM jobs").await, 0);
    first.kill();

    world.run("UPDATE jobs SET finished_at = now() - interval '91 days' WHERE content_id = 1").await;
    let _second = world.worker();
    world.jobs_are(1, "done").await;
    assert_eq!(world.picture().await, "c2 done: publish done");
    assert_eq!(world.number("SELECT count(*) AS n FROM attempts").await, 1);
}

#[tokio::test]
async fn a_site_that_connects_gets_what_waited_for_it() {
    let world = World::new().await;
    let site = world.site();
    let _worker = world.worker();
    world.order(SITE, 1).await;
    world.jobs_are(1, "queued").await;
    world.connect(SITE, &site.rest_url()).await;
    world.jobs_are(1, "done").await;
    let mut older = credentials(SITE, "http://127.0.0.1:1/wp-json/");
    older.version = 0;
    world.say(older).await;
    world.order(SITE, 2).await;
    world.jobs_are(2, "done").await;
    assert_eq!(site.posts(), 2);
}

#[tokio::test]
async fn a_slow_site_delays_only_itself() {
    let world = World::new().await;
    let (slow, quick) = (world.site(), world.site());
    slow.always("publish", Behaviour::Slow(Duration::from_millis(700)));
    let _worker = world.worker();
    world.connect(SITE, &slow.rest_url()).await;
    world.connect(SITE + 1, &quick.rest_url()).await;
    world.say_all((1..=20).map(|content| order(SITE, content)).collect()).await;
    world.say_all((101..=120).map(|content| order(SITE + 1, content)).collect()).await;
    eventually("the quick site is done", async || (quick.posts() == 20).then_some(())).await;
    assert!(slow.posts() < 20, "{}", slow.posts());
    assert!(slow.most_at_once() <= 2, "{}", slow.most_at_once());
    world.jobs_are(40, "done").await;
}

#[tokio::test]
async fn waiting_costs_nothing() {
    const SITES: i64 = 40;
    let world = World::new().await;
    let fake = world.site();
    fake.always("publish", Behaviour::SlowToAnswer(Duration::from_millis(300)));
    // A call that times out on a busy machine would be looked into, which is right, and not what is counted here.
    let _worker = world.worker_with(&[("EGRESS__TIMEOUT", "30s")]);
    world.say_all((0..SITES).map(|site| credentials(SITE + site, &fake.rest_url())).collect()).await;
    eventually("the sites are known", async || {
        (world.number("SELECT count(*) AS n FROM sites").await == SITES).then_some(())
    })
    .await;
    world.say_all((1..=400).map(|content| order(SITE + content % SITES, content)).collect()).await;
    world.jobs_are(400, "done").await;
    assert!(fake.most_at_once() >= 50, "{}", fake.most_at_once());
    assert_eq!((fake.posts(), fake.count("POST publish")), (400, 400));
    assert_eq!(world.number("SELECT count(*) AS n FROM attempts").await, 400);
}
