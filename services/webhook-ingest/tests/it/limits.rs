//! Too many requests, too large ones, and too many messages that can't go on.

use std::time::Duration;

use serde_json::json;
use testkit::eventually;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::service::{DELIVERIES, EVENTS, NOTICE, STATUS, Service};
use crate::site::Site;

fn from(address: &str, mut headers: Vec<(String, String)>) -> Vec<(String, String)> {
    headers.push(("X-Forwarded-For".to_owned(), address.to_owned()));
    headers
}

#[tokio::test]
async fn a_key_has_its_quota_whatever_it_is_used_for() {
    let settings = [("IGNY8__LIMITS__PER_KEY__PER_SECOND", "1"), ("IGNY8__LIMITS__PER_KEY__BURST", "4")];
    let (service, site, other) = (Service::start_set(&settings).await, Site::unsigned(1), Site::unsigned(2));
    service.knows(&site).await;
    service.knows(&other).await;
    let body = json!({"post_id": 7, "post_status": "draft", "action": "post_updated"}).to_string();
    for (path, remaining) in [(STATUS, 3), (NOTICE, 2), (STATUS, 1)] {
        let answer = service.post(path, site.headers(&body), body.clone()).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers["ratelimit-policy"], "\"key\";q=4;w=4");
        assert!(
            answer.headers["ratelimit"].to_str().unwrap().starts_with(&format!("\"key\";r={remaining};t="))
        );
    }
    let unknown = format!("{DELIVERIES}{}/", uuid::Uuid::now_v7());
    assert_eq!(service.get(&unknown, site.headers("")).await.refusal(), (404, "not_found"));
    for path in [STATUS, EVENTS, NOTICE] {
        let answer = service.post(path, site.headers(&body), body.clone()).await;
        assert_eq!(answer.refusal(), (429, "rate_limited"));
        assert_eq!(answer.headers["retry-after"], "1");
        assert!(answer.headers["ratelimit"].to_str().unwrap().starts_with("\"key\";r=0;t="));
        assert!(answer.json["request_id"].as_str().unwrap().len() > 8, "{}", answer.json);
    }
    // It is the key's, in whichever header; another's is not touched.
    let bearer = vec![("Authorization".to_owned(), format!("bearer {}", site.key.expose()))];
    assert_eq!(service.post(STATUS, bearer, body.clone()).await.refusal(), (429, "rate_limited"));
    assert_eq!(service.post(STATUS, other.headers(&body), body.clone()).await.status, 200);
    let taken = async || service.post(STATUS, site.headers(&body), body.clone()).await.status.is_success();
    eventually("the key may send again", async || taken().await.then_some(())).await;
    assert_eq!(service.count("FROM deliveries WHERE site_id = 1").await, 4);
    service.stop().await;
}

#[tokio::test]
async fn an_address_has_its_quota_whatever_keys_it_tries() {
    let settings = [
        ("IGNY8__LIMITS__PER_IP__PER_SECOND", "1"),
        ("IGNY8__LIMITS__PER_IP__BURST", "3"),
        ("IGNY8__HTTP__TRUSTED_PROXIES", "[\"127.0.0.1/32\"]"),
    ];
    let (service, site) = (Service::start_set(&settings).await, Site::unsigned(3));
    service.knows(&site).await;
    let body = json!({"post_id": 7, "post_status": "draft"}).to_string();
    let guess = || vec![("X-IGNY8-API-KEY".to_owned(), domain::ApiKey::generate().expose().to_owned())];
    for _ in 0..3 {
        let answer = service.post(STATUS, from("2001:db8:1:2::7", guess()), body.clone()).await;
        assert_eq!(answer.refusal(), (401, "key_invalid"));
        assert!(answer.headers.contains_key("ratelimit"));
    }
    // The same network; the right key; no key; each in vain.
    for headers in [guess(), site.headers(&body), vec![]] {
        let answer = service.post(STATUS, from("2001:db8:1:2:3::9", headers), body.clone()).await;
        assert_eq!(answer.refusal(), (429, "rate_limited"));
    }
    // An address that the proxy did not vouch for is not believed.
    let spoofed = from("203.0.113.5, 2001:db8:1:2::7", site.headers(&body));
    assert_eq!(service.post(STATUS, spoofed, body.clone()).await.refusal(), (429, "rate_limited"));
    assert_eq!(
        service.post(STATUS, from("203.0.113.5", site.headers(&body)), body.clone()).await.status,
        200
    );
    service.stop().await;
}

/// The head of a request is enough to refuse it: nobody waits for its body.
#[tokio::test]
async fn a_refused_body_is_not_waited_for() {
    let settings = [("IGNY8__LIMITS__PER_KEY__PER_SECOND", "1"), ("IGNY8__LIMITS__PER_KEY__BURST", "1")];
    let (service, site) = (Service::start_set(&settings).await, Site::unsigned(4));
    service.knows(&site).await;
    let body = json!({"post_id": 7, "post_status": "draft"}).to_string();
    assert_eq!(service.post(STATUS, site.headers(&body), body).await.status, 200);
    let mut stream =
        tokio::net::TcpStream::connect(service.base.strip_prefix("http://").unwrap()).await.unwrap();
    let head = format!(
        "POST {STATUS} HTTP/1.1\r\nHost: x\r\nX-IGNY8-API-KEY: {}\r\nContent-Length: 1000\r\n\r\n",
        site.key.expose()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 12];
    tokio::time::timeout(Duration::from_secs(3), stream.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(answer, b"HTTP/1.1 429");
    service.stop().await;
}

#[tokio::test]
async fn bodies_that_are_still_coming_take_bounded_room() {
    let settings =
        [("IGNY8__INTAKE__WAITING_BYTES", "100000"), ("IGNY8__INTAKE__BATCH_LIMIT_BYTES", "100000")];
    let (service, site, stranger) =
        (Service::start_set(&settings).await, Site::unsigned(5), Site::unsigned(6));
    service.knows(&site).await;
    let address = service.base.strip_prefix("http://").unwrap().to_owned();
    let announce = async |key: &str| {
        let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        let head = format!(
            "POST {EVENTS} HTTP/1.1\r\nHost: x\r\nX-IGNY8-API-KEY: {key}\r\nContent-Length: 99000\r\n\r\n[    "
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream
    };
    // Who is not known holds no room.
    let _strangers = [announce(stranger.key.expose()).await, announce(stranger.key.expose()).await];
    let mut slow = Vec::new();
    let body = json!({"post_id": 7, "post_status": "draft", "x": "y".repeat(5_000)}).to_string();
    // One that meets another request at the door may be refused itself.
    let refused = async || {
        slow.push(announce(site.key.expose()).await);
        tokio::task::yield_now().await;
        let answer = service.post(STATUS, site.headers(&body), body.clone()).await;
        (answer.refusal() == (503, "unavailable")).then_some(answer)
    };
    let answer = eventually("there is no room left", refused).await;
    assert!(answer.headers.contains_key("retry-after"));
    drop(slow);
    eventually("there is room again", async || {
        service.post(STATUS, site.headers(&body), body.clone()).await.status.is_success().then_some(())
    })
    .await;
    service.stop().await;
}

#[tokio::test]
async fn nothing_is_taken_in_while_too_much_waits_to_go_out() {
    let service = Service::start_set(&[("IGNY8__INTAKE__OUTBOX_LIMIT", "5")]).await;
    let site = Site::signing(7);
    service.knows(&site).await;
    let mut seq = 0;
    let refused = eventually("the outbox is overfull", async || {
        seq += 1;
        let answer = service.send(&site, &[site.event(seq, 7, "draft")]).await;
        (!answer.status.is_success()).then_some(answer)
    })
    .await;
    assert_eq!(refused.refusal(), (503, "unavailable"));
    assert_eq!(refused.headers["retry-after"], "30");
    assert!(service.count("FROM outbox").await > 5);
    // Requests should still come here: another replica's outbox is the same.
    eventually("ready", async || (service.get("/readyz", vec![]).await.status == 200).then_some(())).await;

    // One message that never leaves is not many.
    service.execute("DELETE FROM outbox WHERE id > (SELECT min(id) FROM outbox)").await;
    eventually("events are taken in again", async || {
        service.send(&site, &[site.event(1_000, 7, "draft")]).await.status.is_success().then_some(())
    })
    .await;
    service.stop().await;
}
