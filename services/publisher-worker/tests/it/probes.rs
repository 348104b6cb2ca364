use contracts::publishing::{ProbeSite, SiteProbed};
use contracts::topology::queues;
use testkit::Behaviour;
use uuid::Uuid;

use crate::world::{ACCOUNT, SITE, World};

impl World {
    async fn probe(&self, site_id: i64) -> SiteProbed {
        let probe = ProbeSite {
            probe_id: Uuid::now_v7().to_string(),
            account_id: ACCOUNT,
            site_id,
            integration_id: 70,
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
    assert_eq!(
        short(&well),
        [("reachable", true), ("rest_api", true), ("plugin", true), ("signature", true), ("clock", true)]
    );

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
