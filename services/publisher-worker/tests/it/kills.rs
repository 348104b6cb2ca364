//! Something dies while all commands are at the same step: each is carried out once, and the posts say the latest.

use std::collections::HashMap;
use std::time::Duration;

use contracts::PublishReport;
use contracts::publishing::{Article, PublishContent};
use rstest::rstest;
use testkit::{Behaviour, FakeSite, eventually};

use crate::commands::{cancel, moved, update};
use crate::world::{SITE, World, describe, order};

/// For the site, at each step.
const PAUSE: Duration = Duration::from_secs(1);
const SETTINGS: &[(&str, &str)] = &[
    ("EGRESS__TIMEOUT", "2s"),
    ("IMAGES__BUDGET", "1s"),
    ("JOBS__LEASE_SECONDS", "4"),
    ("JOBS__PER_SITE", "8"),
];

#[derive(Clone, Copy)]
enum Victim {
    Worker,
    Broker,
    Database,
}

#[rstest]
#[tokio::test]
async fn all_commands_are_carried_out_once(
    #[values(Victim::Worker, Victim::Broker, Victim::Database)] victim: Victim,
    #[values(Behaviour::Hangs(PAUSE), Behaviour::Slow(PAUSE), Behaviour::SlowToAnswer(PAUSE))]
    step: Behaviour,
) {
    let world = World::new().await;
    let site = world.site();
    let (database, broker) = world.wires();
    let worker = world.worker_by(&database, &broker, SETTINGS);
    world.connect(SITE, &site.rest_url()).await;
    let posts = published(&world, 2..=6).await;
    world.say(moved(4, &posts[&4].0, "unpublish")).await;
    world.reports_until("moved").await;

    for route in ["publish", "posts"] {
        site.always(route, step.clone());
    }
    let before = writes(&site);
    // The seventh waits for a site that nobody has connected, and is called off in the middle.
    let waiting = order(SITE + 1, 7);
    let waiting_operation = waiting.operation_id.parse().unwrap();
    world.say_all(vec![latest(order(SITE, 1)), waiting]).await;
    let (post, seen) = &posts[&2];
    world.say(update(2, post, seen, "<p>Latest.</p>")).await;
    for (content, r#move) in [(3, "unpublish"), (4, "restore"), (5, "trash"), (6, "delete")] {
        world.say(moved(content, &posts[&content].0, r#move)).await;
    }
    eventually("the site works on all of them", async || (writes(&site) == before + 6).then_some(())).await;
    let answers_from_now_on = || ["publish", "posts"].map(|route| site.always(route, Behaviour::Answers));
    let _successor = match victim {
        Victim::Worker => {
            worker.kill();
            world.say(cancel(waiting_operation, 7)).await;
            answers_from_now_on();
            world.worker_by(&database, &broker, SETTINGS)
        }
        Victim::Broker => {
            broker.cut();
            world.say(cancel(waiting_operation, 7)).await;
            answers_from_now_on();
            world.jobs_are(6 + 6, "done").await;
            broker.mend();
            worker
        }
        Victim::Database => {
            database.cut();
            world.say(cancel(waiting_operation, 7)).await;
            answers_from_now_on();
            // Away until every call has had its answer.
            eventually("the site has answered", async || (site.at_once() == 0).then_some(())).await;
            database.mend();
            worker
        }
    };

    let mut ends = Vec::new();
    while ends.len() < 7 {
        let report = world.report().await;
        let end =
            format!("c{} {}", report.progress().unwrap().content_id, without_number(&describe(&report)));
        assert!(!end.contains("failed") && !end.contains("conflict"), "{end}");
        let is_end = ["published", "updated", "moved", "cancelled"].iter().any(|it| end.contains(it));
        // What a dying relay said twice is one end.
        if is_end && !ends.contains(&end) {
            ends.push(end);
        }
    }
    world.jobs_are(6 + 6, "done").await;
    world.jobs_are(1, "cancelled").await;
    let statuses = (1..=7).map(|content| (site.posts_of(content), site.status_of(content)));
    let expected = ["publish", "publish", "draft", "publish", "trash"].map(|it| (1, Some(it.to_owned())));
    assert!(statuses.eq(expected.into_iter().chain([(0, None), (0, None)])), "{ends:?}");
    assert_eq!([site.text_of(1), site.text_of(2)], ["<p>Latest.</p>"; 2]);
}

/// Publishes these contents; the post of each, and its revision.
async fn published(world: &World, contents: std::ops::RangeInclusive<i64>) -> HashMap<i64, (String, String)> {
    let count = contents.clone().count();
    world.say_all(contents.map(|content| order(SITE, content)).collect()).await;
    let mut posts = HashMap::new();
    while posts.len() < count {
        if let PublishReport::Published(report) = world.report().await {
            let content = report.progress.unwrap().content_id;
            posts.insert(content, (report.external_id, report.remote_revision));
        }
    }
    posts
}

fn latest(order: PublishContent) -> PublishContent {
    let article = order.article.map(|it| Article { content_html: "<p>Latest.</p>".to_owned(), ..it });
    PublishContent { article, ..order }
}

/// Requests that change something.
fn writes(site: &FakeSite) -> usize {
    ["POST publish", "PUT posts", "DELETE posts"].iter().map(|request| site.count(request)).sum()
}

/// `#2 moved 77 to draft (try 1)` without its number and its try.
fn without_number(line: &str) -> String {
    let what = line.split_once(' ').map_or(line, |(_, what)| what);
    what.split(" (").next().unwrap_or(what).to_owned()
}
