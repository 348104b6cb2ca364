use domain::ApiKey;
use futures::future::join_all;
use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::service::Service;

/// 1.0.0 and 1.1.0 are released, and there are sites 0 to 9.
struct Fleet {
    service: Service,
    keys: Vec<ApiKey>,
}

impl Fleet {
    async fn start() -> Self {
        let service = Service::start_with(&[("IGNY8__HALT__SHARE_PERCENT", "30")]).await;
        service.release("1.0.0", "// one").await.unwrap();
        service.release("1.1.0", "// two").await.unwrap();
        let keys: Vec<_> = (0..10).map(|_| ApiKey::generate()).collect();
        for (site, key) in (0..).zip(&keys) {
            service.knows(site, key).await;
        }
        Self { service, keys }
    }

    async fn report(&self, path: &str, site: usize, body: &Value) {
        let (status, answer) = self.service.post(path, Some(self.keys[site].expose()), body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }

    async fn runs(&self, site: usize, version: &str) {
        self.report("/register/", site, &json!({"plugin_version": version})).await;
    }

    async fn undid(&self, site: usize, version: &str) {
        self.report("/health-check/", site, &undone(version)).await;
    }

    async fn is_paused(&self, version: &str) -> bool {
        let paused =
            format!("plugin_versions WHERE version = '{version}' AND paused AND halted_at IS NOT NULL");
        self.service.count(&paused).await == 1
    }
}

fn undone(version: &str) -> Value {
    json!({"plugin_version": "1.0.0", "status": "error", "metadata": {"failed_version": version, "error": "fatal"}})
}

#[tokio::test]
async fn a_version_that_too_many_undo_is_offered_to_nobody_else() {
    let fleet = Fleet::start().await;
    for site in 0..4 {
        fleet.runs(site, "1.1.0").await;
    }
    for site in 4..6 {
        fleet.undid(site, "1.1.0").await;
        fleet.undid(site, "1.1.0").await;
    }
    assert!(!fleet.is_paused("1.1.0").await, "two are too few, however often they say so");
    fleet.report("/register/", 6, &undone("1.1.0")).await;
    assert!(fleet.is_paused("1.1.0").await, "the third says so as it registers");
    let reason = "paused_reason FROM plugin_versions WHERE paused";
    assert_eq!(fleet.service.texts(reason).await, ["3 of 7 sites that took it undid it"]);
    fleet.service.app.state.offers.reload().await.unwrap();
    let body = json!({"current_version": "1.0.0"});
    let (_, answer) = fleet.service.post("/check-update/", None, &body).await;
    assert_eq!(
        (&answer["data"]["update_available"], &answer["data"]["reason"]),
        (&json!(false), &json!("paused"))
    );
    let metrics = fleet.service.client.get(fleet.service.base.replace("/api/plugins/example", "/metrics"));
    let metrics = metrics.send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("plugin_versions_halted_total{slug=\"example\"}"), "{metrics}");
}

#[tokio::test]
async fn a_small_share_halts_nothing() {
    let fleet = Fleet::start().await;
    for site in 0..7 {
        fleet.runs(site, "1.1.0").await;
    }
    fleet.service.execute("UPDATE plugin_installations SET metadata = '{}'").await;
    fleet
        .service
        .execute(
            "INSERT INTO plugin_installations (account_id, site_id, plugin_id, version, status) \
             SELECT 1, 100 + n, plugin_id, '1.1.0', 'active' FROM plugin_installations, generate_series(0, 0) AS n WHERE site_id = 0",
        )
        .await;
    for site in 7..10 {
        fleet.undid(site, "1.1.0").await;
    }
    assert!(!fleet.is_paused("1.1.0").await, "3 of 11 are less than 30 per cent");
    fleet.undid(6, "1.1.0").await;
    assert!(fleet.is_paused("1.1.0").await, "4 of 11 are more");
}

#[tokio::test]
async fn those_that_report_at_the_same_time_are_all_seen() {
    for _ in 0..5 {
        let fleet = Fleet::start().await;
        join_all((0..3).map(|site| fleet.undid(site, "1.1.0"))).await;
        assert!(fleet.is_paused("1.1.0").await, "the third of three halts it, whichever it is");
        assert!(!fleet.is_paused("1.0.0").await);
    }
}

#[tokio::test]
async fn who_resumes_it_begins_to_count_anew() {
    let fleet = Fleet::start().await;
    for site in 0..3 {
        fleet.undid(site, "1.1.0").await;
    }
    assert!(fleet.is_paused("1.1.0").await);
    fleet.service.hand.advance(SignedDuration::from_mins(5));
    fleet.service.act("resume --version 1.1.0").await.unwrap();
    fleet.service.hand.advance(SignedDuration::from_mins(5));
    for site in 0..3 {
        fleet.runs(site, "1.0.0").await;
    }
    for site in 3..5 {
        fleet.undid(site, "1.1.0").await;
        assert!(!fleet.is_paused("1.1.0").await, "the first three count no longer");
    }
    fleet.undid(5, "1.1.0").await;
    assert!(fleet.is_paused("1.1.0").await);
}

#[tokio::test]
async fn a_site_that_runs_it_by_now_did_not_fail() {
    let fleet = Fleet::start().await;
    for site in 0..2 {
        fleet.undid(site, "1.1.0").await;
    }
    fleet.runs(0, "1.1.0").await;
    fleet.undid(2, "1.1.0").await;
    assert!(!fleet.is_paused("1.1.0").await, "two have undone it, and one runs it");
    fleet.undid(3, "1.1.0").await;
    assert!(fleet.is_paused("1.1.0").await);
}

#[tokio::test]
async fn what_is_not_offered_is_not_halted() {
    let fleet = Fleet::start().await;
    fleet.service.act("withdraw --version 1.1.0").await.unwrap();
    for site in 0..5 {
        fleet.undid(site, "1.1.0").await;
        fleet.undid(site, "no version of ours").await;
    }
    assert_eq!(fleet.service.count("plugin_versions WHERE paused").await, 0);
}
