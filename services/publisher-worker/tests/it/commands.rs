//! What follows the first publishing: updates, moves, conflicts, cancelling, mending.

use std::time::Duration;

use contracts::PublishReport;
use contracts::publishing::{Article, CancelOperation, Image, MovePost, UpdateContent};
use testkit::{Behaviour, FakeSite, eventually, photo};
use uuid::Uuid;

use crate::world::{ACCOUNT, SITE, World, order};

pub fn update(content_id: i64, post: &str, seen: &str, html: &str) -> UpdateContent {
    let order = order(SITE, content_id);
    UpdateContent {
        operation_id: order.operation_id,
        account_id: ACCOUNT,
        site_id: SITE,
        integration_id: order.integration_id,
        content_id,
        article: order.article.map(|article| Article { content_html: html.to_owned(), ..article }),
        external_id: post.to_owned(),
        expected_revision: seen.to_owned(),
        ..UpdateContent::default()
    }
}

pub fn moved(content_id: i64, post: &str, r#move: &str) -> MovePost {
    MovePost {
        operation_id: Uuid::now_v7().to_string(),
        account_id: ACCOUNT,
        site_id: SITE,
        integration_id: 70,
        content_id,
        external_id: post.to_owned(),
        r#move: r#move.to_owned(),
        ordered_at_ms: 0,
        adopt: false,
    }
}

pub fn cancel(operation: Uuid, content_id: i64) -> CancelOperation {
    CancelOperation {
        operation_id: operation.to_string(),
        account_id: ACCOUNT,
        site_id: SITE,
        content_id,
        ordered_at_ms: 0,
    }
}

/// Publishes content 1; says which post it is and what its revision is.
async fn published(world: &World) -> (String, String) {
    world.order(SITE, 1).await;
    loop {
        if let PublishReport::Published(report) = world.report().await {
            return (report.external_id, report.remote_revision);
        }
    }
}

async fn connected(world: &World) -> FakeSite {
    let site = world.site();
    world.connect(SITE, &site.rest_url()).await;
    site
}

#[tokio::test]
async fn a_post_is_updated_moved_and_deleted() {
    let world = World::new().await;
    let site = connected(&world).await;
    let _worker = world.worker();
    let (post, seen) = published(&world).await;

    world.say(update(1, &post, &seen, "<p>Better bread.</p>")).await;
    assert_eq!(world.reports_until("updated").await, ["#1 started (try 1)", "#2 updated 77 (try 1)"]);
    assert_eq!(site.text_of(1), "<p>Better bread.</p>");
    for (r#move, status) in [("unpublish", "draft"), ("restore", "publish"), ("trash", "trash")] {
        world.say(moved(1, &post, r#move)).await;
        let last = world.reports_until("moved").await.pop().unwrap();
        assert_eq!(last, format!("#2 moved 77 to {status} (try 1)"));
        assert_eq!(site.status_of(1).as_deref(), Some(status));
    }
    world.say(moved(1, &post, "delete")).await;
    world.reports_until("moved 77 to deleted").await;
    assert_eq!((site.status_of(1), site.posts()), (None, 0));
}

#[tokio::test]
async fn an_edit_on_the_site_is_not_overwritten() {
    let world = World::new().await;
    let site = connected(&world).await;
    let _worker = world.worker();
    let (post, seen) = published(&world).await;
    site.person_writes(1, "<p>By hand.</p>");

    world.say(update(1, &post, &seen, "<p>From here.</p>")).await;
    let conflict = loop {
        if let PublishReport::Conflicted(conflict) = world.report().await {
            break conflict;
        }
    };
    let (base, theirs) = (conflict.base.unwrap(), conflict.theirs.unwrap());
    assert_eq!(
        (base.content_html.as_str(), theirs.content_html.as_str()),
        ("<p>Good bread.</p>", "<p>By hand.</p>")
    );
    assert_eq!(site.text_of(1), "<p>By hand.</p>");
    world.say(update(1, &post, &theirs.revision, "<p>Both.</p>")).await;
    world.reports_until("updated").await;
    assert_eq!(site.text_of(1), "<p>Both.</p>");
}

#[tokio::test]
async fn whatever_dies_in_an_update_the_post_says_the_latest() {
    for behaviour in [Behaviour::DiesAfter, Behaviour::DiesBefore, Behaviour::HtmlPage, Behaviour::Noise] {
        let world = World::new().await;
        let site = connected(&world).await;
        let _worker = world.worker();
        let (post, seen) = published(&world).await;
        site.next("posts", behaviour.clone());
        world.say(update(1, &post, &seen, "<p>Latest.</p>")).await;
        world.reports_until("updated").await;
        assert_eq!((site.posts_of(1), site.text_of(1).as_str()), (1, "<p>Latest.</p>"), "{behaviour:?}");

        site.next("posts", behaviour.clone());
        world.say(moved(1, &post, "trash")).await;
        world.reports_until("moved").await;
        assert_eq!(site.status_of(1).as_deref(), Some("trash"), "{behaviour:?}");
    }
}

#[tokio::test]
async fn a_worker_killed_in_an_update_has_a_successor() {
    let world = World::new().await;
    let site = connected(&world).await;
    let worker = world.worker_with(&[("JOBS__LEASE_SECONDS", "2"), ("EGRESS__TIMEOUT", "9s")]);
    let (post, seen) = published(&world).await;
    site.next("posts", Behaviour::SlowToAnswer(Duration::from_secs(5)));
    world.say(update(1, &post, &seen, "<p>Latest.</p>")).await;
    eventually("the site has it", async || (site.text_of(1) == "<p>Latest.</p>").then_some(())).await;
    worker.kill();

    let _second = world.worker();
    world.reports_until("updated").await;
    assert_eq!((site.count("PUT posts"), site.posts_of(1)), (1, 1), "the receipt told");
}

#[tokio::test]
async fn what_has_not_begun_can_be_cancelled() {
    let world = World::new().await;
    let site = connected(&world).await;
    site.always("publish", Behaviour::Status(429, ""));
    let _worker = world.worker_with(&[("RETRY__FIRST_DELAY", "60s")]);
    let operation = world.order(SITE, 1).await;
    world.reports_until("retrying").await;
    world.say(cancel(operation, 1)).await;
    assert_eq!(world.reports_until("cancelled").await, ["#3 cancelled (try 1)"]);
    world.jobs_are(1, "cancelled").await;
    assert_eq!(site.posts(), 0);

    // What is over, unknown or may have reached the site stays as it is.
    site.always("publish", Behaviour::Answers);
    let live = world.order(SITE, 2).await;
    world.reports_until("published").await;
    site.next("publish", Behaviour::DiesAfter);
    site.always("operations", Behaviour::Status(503, ""));
    let doubtful = world.order(SITE, 3).await;
    world.reports_until("unconfirmed").await;
    for (operation, content) in [(live, 2), (doubtful, 3), (Uuid::now_v7(), 4)] {
        world.say(cancel(operation, content)).await;
    }
    site.always("operations", Behaviour::Answers);
    world.reports_until("published").await;
    assert_eq!(world.number("SELECT count(*) AS n FROM jobs WHERE state = 'cancelled'").await, 1);
}

#[tokio::test]
async fn a_failed_image_is_tried_again_alone() {
    let world = World::new().await;
    let site = connected(&world).await;
    let _worker = world.worker_with(&[("MENDING__FIRST_DELAY", "200ms"), ("MENDING__FACTOR", "1")]);
    let mut order = order(SITE, 1);
    let image = Image { url: site.url("/late.gif"), ..Image::default() };
    order.article.as_mut().unwrap().featured_image = Some(image);
    let operation = order.operation_id.clone();
    world.say(order).await;
    world.reports_until("published").await;
    assert_eq!(world.reports_until("mended").await, ["#2 mended 77, 1 left (try 1)"]);

    site.host("/late.gif", photo::gif(1, 1));
    let mended = loop {
        if let PublishReport::Mended(report) = world.report().await
            && report.r#final
        {
            break report;
        }
    };
    assert_eq!((mended.warnings.len(), mended.mended_operation_id), (0, operation));
    assert_eq!((site.images(), site.count("POST publish"), site.posts()), (1, 1, 1));
}

#[tokio::test]
async fn mending_gives_up_and_a_newer_command_makes_it_moot() {
    let world = World::new().await;
    let site = connected(&world).await;
    let quick = [("MENDING__MAX_ATTEMPTS", "2"), ("MENDING__FIRST_DELAY", "100ms"), ("MENDING__FACTOR", "1")];
    let worker = world.worker_with(&quick);
    for _ in 0..3 {
        site.warns_next("seo_field_changed", "title", "seo");
    }
    let (post, seen) = published(&world).await;
    let last = world.reports_until("for good").await.pop().unwrap();
    assert_eq!(last, "#2 mended 77, 1 left for good (try 2)");
    drop(worker);

    let _patient = world.worker_with(&[("MENDING__FIRST_DELAY", "60s")]);
    site.warns_next("seo_field_changed", "title", "seo");
    world.say(update(1, &post, &seen, "<p>Second.</p>")).await;
    let updated = loop {
        if let PublishReport::Updated(report) = world.report().await {
            break report;
        }
    };
    assert_eq!(updated.warnings[0].part, "seo");
    world.say(update(1, &post, &updated.remote_revision, "<p>Third.</p>")).await;
    world.reports_until("updated").await;
    world.jobs_are(1, "cancelled").await;
}
