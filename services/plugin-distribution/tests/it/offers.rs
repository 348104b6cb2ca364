use std::collections::BTreeMap;

use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::eventually;

use crate::service::Service;

async fn check(service: &Service, site: &str, channel: &str) -> Value {
    let body = json!({"current_version": "1.0.0", "wp_version": "6.5", "php_version": "8.2", "site_url": site, "channel": channel});
    let (status, answer) = service.post("/check-update/", None, &body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["data"].clone()
}

/// What each of a hundred sites is offered.
async fn offered(service: &Service) -> BTreeMap<String, bool> {
    let mut offered = BTreeMap::new();
    for site in 0..100 {
        let site = format!("https://site-{site}.example/blog/");
        let update = check(service, &site, "stable").await;
        assert_eq!(update["reason"], if update["update_available"] == true { "" } else { "rollout" });
        offered.insert(site, update["update_available"] == true);
    }
    offered
}

#[tokio::test]
async fn a_release_elsewhere_is_heard_of() {
    let service = Service::start_with(&[("IGNY8__OFFERS__POLL", "1h")]).await;
    service.release("1.0.0", "// one").await.unwrap();
    // The process that listens has to be at it.
    eventually("it listens", async || {
        (service.count("pg_stat_activity WHERE query = 'LISTEN plugin_offers'").await > 0).then_some(())
    })
    .await;
    service.release_elsewhere("1.1.0", "// two").await.unwrap();
    eventually("the release is heard of", async || {
        (service.get("/info/").await.1["data"]["version"] == "1.1.0").then_some(())
    })
    .await;
    assert_eq!(check(&service, "https://a.example", "stable").await["version"], "1.1.0");
}

#[tokio::test]
async fn a_release_that_nobody_spoke_of_is_found_all_the_same() {
    let service = Service::start_with(&[("IGNY8__OFFERS__POLL", "100ms")]).await;
    service.release("1.0.0", "// one").await.unwrap();
    service.execute("ALTER TABLE plugin_versions DISABLE TRIGGER USER").await;
    service.execute("UPDATE plugin_versions SET requires_php = '9.9'").await;
    eventually("the change is found", async || {
        (service.get("/info/").await.1["data"]["requires_php"] == "9.9").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_roll_out_goes_to_the_same_sites_first_also_after_a_restart() {
    let mut service = Service::start().await;
    service.release("1.0.0", "// one").await.unwrap();
    service.release("1.1.0", "// two").await.unwrap();
    let mut before = BTreeMap::new();
    for percent in [0, 20, 60, 100] {
        service
            .execute(&format!(
                "UPDATE plugin_versions SET rollout_percent = {percent} WHERE version = '1.1.0'"
            ))
            .await;
        service.app.state.offers.reload().await.unwrap();
        let now = offered(&service).await;
        let reached = now.values().filter(|it| **it).count();
        assert!(reached.abs_diff(percent) <= 15, "{percent} per cent reached {reached} of 100");
        assert!(before.iter().all(|(site, had)| !had || now[site]), "who had it keeps it");
        if percent == 20 {
            service.restart().await;
            assert_eq!(offered(&service).await, now);
        }
        before = now;
    }
}

#[tokio::test]
async fn what_is_paused_or_only_beta_goes_to_no_stable_site() {
    let service = Service::start().await;
    service.release("1.1.0", "// two").await.unwrap();
    service.release("1.2.0", "// three").await.unwrap();
    service.execute("UPDATE plugin_versions SET paused = true WHERE version = '1.2.0'").await;
    service.app.state.offers.reload().await.unwrap();
    let update = check(&service, "https://a.example", "stable").await;
    assert_eq!((&update["version"], &update["update_available"]), (&json!("1.1.0"), &json!(true)));
    assert_eq!(service.get("/info/").await.1["data"]["version"], "1.1.0", "nobody is shown what is paused");

    service.execute("UPDATE plugin_versions SET paused = false, is_latest = false, status = 'beta' WHERE version = '1.2.0'").await;
    service.app.state.offers.reload().await.unwrap();
    for (channel, version) in [("stable", "1.1.0"), ("beta", "1.2.0")] {
        assert_eq!(check(&service, "https://a.example", channel).await["version"], version);
    }
    let body = json!({"current_version": "1.0.0", "channel": "nightly"});
    let (status, problem) = service.post("/check-update/", None, &body).await;
    assert_eq!(
        (status, &problem["errors"][0]["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("/channel"))
    );
}

#[tokio::test]
async fn the_last_offers_stand_while_the_database_is_away() {
    let service = Service::start().await;
    service.release("1.1.0", "// two").await.unwrap();
    service.database.close();
    service.app.state.database.close();
    assert!(service.app.state.offers.reload().await.is_err());
    assert_eq!(check(&service, "https://a.example", "stable").await["version"], "1.1.0");
    for path in ["/download/", "/log/"] {
        assert_eq!(service.get(path).await.0, StatusCode::OK, "{path}");
    }
}
