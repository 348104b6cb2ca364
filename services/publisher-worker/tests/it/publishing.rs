use contracts::PublishReport;
use contracts::publishing::Article;
use testkit::{Behaviour, FakeSite, Trust};

use crate::world::{SITE, World, credentials, describe, order};

#[tokio::test]
async fn an_article_goes_live() {
    let world = World::new().await;
    let site = world.site();
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    let operation = world.order(SITE, 1).await;

    let started = world.report().await;
    assert_eq!(describe(&started), "#1 started (try 1)");
    let PublishReport::Published(published) = world.report().await else { panic!("not published") };
    let progress = published.progress.unwrap();
    assert_eq!((progress.sequence, progress.attempt, progress.site_id, progress.content_id), (2, 1, SITE, 1));
    assert_eq!(progress.operation_id, operation.to_string());
    assert_eq!((published.external_id.as_str(), published.wordpress_status.as_str()), ("77", "publish"));
    assert!(
        published.external_url.ends_with("/?p=77")
            && published.remote_revision.len() == 64
            && !published.adopted
    );
    assert_eq!(site.posts_of(1), 1);
    assert_eq!(world.picture().await, "c1 done: publish done");
}

#[tokio::test]
async fn plain_permalinks_and_an_older_plugin() {
    let world = World::new().await;
    let plain = world.site();
    let older = FakeSite::start(Trust::Key("igny8_live_secret".to_owned()));
    let _worker = world.worker();
    world.connect(SITE, &plain.plain_rest_url()).await;
    let mut credentials = credentials(SITE + 1, &older.rest_url());
    credentials.site_public_key.clear();
    credentials.sealed_key = world.seal("igny8_live_secret", SITE + 1);
    world.say(credentials).await;

    world.order(SITE, 1).await;
    world.order(SITE + 1, 2).await;
    world.jobs_are(2, "done").await;
    assert_eq!((plain.posts_of(1), older.posts_of(2)), (1, 1));
}

#[tokio::test]
async fn the_same_command_twice_is_one_post() {
    let world = World::new().await;
    let site = world.site();
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    let command = order(SITE, 1);
    world.say_all(vec![command.clone(), command.clone()]).await;
    world.jobs_are(1, "done").await;
    world.say(command).await;
    world.order(SITE, 2).await;
    world.jobs_are(2, "done").await;
    assert_eq!((site.posts_of(1), site.count("POST publish")), (1, 2));
}

#[tokio::test]
async fn a_lost_answer_is_looked_up() {
    let world = World::new().await;
    let site = world.site();
    site.next("publish", Behaviour::DiesAfter);
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;

    let reports = world.reports_until("published").await;
    assert_eq!(
        reports,
        ["#1 started (try 1)", "#2 unconfirmed after broken_answer (try 1)", "#3 published 77 (try 1)"]
    );
    assert_eq!((site.posts_of(1), site.count("POST publish")), (1, 1));
    assert_eq!(world.picture().await, "c1 done: publish broken_answer, receipt done");
}

#[tokio::test]
async fn a_time_out_after_the_effect_is_looked_up() {
    let world = World::new().await;
    let site = world.site();
    site.next("publish", Behaviour::SlowToAnswer(std::time::Duration::from_secs(2)));
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;

    let reports = world.reports_until("published").await;
    assert_eq!(
        reports,
        ["#1 started (try 1)", "#2 unconfirmed after timeout (try 1)", "#3 published 77 (try 1)"]
    );
    assert_eq!((site.posts_of(1), site.count("POST publish")), (1, 1));
}

#[tokio::test]
async fn a_time_out_before_the_effect_is_sent_again() {
    let world = World::new().await;
    let site = world.site();
    site.next("publish", Behaviour::Hangs(std::time::Duration::from_secs(2)));
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;

    let reports = world.reports_until("published").await;
    assert_eq!(
        reports,
        [
            "#1 started (try 1)",
            "#2 unconfirmed after timeout (try 1)",
            "#3 retrying after timeout (try 1)",
            "#4 published 77 (try 2)"
        ]
    );
    assert_eq!((site.posts_of(1), site.count("POST publish")), (1, 2));
    assert_eq!(
        world.picture().await,
        "c1 done: publish timeout, receipt unknown, receipt unknown, publish done"
    );
}

#[tokio::test]
async fn a_web_page_in_place_of_an_answer_is_no_answer() {
    let world = World::new().await;
    let site = world.site();
    site.next("publish", Behaviour::HtmlPage);
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;
    let reports = world.reports_until("published").await;
    assert_eq!(reports[1], "#2 unconfirmed after html_instead_of_json (try 1)");
    assert_eq!(site.posts_of(1), 1);
}

#[tokio::test]
async fn what_other_plugins_print_does_not_matter() {
    let world = World::new().await;
    let site = world.site();
    site.next("publish", Behaviour::Noise);
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;
    assert_eq!(world.reports_until("published").await, ["#1 started (try 1)", "#2 published 77 (try 1)"]);
}

#[tokio::test]
async fn a_post_that_is_there_is_adopted() {
    let world = World::new().await;
    let site = world.site();
    let post = site.has_post(1);
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;
    let reports = world.reports_until("adopted").await;
    assert_eq!(reports[1], format!("#2 adopted {post} (try 1)"));
    assert_eq!(site.posts_of(1), 1);
}

#[tokio::test]
async fn a_post_a_person_deleted_stays_deleted() {
    let world = World::new().await;
    let site = world.site();
    site.post_was_deleted(1);
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;
    assert_eq!(world.reports_until("failed").await[1], "#2 failed by gone (try 1)");
    assert_eq!(site.posts_of(1), 0);
}

#[tokio::test]
async fn a_wrong_signature_fails_at_once_with_advice() {
    let world = World::new().await;
    let site =
        FakeSite::start(Trust::Signature(secrets::SigningKey::generate().verifying_key(), SITE..=SITE));
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    world.order(SITE, 1).await;
    world.report().await;
    let PublishReport::Failed(failed) = world.report().await else { panic!("not failed") };
    let failure = failed.failure.unwrap();
    assert_eq!((failure.cause.as_str(), failure.http_status), ("wrong_key", Some(401)));
    assert!(failure.next_step.contains("Generate a new API key"), "{}", failure.next_step);
    assert!(failure.evidence.contains("signature_invalid"), "{}", failure.evidence);
    assert_eq!(site.count("POST publish"), 1);
}

#[tokio::test]
async fn commands_nobody_can_read_are_put_aside() {
    let world = World::new().await;
    let site = world.site();
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    let mut broken = order(SITE, 1);
    broken.article = Some(Article { status: "live".to_owned(), ..Article::default() });
    world.say_all(vec![broken, order(SITE, 2)]).await;
    world.jobs_are(1, "done").await;
    assert_eq!(world.number("SELECT count(*) AS n FROM dead_letters WHERE consumer = 'orders'").await, 1);
    assert_eq!(site.posts_of(2), 1);
}

#[tokio::test]
async fn what_is_said_of_one_job_is_one_trace() {
    let world = World::new().await;
    let site = world.site();
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    world.say_all((1..=5).map(|content| order(SITE, content)).collect()).await;
    world.jobs_are(5, "done").await;
    let mut traces: std::collections::HashMap<i64, Vec<String>> = std::collections::HashMap::new();
    for _ in 0..10 {
        let queue = contracts::topology::queues::INTEGRATION_PUBLISH_RESULTS.name;
        let message = world.broker.receive_raw(queue, std::time::Duration::from_secs(10)).await.unwrap();
        let report =
            <PublishReport as contracts::FromWire>::from_wire(&message.type_name, &message.body).unwrap();
        let trace = message.header("traceparent").expect("it belongs to a trace")[3..35].to_owned();
        traces.entry(report.progress().unwrap().content_id).or_default().push(trace);
    }
    assert_eq!(traces.len(), 5);
    assert!(traces.values().all(|trace| trace.len() == 2 && trace[0] == trace[1]), "{traces:?}");
}
