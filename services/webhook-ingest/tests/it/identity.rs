//! Who may say what.

use std::time::{Duration, Instant};

use contracts::site::{SiteCredentialChanged, SiteState};
use domain::{ApiKey, Clock};
use jiff::Timestamp;
use jiff::ToSpan;
use serde_json::json;
use testkit::TestDatabase;
use uuid::Uuid;

use crate::service::{DELIVERIES, EVENTS, STATUS, Service};
use crate::site::{Site, accepted};

fn with_key(key: &str) -> Vec<(String, String)> {
    vec![("X-IGNY8-API-KEY".to_owned(), key.to_owned())]
}

fn status_body() -> String {
    json!({"post_id": 7, "content_id": 1, "post_status": "draft"}).to_string()
}

#[tokio::test]
async fn no_key_no_entry() {
    let (service, site) = (Service::start().await, Site::unsigned(1));
    service.knows(&site).await;
    let foreign = ApiKey::generate();
    let cases = [
        (vec![], "key_missing"),
        (with_key(""), "key_missing"),
        (vec![("Authorization".to_owned(), "Bearer ".to_owned())], "key_missing"),
        (with_key("igny8_live_nonsense"), "key_invalid"),
        (with_key(&site.key.expose().to_lowercase()), "key_invalid"),
        (with_key(foreign.expose()), "key_invalid"),
        (with_key(&format!("{}x", site.key.expose())), "key_invalid"),
    ];
    for (headers, code) in cases {
        for path in [EVENTS, STATUS] {
            let answer = service.post(path, headers.clone(), status_body()).await;
            assert_eq!(answer.refusal(), (401, code), "{headers:?}");
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
        }
    }
    assert_eq!(service.count("FROM deliveries").await, 0);
    service.stop().await;
}

#[tokio::test]
async fn a_site_that_can_sign_must() {
    let (service, site) = (Service::start().await, Site::signing(2));
    service.knows(&site).await;
    let body = status_body();
    let refusal = async |headers: Vec<(String, String)>| {
        let answer = service.post(STATUS, headers, body.clone()).await;
        let (status, code) = answer.refusal();
        assert_eq!(status, 401);
        code.to_owned()
    };
    let now = Timestamp::now().as_second();
    let id = Uuid::now_v7().to_string();
    assert_eq!(refusal(with_key(site.key.expose())).await, "signature_missing");
    assert_eq!(refusal(site.headers("another body")).await, "signature_invalid");
    assert_eq!(refusal(site.headers_at(&body, &id, now - 310)).await, "timestamp_out_of_window");
    assert_eq!(refusal(site.headers_at(&body, &id, now + 310)).await, "timestamp_out_of_window");
    let stranger = Site { key: site.key.clone(), ..Site::signing(2) };
    assert_eq!(refusal(stranger.headers(&body)).await, "signature_invalid");
    assert_eq!(service.count("FROM deliveries").await, 0);
    assert_eq!(service.post(STATUS, site.headers(&body), body.clone()).await.status, 200);
    service.stop().await;
}

#[tokio::test]
async fn the_site_is_the_keys_own() {
    let (service, site, other) = (Service::start().await, Site::signing(3), Site::signing(4));
    service.knows(&site).await;
    service.knows(&other).await;
    let body = json!({"post_id": 7, "post_status": "draft", "site_url": other.url}).to_string();
    let answer = service.post(STATUS, site.headers(&body), body.clone()).await;
    assert_eq!(answer.refusal(), (403, "site_url_mismatch"));

    // In a batch the others are taken.
    let mut foreign = site.event(1, 7, "draft");
    foreign["data"]["site_url"] = json!(other.url);
    let answer = service.send(&site, &[foreign, site.event(2, 8, "draft")]).await;
    assert_eq!(answer.acks(), ["rejected", "accepted"]);
    assert_eq!(answer.json["data"]["acks"][0]["code"], "site_url_mismatch");
    let delivery = answer.delivery_ids()[1].to_owned();

    // Its delivery is its own, and nobody else's.
    let path = format!("{DELIVERIES}{delivery}/");
    let own = service.get(&path, with_key(site.key.expose())).await;
    assert_eq!((own.status.as_u16(), own.json["data"]["state"].as_str()), (200, Some("accepted")));
    assert_eq!(service.get(&path, with_key(other.key.expose())).await.refusal(), (404, "not_found"));
    assert_eq!(service.get(&path, vec![]).await.refusal(), (401, "key_missing"));
    let unknown = format!("{DELIVERIES}{}/", Uuid::now_v7());
    assert_eq!(service.get(&unknown, with_key(site.key.expose())).await.refusal(), (404, "not_found"));
    assert_eq!(
        service.get(&format!("{DELIVERIES}77/"), with_key(site.key.expose())).await.refusal(),
        (404, "not_found")
    );
    service.stop().await;
}

#[tokio::test]
async fn keys_change_without_a_gap_and_die_in_time() {
    let (clock, hand) = Clock::settable(Timestamp::now());
    let database = TestDatabase::new(webhook_ingest::MIGRATIONS).await;
    let service = Service::start_with(database, None, None, &clock);
    let site = Site::unsigned(5);
    service.knows(&site).await;
    let send = async |key: &ApiKey| {
        let answer = service.post(STATUS, with_key(key.expose()), status_body()).await;
        (answer.status.as_u16(), answer.json["code"].as_str().unwrap_or_default().to_owned())
    };
    let taken = (200, String::new());
    let revoked = (401, "key_revoked".to_owned());
    assert_eq!(send(&site.key).await, taken);

    // Rotated: both count until the grace period ends.
    let new = ApiKey::generate();
    let grace_ends = Timestamp::now() + 1.hour();
    let mut message = site.announced();
    message.version = 2;
    message.accepted_keys = vec![accepted(&new, None), accepted(&site.key, Some(grace_ends))];
    service.told(message.clone()).await;
    // No consumer of this process took it over, as if it were another replica's: remembered keys live for two seconds.
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert_eq!(send(&new).await, taken);
    assert_eq!(send(&site.key).await, taken);
    hand.advance(jiff::SignedDuration::from_hours(2));
    assert_eq!(send(&site.key).await, revoked);
    assert_eq!(send(&new).await, taken);

    // An older message that comes late changes nothing.
    service.told(site.announced()).await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert_eq!(send(&site.key).await, revoked);
    assert_eq!(send(&new).await, taken);

    // Revoked: dead within 5 s, though this process remembers keys.
    message.version = 3;
    message.accepted_keys.clear();
    service.told(message.clone()).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(send(&new).await, revoked);

    // Suspended: nothing comes in until the new address is proven.
    message.version = 4;
    message.state = SiteState::Suspended.into();
    message.accepted_keys = vec![accepted(&new, None)];
    service.told(message).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(send(&new).await, (403, "site_suspended".to_owned()));
    service.stop().await;
}

/// Keys asked of the database, by whom.
async fn asked(service: &Service) -> (u64, u64) {
    let metrics = service.get_text("/metrics").await;
    let of = |by: &str| {
        let name = format!("credential_keys_asked_total{{by=\"{by}\"}} ");
        metrics.lines().find_map(|line| line.strip_prefix(&name)?.parse().ok()).unwrap_or(0)
    };
    (of("request"), of("renewal"))
}

#[tokio::test]
async fn a_key_in_use_is_waited_for_once() {
    let service = Service::start().await;
    let sites = [Site::unsigned(5), Site::unsigned(6)];
    for site in &sites {
        service.knows(site).await;
    }
    let send = async |site: &Site| {
        tokio::time::sleep(Duration::from_millis(100)).await;
        service.post(STATUS, with_key(site.key.expose()), status_body()).await.status.as_u16()
    };
    // Longer than a key is remembered, twice.
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(5) {
        for site in &sites {
            assert_eq!(send(site).await, 200);
        }
    }
    let (waited_for, renewed) = asked(&service).await;
    assert_eq!(waited_for, 2);
    assert!((6..=12).contains(&renewed), "{renewed} keys were renewed in five seconds");

    // Renewed is what has become of it, here by another replica.
    let revoked = SiteCredentialChanged { version: 2, accepted_keys: Vec::new(), ..sites[0].announced() };
    service.told(revoked).await;
    let begun = Instant::now();
    while send(&sites[0]).await == 200 {
        assert!(begun.elapsed() < Duration::from_millis(2_200), "it still counts");
    }
    assert_eq!(send(&sites[0]).await, 401);

    // Nobody asks for what nobody uses.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let before = asked(&service).await;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(asked(&service).await, before);
    service.stop().await;
}
