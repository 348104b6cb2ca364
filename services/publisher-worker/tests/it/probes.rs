use contracts::publishing::{ProbeSite, SiteProbed};
use contracts::topology::queues;
use testkit::Behaviour;
use uuid::Uuid;

use crate::world::{ACCOUNT, SITE, World};

impl World {
    async fn probe(&self, site_id: i64) -> SiteProbed {
        self.probe_for(site_id, "").await
    }

    async fn probe_for(&self, site_id: i64, post_type: &str) -> SiteProbed {
        let probe = ProbeSite {
            probe_id: Uuid::now_v7().to_string(),
            account_id: ACCOUNT,
            site_id,
            integration_id: 70,
            post_type: post_type.to_owned(),
            ..ProbeSite::default()
        };
        self.say(probe.clone()).await;
        let probed: SiteProbed = self.broker.receive(queues::INTEGRATION_SITE_PROBED.name).await;
        assert_eq!((&probed.probe_id, probed.site_id), (&probe.probe_id, site_id));
        probed
    }
}

fn short(probed: &SiteProbed) -> Vec<(&str, bool)> {
    probed.checks.iter().map(|check| (check.name.as_str(), check.ok)).collect()
}

#[tokio::test]
async fn a_probe_says_how_far_it_comes() {
    let world = World::new().await;
    let site = world.site();
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    // The two messages come by different queues.
    testkit::eventually("the site is known", async || {
        (world.number("SELECT count(*) AS n FROM sites").await == 1).then_some(())
    })
    .await;

    let well = world.probe(SITE).await;
    assert!(well.ok);
    assert_eq!((well.plugin_version.as_str(), well.wordpress_version.as_str()), ("2.0.0", "6.5.5"));
    let names: Vec<&str> = short(&well).into_iter().filter(|(_, ok)| *ok).map(|(name, _)| name).collect();
    let expected = [
        "reachable",
        "rest_api",
        "plugin",
        "signature",
        "clock",
        "php_version",
        "disk",
        "cron",
        "permalinks",
        "https",
        "wp_version",
        "headers",
        "large_body",
        "methods",
    ];
    assert_eq!(names, expected, "{:?}", well.checks);

    site.next("status", Behaviour::NoPlugin);
    let no_plugin = world.probe(SITE).await;
    assert_eq!(short(&no_plugin), [("reachable", true), ("rest_api", true), ("plugin", false)]);
    assert!(no_plugin.checks[2].fix.contains("Install and activate"), "{:?}", no_plugin.checks[2]);

    site.next("status", Behaviour::Refuses(401, "timestamp_out_of_window"));
    assert_eq!(short(&world.probe(SITE).await).last(), Some(&("signature", false)));

    site.next("status", Behaviour::HtmlPage);
    assert_eq!(short(&world.probe(SITE).await), [("reachable", true), ("rest_api", false)]);

    let unknown = world.probe(SITE + 1).await;
    assert_eq!((unknown.ok, short(&unknown)), (false, vec![("connected", false)]));
}

#[tokio::test]
async fn an_older_plugin_and_a_firewall_are_told_from_each_other() {
    let world = World::new().await;
    let site = world.site();
    let _worker = world.worker();
    world.connect(SITE, &site.plain_rest_url()).await;
    testkit::eventually("the site is known", async || {
        (world.number("SELECT count(*) AS n FROM sites").await == 1).then_some(())
    })
    .await;
    let check = |probed: &SiteProbed, name: &str| probed.checks.iter().find(|it| it.name == name).cloned();

    site.next("doctor", Behaviour::NoPlugin);
    let older = world.probe(SITE).await;
    assert!(older.ok, "nothing is wrong with it: {:?}", older.checks);
    assert!(check(&older, "doctor").unwrap().fix.contains("Update the IGNY8 plugin"));
    assert_eq!(check(&older, "methods"), None, "not asked");
    assert!(check(&older, "permalinks").unwrap().detail.starts_with("Plain"));

    // The long text is kept out, the short one is let through; PUT is not, but its substitute is.
    for behaviour in [
        Behaviour::Answers,
        Behaviour::Status(403, "<html><title>Request blocked</title></html>"),
        Behaviour::Answers,
        Behaviour::Status(405, "<html>Method Not Allowed</html>"),
        Behaviour::Answers,
    ] {
        site.next("doctor", behaviour);
    }
    let guarded = world.probe(SITE).await;
    assert!(!guarded.ok);
    let large = check(&guarded, "large_body").unwrap();
    assert!(!large.ok && large.evidence.contains("Request blocked") && !large.fix.is_empty(), "{large:?}");
    assert!(check(&guarded, "html_body").unwrap().ok);
    assert!(check(&guarded, "headers").unwrap().ok);
    let methods = check(&guarded, "methods").unwrap();
    assert!(!methods.ok && methods.detail.contains("PUT does not arrive"), "{methods:?}");
    assert!(methods.detail.contains("Override passes"), "{methods:?}");

    // What is silent costs its time-out, and the others are looked at all the same.
    site.next("doctor", Behaviour::Hangs(std::time::Duration::from_secs(20)));
    let silent = world.probe(SITE).await;
    assert!(!check(&silent, "doctor").unwrap().ok);
    assert!(check(&silent, "large_body").unwrap().ok);
}

#[tokio::test]
async fn a_post_type_is_looked_at_alone() {
    let world = World::new().await;
    let site = world.site();
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    testkit::eventually("the site is known", async || {
        (world.number("SELECT count(*) AS n FROM sites").await == 1).then_some(())
    })
    .await;
    let tail = |probed: &SiteProbed| {
        probed.checks[5..].iter().map(|it| (it.name.clone(), it.ok)).collect::<Vec<_>>()
    };
    let of = |checks: &[(&str, bool)]| {
        checks.iter().map(|(name, ok)| ((*name).to_owned(), *ok)).collect::<Vec<_>>()
    };
    let well = world.probe_for(SITE, "post").await;
    assert!(well.ok, "{:?}", well.checks);
    assert_eq!(tail(&well), of(&[("post_type", true), ("readable", true), ("writable", true)]));
    assert!(well.checks[5].evidence.contains("title, editor"));
    let locked = world.probe_for(SITE, "locked").await;
    assert_eq!(tail(&locked), of(&[("post_type", true), ("readable", true), ("writable", false)]));
    assert_eq!(locked.checks[7].fix, "Choose another author.");
    let unknown = world.probe_for(SITE, "recipe").await;
    assert_eq!((unknown.ok, tail(&unknown)), (false, of(&[("post_type", false)])));
    assert!(unknown.checks[5].detail.contains("recipe") && !unknown.checks[5].fix.is_empty());
    site.next("collections", Behaviour::NoPlugin);
    assert!(world.probe_for(SITE, "post").await.checks[5].fix.contains("Update the IGNY8 plugin"));
    assert_eq!(site.count("GET doctor"), 0);
}

#[tokio::test]
async fn a_probe_of_a_site_that_is_away() {
    let world = World::new().await;
    let _worker = world.worker();
    world.connect(SITE, "http://127.0.0.1:1/wp-json/").await;
    testkit::eventually("the site is known", async || {
        (world.number("SELECT count(*) AS n FROM sites").await == 1).then_some(())
    })
    .await;
    let probed = world.probe(SITE).await;
    assert_eq!(short(&probed), [("reachable", false)]);
    assert!(probed.checks[0].detail.contains("could not be reached"), "{:?}", probed.checks[0]);
}
