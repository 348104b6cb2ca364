//! To and from the other services, over the broker.

use contracts::content::DeliveryApplied;
use contracts::topology::queues;
use contracts::webhook::WordpressStatusChanged;
use serde_json::json;
use testkit::{TestBroker, eventually};

use crate::service::{DELIVERIES, STATUS, Service, say};
use crate::site::Site;

#[tokio::test]
async fn from_the_webhook_to_the_queue_and_back_to_the_delivery() {
    let broker = TestBroker::new().await;
    let service = Service::start_on(&broker).await;
    let (site, integration_api) = (Site::signing(1), broker.broker("integration-api"));

    // integration-api says who the site is; its events are taken from then on.
    say(&integration_api, &site.announced()).await;
    let event = site.event(41, 7, "draft");
    let answer = eventually("the site is known", async || {
        let answer = service.send(&site, std::slice::from_ref(&event)).await;
        answer.status.is_success().then_some(answer)
    })
    .await;
    let delivery = answer.delivery_ids()[0].to_owned();

    let message: WordpressStatusChanged = broker.receive(queues::INTEGRATION_WORDPRESS_EVENTS.name).await;
    assert_eq!(message.delivery_id, delivery);
    assert_eq!((message.site_id, message.post_id, message.content_id), (1, 7, 123));
    assert_eq!(message.position.unwrap().site_sequence, Some(41));

    let path = format!("{DELIVERIES}{delivery}/");
    let key = || vec![("Authorization".to_owned(), format!("Bearer {}", site.key.expose()))];
    let applied = |outcome: &str, site_id| DeliveryApplied {
        delivery_id: delivery.clone(),
        site_id,
        outcome: outcome.to_owned(),
        detail: "published → draft".to_owned(),
        applied_at_ms: 1_795_341_600_000,
    };
    // Another site's number on it: not this delivery's business.
    say(&integration_api, &applied("refused", 2)).await;
    say(&integration_api, &applied("applied", 1)).await;
    say(&integration_api, &applied("stale", 1)).await;
    let shown = eventually("the outcome is shown", async || {
        let answer = service.get(&path, key()).await;
        (answer.json["data"]["state"] != "accepted").then_some(answer.json["data"].clone())
    })
    .await;
    assert_eq!(shown["state"], "applied");
    assert_eq!(shown["detail"], "published → draft");
    assert_eq!(shown["applied_at"], "2026-11-22T10:00:00Z");
    assert_eq!(shown["webhook_id"], event["id"]);
    service.stop().await;
}

#[tokio::test]
async fn a_revoked_key_dies_when_the_message_comes() {
    let broker = TestBroker::new().await;
    let service = Service::start_on(&broker).await;
    let (site, integration_api) = (Site::unsigned(2), broker.broker("integration-api"));
    let body = json!({"post_id": 7, "post_status": "draft"}).to_string();
    say(&integration_api, &site.announced()).await;
    eventually("the key is taken", async || {
        service.post(STATUS, site.headers(&body), body.clone()).await.status.is_success().then_some(())
    })
    .await;
    let mut message = site.announced();
    message.version = 2;
    message.accepted_keys.clear();
    say(&integration_api, &message).await;
    let said = std::time::Instant::now();
    eventually("the key is dead", async || {
        (service.post(STATUS, site.headers(&body), body.clone()).await.refusal() == (401, "key_revoked"))
            .then_some(())
    })
    .await;
    assert!(said.elapsed().as_secs() < 5);
    service.stop().await;
}

#[tokio::test]
async fn while_the_broker_is_away_events_are_taken_and_sent_later() {
    let broker = TestBroker::new().await;
    let service = Service::start_on(&broker).await;
    let site = Site::signing(3);
    service.knows(&site).await;
    for nth in 1..=10 {
        assert_eq!(service.send(&site, &[site.event(nth, nth, "draft")]).await.acks(), ["accepted"]);
        if nth % 3 == 0 {
            broker.cut_connections().await;
        }
    }
    let mut seen = Vec::new();
    while seen.len() < 10 {
        let message: WordpressStatusChanged = broker.receive(queues::INTEGRATION_WORDPRESS_EVENTS.name).await;
        if !seen.contains(&message.post_id) {
            seen.push(message.post_id);
        }
    }
    assert_eq!(seen, (1..=10).collect::<Vec<_>>());
    service.stop().await;
}
