//! What can't be read is refused with its place, and nothing is half done.

use rstest::rstest;
use serde_json::{Value, json};

use crate::service::{EVENTS, STATUS, Service};
use crate::site::Site;

#[rstest]
#[case(b"{".to_vec(), 400, "malformed_json")]
#[case(b"".to_vec(), 400, "malformed_json")]
#[case(b"{\"post_id\": 1, \"post_status\": \"draft\"} x".to_vec(), 400, "malformed_json")]
#[case(b"{\"post_id\": 1, \"post_status\": \"dr\xffft\"}".to_vec(), 400, "invalid_text")]
#[case(b"{\"post_id\": 1, \"post_status\": \"draft\", \"x\": \"\\u0000\"}".to_vec(), 400, "invalid_text")]
#[case(b"{\"post_id\": 1, \"post_status\": \"draft\", \"x\": \"\\ud800\"}".to_vec(), 400, "invalid_text")]
#[case(b"{\"post_id\": 1, \"post_status\": \"draft\", \"x\": 1e400000}".to_vec(), 400, "malformed_json")]
#[case(b"{\"post_id\": \"seven\", \"post_status\": \"draft\"}".to_vec(), 422, "invalid_field")]
#[case(b"{\"post_id\": {\"a\": 1}, \"post_status\": \"draft\"}".to_vec(), 422, "invalid_field")]
#[case(b"{\"post_id\": 0, \"post_status\": \"draft\"}".to_vec(), 422, "invalid_field")]
#[case(b"{\"post_id\": 1, \"content_id\": \"-1\", \"post_status\": \"draft\"}".to_vec(), 422, "invalid_field")]
#[case(b"{\"post_id\": 1}".to_vec(), 422, "invalid_field")]
#[case(b"{\"post_id\": 1, \"post_status\": \"\"}".to_vec(), 422, "invalid_field")]
#[case(b"{\"post_id\": 1, \"post_status\": 5}".to_vec(), 422, "invalid_field")]
#[case(b"{\"post_status\": \"draft\"}".to_vec(), 422, "invalid_field")]
#[case(b"[]".to_vec(), 422, "invalid_field")]
#[case(b"[1, 2, \"draft\"]".to_vec(), 422, "invalid_field")]
#[case(format!("{{\"a\": {}1{}}}", "[".repeat(10_000), "]".repeat(10_000)).into_bytes(), 400, "malformed_json")]
#[case([b"[".repeat(100_000), b"]".repeat(100_000)].concat(), 413, "body_too_large")]
#[tokio::test]
async fn a_status_that_is_none(#[case] body: Vec<u8>, #[case] status: u16, #[case] code: &str) {
    let (service, site) = (Service::start().await, Site::unsigned(1));
    service.knows(&site).await;
    let answer = service.post(STATUS, site.headers(""), body).await;
    assert_eq!(answer.refusal(), (status, code), "{}", answer.json);
    assert_eq!(service.count("FROM deliveries").await, 0);
    service.stop().await;
}

#[tokio::test]
async fn numbers_may_be_texts_and_an_unknown_status_is_kept() {
    let (service, site) = (Service::start().await, Site::unsigned(2));
    service.knows(&site).await;
    let body = json!({"post_id": "123", "content_id": "456", "post_status": "wc-on-hold"}).to_string();
    assert_eq!(service.post(STATUS, site.headers(&body), body).await.status, 200);
    let sent = &service.outbox().await[0];
    assert_eq!((sent.post_id, sent.content_id, sent.post_status.as_str()), (123, 456, "wc-on-hold"));
    service.stop().await;
}

#[tokio::test]
async fn a_bad_event_is_rejected_and_the_others_are_taken() {
    let (service, site) = (Service::start().await, Site::signing(3));
    service.knows(&site).await;
    let spoilt = |change: fn(&mut Value)| {
        let mut event = site.event(1, 7, "draft");
        change(&mut event);
        event
    };
    let events = [
        site.event(1, 7, "draft"),
        spoilt(|it| it["data"]["post_id"] = json!([])),
        spoilt(|it| drop(it.as_object_mut().unwrap().remove("data"))),
        spoilt(|it| it["id"] = json!("no.dots.here")),
        spoilt(|it| it["id"] = json!(7)),
        spoilt(|it| it["seq"] = json!(-1)),
        spoilt(|it| it["occurred_at"] = json!("yesterday")),
        spoilt(|it| it["type"] = json!("")),
        json!(null),
        json!("event"),
        json!(["0193511c-7a00-7000-8000-000000000001", 1, "comment.approved"]),
        site.event(2, 8, "publish"),
    ];
    let answer = service.send(&site, &events).await;
    let mut expected = vec!["rejected"; events.len()];
    (expected[0], expected[events.len() - 1]) = ("accepted", "accepted");
    assert_eq!(answer.acks(), expected);
    let acks = answer.json["data"]["acks"].as_array().unwrap();
    assert!(
        acks[1..acks.len() - 1].iter().all(|it| it["code"] == "invalid_event" && it["delivery_id"] == "")
    );
    assert!(acks[1]["detail"].as_str().unwrap().starts_with("data: "), "{}", acks[1]);
    assert_eq!(acks[1]["id"], events[1]["id"]);
    assert_eq!(service.outbox().await.len(), 2);
    service.stop().await;
}

#[tokio::test]
async fn deleted_posts_and_types_nobody_knows_yet() {
    let (service, site) = (Service::start().await, Site::signing(4));
    service.knows(&site).await;
    let mut deleted = site.event(1, 7, "trash");
    deleted["type"] = json!("post.deleted");
    let mut newer = site.event(2, 7, "draft");
    newer["type"] = json!("comment.approved");
    newer["data"] = json!({"comment_id": 5});
    let answer = service.send(&site, &[deleted, newer]).await;
    assert_eq!(answer.acks(), ["accepted", "accepted"]);
    let sent = service.outbox().await;
    assert_eq!(sent.iter().map(|it| it.post_status.as_str()).collect::<Vec<_>>(), ["deleted"]);
    assert_eq!(
        service
            .count("FROM deliveries WHERE type = 'comment.approved' AND body->'data'->>'comment_id' = '5'")
            .await,
        1
    );
    service.stop().await;
}

#[tokio::test]
async fn batches_have_limits() {
    let (service, site) = (Service::start().await, Site::signing(5));
    service.knows(&site).await;
    assert!(service.send(&site, &[]).await.acks().is_empty());
    let many: Vec<Value> = (0..101).map(|nth| site.event(nth, 7, "draft")).collect();
    assert_eq!(service.send(&site, &many).await.refusal(), (422, "too_many_events"));
    let body = format!("[{}]", " ".repeat(10 * 1024 * 1024));
    assert_eq!(service.post(EVENTS, site.headers(&body), body).await.refusal(), (413, "body_too_large"));
    let body = site.event(1, 7, "draft").to_string();
    assert_eq!(service.post(EVENTS, site.headers(&body), body).await.refusal(), (422, "invalid_field"));
    assert_eq!(service.count("FROM deliveries").await, 0);
    service.stop().await;
}

#[tokio::test]
async fn every_address_has_its_aliases() {
    let (service, site) = (Service::start().await, Site::unsigned(6));
    service.knows(&site).await;
    let body = json!({"post_id": 7, "post_status": "draft"}).to_string();
    for path in [
        STATUS,
        STATUS.trim_end_matches('/'),
        &STATUS["/api".len()..],
        STATUS["/api".len()..].trim_end_matches('/'),
    ] {
        assert_eq!(service.post(path, site.headers(&body), body.clone()).await.status, 200, "{path}");
    }
    let answer = service.get(STATUS, vec![]).await;
    assert_eq!(answer.refusal(), (405, "method_not_allowed"));
    let described = service.get("/api/openapi.json", vec![]).await;
    assert!(described.json["paths"][STATUS]["post"].is_object());
    for probe in ["/livez", "/metrics"] {
        assert_eq!(service.get(probe, vec![]).await.status, 200);
    }
    service.stop().await;
}
