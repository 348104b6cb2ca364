//! Sites without the plugin: a post comes to be in steps, and the worker may die at each.

use std::time::Duration;

use contracts::publishing::{Article, Image, MovePost, ProbeSite, PublishContent, SiteProbed, UpdateContent};
use contracts::topology::queues;
use testkit::{Behaviour, FakeSite, Trust, eventually};
use uuid::Uuid;

use crate::world::{ACCOUNT, SITE, World, order};

const PASSWORD: &str = "abcd efgh ijkl mnop";
const LONG: &[(&str, &str)] =
    &[("EGRESS__TIMEOUT", "1500ms"), ("IMAGES__BUDGET", "900ms"), ("JOBS__LEASE_SECONDS", "4")];

fn site() -> FakeSite {
    FakeSite::start(Trust::Password("ed".to_owned(), PASSWORD.to_owned()))
}

async fn connect(world: &World, site: &FakeSite) {
    world.say(world.by_password(SITE, &site.rest_url(), PASSWORD)).await;
}

/// The only post of content 1, whole and with its own slug.
fn the_post(site: &FakeSite) -> testkit::CorePost {
    let posts = site.posts_titled("Article 1");
    assert_eq!(posts.len(), 1, "{posts:?}");
    let post = posts[0].clone();
    assert_eq!((post.status.as_str(), post.slug.as_str()), ("publish", "article-1"), "{post:?}");
    assert_eq!(post.content, "<p>Good bread.</p>");
    post
}

#[tokio::test]
async fn a_post_comes_to_be_as_a_draft_first() {
    let world = World::new().await;
    let site = site();
    let _worker = world.worker();
    connect(&world, &site).await;
    world.order(SITE, 1).await;
    let reports = world.reports_until("published").await;
    assert_eq!(reports, ["#1 started (try 1)", "#2 published 77 (try 1)"]);
    the_post(&site);
    assert_eq!(site.requests(), ["find", "draft", "write", "write", "find"]);
    assert_eq!(world.picture().await, "c1 done: reserve done, publish done");
}

/// At each step: what the site does with the request in which the first worker is killed.
#[rstest::rstest]
#[case::before_the_draft("find", 0, Behaviour::Hangs(Duration::from_secs(1)))]
#[case::the_draft_never_came("draft", 0, Behaviour::Hangs(Duration::from_secs(1)))]
#[case::the_draft_is_there("draft", 0, Behaviour::SlowToAnswer(Duration::from_secs(1)))]
#[case::before_it_is_filled("write", 0, Behaviour::Hangs(Duration::from_secs(1)))]
#[case::it_is_filled("write", 0, Behaviour::SlowToAnswer(Duration::from_secs(1)))]
#[case::before_it_is_released("write", 1, Behaviour::Hangs(Duration::from_secs(1)))]
#[case::it_is_released("write", 1, Behaviour::SlowToAnswer(Duration::from_secs(1)))]
#[case::before_the_last_look("find", 1, Behaviour::Hangs(Duration::from_secs(1)))]
#[tokio::test]
async fn killed_at_any_step_it_is_one_post(
    #[case] route: &'static str,
    #[case] before: usize,
    #[case] behaviour: Behaviour,
) {
    let world = World::new().await;
    let site = site();
    for _ in 0..before {
        site.next(route, Behaviour::Answers);
    }
    site.next(route, behaviour);
    let first = world.worker_with(LONG);
    connect(&world, &site).await;
    world.order(SITE, 1).await;
    eventually("it was asked", async || (site.count(route) == before + 1).then_some(())).await;
    first.kill();
    world.jobs_are(1, "running").await;

    let _second = world.worker();
    world.jobs_are(1, "done").await;
    the_post(&site);
}

/// The answer is lost, and the worker lives.
#[rstest::rstest]
#[case("draft", 0, Behaviour::DiesAfter)]
#[case("draft", 0, Behaviour::DiesBefore)]
#[case("draft", 0, Behaviour::SlowToAnswer(Duration::from_millis(1500)))]
#[case("write", 0, Behaviour::DiesAfter)]
#[case("write", 1, Behaviour::DiesAfter)]
#[case("write", 1, Behaviour::HtmlPage)]
#[case("write", 1, Behaviour::Status(504, ""))]
#[tokio::test]
async fn a_lost_answer_makes_no_second_post(
    #[case] route: &'static str,
    #[case] before: usize,
    #[case] behaviour: Behaviour,
) {
    let world = World::new().await;
    let site = site();
    for _ in 0..before {
        site.next(route, Behaviour::Answers);
    }
    site.next(route, behaviour);
    let _worker = world.worker();
    connect(&world, &site).await;
    world.order(SITE, 1).await;
    world.jobs_are(1, "done").await;
    the_post(&site);
}

#[tokio::test]
async fn two_drafts_that_crossed_become_one_post() {
    let world = World::new().await;
    let site = site();
    // The first request is so slow that the second try finds nothing and makes a draft, too.
    site.next("draft", Behaviour::Slow(Duration::from_millis(1600)));
    site.next("write", Behaviour::SlowToAnswer(Duration::from_millis(700)));
    site.next("write", Behaviour::SlowToAnswer(Duration::from_millis(700)));
    let _worker = world.worker();
    connect(&world, &site).await;
    world.order(SITE, 1).await;
    world.jobs_are(1, "done").await;
    assert_eq!(site.count("draft"), 2);
    the_post(&site);
    assert_eq!(site.count("drop"), 1);
}

#[tokio::test]
async fn a_later_command_takes_over_what_was_made() {
    let world = World::new().await;
    let site = site();
    site.always("write", Behaviour::Refuses(403, "rest_cannot_edit"));
    let _worker = world.worker();
    connect(&world, &site).await;
    world.order(SITE, 1).await;
    let reports = world.reports_until("failed by").await;
    assert_eq!(reports.last().unwrap(), "#2 failed by missing_capability (try 1)");
    site.always("write", Behaviour::Answers);
    world.order(SITE, 1).await;
    world.reports_until("published").await;
    the_post(&site);
    assert_eq!(site.count("draft"), 1);
    // And once more, as if nobody had heard of it.
    world.order(SITE, 1).await;
    assert_eq!(world.reports_until("adopted").await.last().unwrap(), "#2 adopted 77 (try 1)");
}

#[tokio::test]
async fn what_belongs_to_a_post_and_what_core_does_not_take() {
    let world = World::new().await;
    let site = site();
    site.host("/a.gif", testkit::photo::gif(4, 3));
    site.forbid("edit_others_posts");
    let image = |url: String| Image { url, alt: "A + B".to_owned(), caption: String::new() };
    let url = site.url("/a.gif");
    let article = Article {
        title: "Article 1".to_owned(),
        content_html: format!("<p>x</p><img src=\"{url}\">"),
        status: "publish".to_owned(),
        slug: "bread".to_owned(),
        author: "ann".to_owned(),
        categories: vec!["Tips & Tricks > Bread".to_owned(), "Tips & Tricks".to_owned()],
        tags: vec!["rye".to_owned(), "Rye".to_owned()],
        featured_image: Some(image(url.clone())),
        template: "wide.php".to_owned(),
        meta_json: r#"{"cluster": "baking"}"#.to_owned(),
        seo: Some(contracts::publishing::Seo { title: "Bread".to_owned(), ..Default::default() }),
        ..Article::default()
    };
    let _worker = world.worker();
    connect(&world, &site).await;
    world.say(PublishContent { article: Some(article), ..order(SITE, 1) }).await;
    let report = loop {
        if let contracts::PublishReport::Published(it) = world.report().await {
            break it;
        }
    };
    let mut warnings: Vec<_> =
        report.warnings.iter().map(|it| format!("{} {}", it.code, it.subject)).collect();
    warnings.sort();
    assert_eq!(
        warnings,
        [
            "author_refused author",
            "field_refused cluster",
            "seo_not_written seo",
            "template_refused template"
        ]
    );
    let post = site.posts_titled("Article 1").pop().unwrap();
    assert_eq!(post.slug, "bread");
    assert!(post.content.contains("<img src=\"http://site.test/up/igny8-"), "{}", post.content);
    assert!(post.more["featured_media"].as_i64().unwrap() > 0);
    assert_eq!(
        (post.more["categories"].as_array().unwrap().len(), post.more["tags"].as_array().unwrap().len()),
        (2, 1)
    );
    assert_eq!(site.term_names("categories"), ["Tips &amp; Tricks", "Bread below Tips &amp; Tricks"]);
    assert_eq!((site.term_names("tags"), site.uploads().len()), (vec!["rye".to_owned()], 1));
}

#[tokio::test]
async fn an_update_and_a_move_are_carried_out_once_more_when_their_answer_is_lost() {
    let world = World::new().await;
    let site = site();
    let _worker = world.worker();
    connect(&world, &site).await;
    world.order(SITE, 1).await;
    world.reports_until("published").await;
    let post = the_post(&site);
    site.next("write", Behaviour::DiesAfter);
    let updated = UpdateContent {
        operation_id: Uuid::now_v7().to_string(),
        account_id: ACCOUNT,
        site_id: SITE,
        integration_id: 70,
        content_id: 1,
        external_id: post.id.to_string(),
        article: Some(Article {
            title: "Article 1".to_owned(),
            content_html: "<p>Better bread.</p>".to_owned(),
            status: "publish".to_owned(),
            ..Article::default()
        }),
        ..UpdateContent::default()
    };
    world.say(updated).await;
    world.reports_until("updated").await;
    assert_eq!(site.core_post("77").unwrap().content, "<p>Better bread.</p>");

    site.next("drop", Behaviour::DiesAfter);
    let trash = MovePost {
        operation_id: Uuid::now_v7().to_string(),
        account_id: ACCOUNT,
        site_id: SITE,
        integration_id: 70,
        content_id: 1,
        external_id: "77".to_owned(),
        r#move: "trash".to_owned(),
        ..MovePost::default()
    };
    world.say(trash).await;
    world.reports_until("moved 77 to trash").await;
    assert_eq!((site.core_post("77").unwrap().status.as_str(), site.count("drop")), ("trash", 1));
}

#[tokio::test]
async fn a_wrong_password_is_named_and_shown_nowhere() {
    let world = World::new().await;
    let site = site();
    let _worker = world.worker();
    world.say(world.by_password(SITE, &site.rest_url(), "wrong one")).await;
    world.order(SITE, 1).await;
    let reports = world.reports_until("failed by").await;
    assert_eq!(reports.last().unwrap(), "#2 failed by wrong_password (try 1)");
    let shown =
        "SELECT count(*) AS n FROM attempts WHERE evidence LIKE '%wrong one%' OR evidence LIKE '%Basic%'";
    assert_eq!(world.number(shown).await, 0);
}

#[tokio::test]
async fn a_probe_calls_the_site_as_it_says_itself() {
    let world = World::new().await;
    let site = site();
    let _worker = world.worker();
    let probe = async |password: &str, version: i64| -> SiteProbed {
        let mut known = world.by_password(SITE, &site.rest_url(), password);
        (known.version, known.state) = (version, contracts::site::SiteState::Pending.into());
        let message = ProbeSite {
            probe_id: Uuid::now_v7().to_string(),
            account_id: ACCOUNT,
            site_id: SITE,
            integration_id: 70,
            site: Some(known),
            post_type: String::new(),
        };
        world.say(message).await;
        world.broker.receive(queues::INTEGRATION_SITE_PROBED.name).await
    };
    let wrong = probe("wrong one", 1).await;
    let failed: Vec<_> = wrong.checks.iter().filter(|it| !it.ok).map(|it| it.name.as_str()).collect();
    assert_eq!((wrong.ok, failed), (false, vec!["password"]));
    let right = probe(PASSWORD, 2).await;
    assert!(right.ok, "{right:?}");
    site.forbid("publish_posts");
    let forbidden = probe(PASSWORD, 3).await;
    assert!(forbidden.checks.iter().any(|it| it.name == "may_publish" && !it.ok && !it.fix.is_empty()));
}
