//! What was taken in is kept once, in order.

use std::fmt::Write;
use std::time::Duration;

use contracts::WordpressEvent;
use database::Tx;
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::eventually;
use tokio::io::AsyncWriteExt;

use crate::service::{EVENTS, STATUS, Service};
use crate::site::Site;

#[tokio::test]
async fn the_literal_request_of_an_older_plugin() {
    let (service, site) = (Service::start().await, Site::unsigned(1));
    service.knows(&site).await;
    let body = json!({
        "post_id": 123, "content_id": 456, "post_status": "publish", "post_url": "https://site-1.example/my-post/",
        "post_title": "My Post Title", "site_url": "https://site-1.example"
    });
    let key = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    for headers in [
        key("X-IGNY8-API-KEY", site.key.expose()),
        key("Authorization", &format!("Bearer {}", site.key.expose())),
    ] {
        let answer = service.post(STATUS, headers, body.to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
        assert_eq!(answer.json["success"], true);
        assert_eq!(answer.json["data"]["status"], "accepted");
    }
    // The same status may come twice with another in between: each arrival counts.
    let sent = service.outbox().await;
    assert_eq!(sent.len(), 2);
    let (first, second) = (&sent[0], &sent[1]);
    assert!(first.position.unwrap().arrival < second.position.unwrap().arrival);
    assert_eq!((first.account_id, first.site_id, first.post_id, first.content_id), (1001, 1, 123, 456));
    assert_eq!((first.post_status.as_str(), first.post_title.as_str()), ("publish", "My Post Title"));
    assert!(!first.signed && first.position.unwrap().site_sequence.is_none());
    assert_eq!(serde_json::from_str::<Value>(&first.data_json).unwrap(), body);
    service.stop().await;
}

#[tokio::test]
async fn a_batch_is_kept_in_order_with_all_its_fields() {
    let (service, site) = (Service::start().await, Site::signing(2));
    service.knows(&site).await;
    let mut events: Vec<Value> = (1..=100).map(|nth| site.event(nth, nth, "draft")).collect();
    events[0]["data"]["from_a_newer_plugin"] = json!({"deep": [1, 2, 3]});
    let answer = service.send(&site, &events).await;
    assert_eq!(answer.acks(), ["accepted"; 100]);
    let echoed: Vec<_> =
        answer.json["data"]["acks"].as_array().unwrap().iter().map(|it| it["id"].clone()).collect();
    assert_eq!(echoed, events.iter().map(|it| it["id"].clone()).collect::<Vec<_>>());

    let sent = service.outbox().await;
    assert_eq!(sent.iter().map(|it| it.post_id).collect::<Vec<_>>(), (1..=100).collect::<Vec<_>>());
    assert!(
        sent.windows(2).all(|pair| pair[0].position.unwrap().arrival < pair[1].position.unwrap().arrival)
    );
    assert_eq!(sent.iter().map(|it| it.delivery_id.as_str()).collect::<Vec<_>>(), answer.delivery_ids());
    let first = &sent[0];
    assert_eq!(first.position.unwrap().site_sequence, Some(1));
    assert_eq!(first.position.unwrap().modified_at_ms, Some(1_795_341_598_000));
    assert!(first.signed);
    assert_eq!(serde_json::from_str::<Value>(&first.data_json).unwrap(), events[0]["data"]);
    service.stop().await;
}

/// However large its number.
#[tokio::test]
async fn each_message_bears_the_arrival_of_its_delivery() {
    let (service, site) = (Service::start().await, Site::signing(12));
    service.knows(&site).await;
    let mut arrivals = Vec::new();
    for power in 1..56 {
        let next = (1_i64 << power) - 1;
        service.execute(&format!("ALTER TABLE deliveries ALTER arrival RESTART WITH {next}")).await;
        let mut events = [site.event(2 * power, 7, "draft"), site.event(2 * power + 1, 7, "draft")];
        events[1]["type"] = json!("post.updated");
        assert_eq!(service.send(&site, &events).await.acks(), ["accepted", "accepted"]);
        arrivals.extend([next, next + 1]);
    }
    let sent = service.events().await;
    let positions = sent.iter().map(|it| match it {
        WordpressEvent::StatusChanged(it) => it.position.unwrap(),
        WordpressEvent::PostUpdated(it) => it.position.unwrap(),
        other => panic!("{other:?}"),
    });
    let positions: Vec<_> = positions.collect();
    assert_eq!(positions.iter().map(|it| it.arrival).collect::<Vec<_>>(), arrivals);
    assert!((2..112).eq(positions.iter().map(|it| it.site_sequence.unwrap())), "nothing else is lost");
    service.stop().await;
}

#[tokio::test]
async fn the_same_events_again_are_duplicates_with_the_first_deliveries_ids() {
    let (service, site) = (Service::start().await, Site::signing(3));
    service.knows(&site).await;
    let events = [site.event(1, 7, "draft"), site.event(2, 7, "publish")];
    let first = service.send(&site, &events).await;
    assert_eq!(first.acks(), ["accepted", "accepted"]);
    // Again with a new one between, and one twice.
    let more = [events[1].clone(), site.event(3, 7, "draft"), events[0].clone(), events[0].clone()];
    let second = service.send(&site, &more).await;
    assert_eq!(second.acks(), ["duplicate", "accepted", "duplicate", "duplicate"]);
    assert_eq!(second.delivery_ids()[0], first.delivery_ids()[1]);
    assert_eq!(second.delivery_ids()[2], first.delivery_ids()[0]);
    assert_eq!(service.outbox().await.len(), 3);

    // Another site may use the same id.
    let other = Site::signing(4);
    service.knows(&other).await;
    let mut same_id = other.event(1, 9, "draft");
    same_id["id"] = events[0]["id"].clone();
    assert_eq!(service.send(&other, &[same_id]).await.acks(), ["accepted"]);
    service.stop().await;
}

#[tokio::test]
async fn a_replayed_request_changes_nothing() {
    let (service, site) = (Service::start().await, Site::signing(5));
    service.knows(&site).await;
    let body = json!([site.event(1, 7, "draft")]).to_string();
    let headers = site.headers(&body);
    assert_eq!(service.post(EVENTS, headers.clone(), body.clone()).await.acks(), ["accepted"]);
    assert_eq!(service.post(EVENTS, headers, body).await.acks(), ["duplicate"]);

    let body = json!({"post_id": 7, "post_status": "publish"}).to_string();
    let headers = site.headers(&body);
    let first = service.post(STATUS, headers.clone(), body.clone()).await;
    let again = service.post(STATUS, headers, body).await;
    assert_eq!(first.json["data"]["status"], "accepted");
    assert_eq!(again.json["data"]["status"], "duplicate");
    assert_eq!(again.json["data"]["delivery_id"], first.json["data"]["delivery_id"]);
    assert_eq!(service.outbox().await.len(), 2);
    service.stop().await;
}

#[tokio::test]
async fn the_same_event_many_times_at_once_is_kept_once() {
    let (service, site) = (Service::start().await, Site::signing(6));
    service.knows(&site).await;
    for round in 0..10 {
        let event = [site.event(round, 7, "draft")];
        let answers = futures::future::join_all((0..20).map(|_| service.send(&site, &event))).await;
        let accepted = answers.iter().filter(|it| it.acks() == ["accepted"]).count();
        assert_eq!(accepted, 1);
        assert!(answers.iter().all(|it| it.delivery_ids() == answers[0].delivery_ids()));
    }
    assert_eq!(service.outbox().await.len(), 10);
    service.stop().await;
}

#[tokio::test]
async fn a_request_alone_is_written_at_once_and_those_that_come_meanwhile_together() {
    let (service, site) = (Service::start().await, Site::signing(6));
    service.knows(&site).await;
    let metric = async |name: &str| {
        let metrics = service.get_text("/metrics").await;
        metrics.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<i64>().ok()).unwrap_or(0)
    };
    for round in 0..2_i64 {
        let lock = hold_deliveries(&service).await;
        let alone = [site.event(10 * round, 7, "draft")];
        let after: Vec<_> = (1..6).map(|seq| [site.event(10 * round + seq, 7, "draft")]).collect();
        let first = service.send(&site, &alone);
        let others = async {
            one_waits_for_the_lock(&service).await;
            futures::future::join_all(after.iter().map(|it| service.send(&site, it))).await
        };
        let release = async {
            let all = async || (metric("webhook_waiting_requests ").await == 5).then_some(());
            eventually("the others wait to be written", all).await;
            lock.commit().await.unwrap();
        };
        let (first, others, ()) = tokio::join!(first, others, release);
        assert_eq!(first.acks(), ["accepted"]);
        assert!(others.iter().all(|it| it.acks() == ["accepted"]));
        assert_eq!(metric("webhook_group_events_count ").await, 2 * (round + 1));
    }
    service.stop().await;
}

/// Two processes, one database: the unique key decides, not the committer.
#[tokio::test]
async fn two_replicas_keep_an_event_once() {
    let service = Service::start().await;
    let other = {
        let url = service.test_database.url().to_owned();
        let database = testkit::TestDatabase::empty().await;
        Service::start_with(database, Some(&url), None, &domain::Clock::system())
    };
    let site = Site::signing(8);
    service.knows(&site).await;
    let mut accepted = 0;
    for round in 0..20 {
        let events: Vec<Value> = (0..5).map(|nth| site.event(round * 5 + nth, nth + 1, "draft")).collect();
        let (one, two) = tokio::join!(service.send(&site, &events), other.send(&site, &events));
        accepted += one.acks().into_iter().chain(two.acks()).filter(|it| *it == "accepted").count();
        assert_eq!(one.delivery_ids(), two.delivery_ids());
    }
    assert_eq!(accepted, 100);
    assert_eq!(service.outbox().await.len(), 100);
    other.stop().await;
    service.stop().await;
}

/// The sender goes away after its event was written and before it was told so.
#[tokio::test]
async fn an_answer_that_never_arrived_is_asked_for_again() {
    let (service, site) = (Service::start().await, Site::signing(9));
    service.knows(&site).await;
    let body = json!([site.event(1, 7, "draft")]).to_string();

    let lock = hold_deliveries(&service).await;
    let address = service.base.strip_prefix("http://").unwrap().to_owned();
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let mut request = format!("POST {EVENTS} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in site.headers(&body) {
        write!(request, "{name}: {value}\r\n").unwrap();
    }
    stream.write_all(format!("{request}\r\n{body}").as_bytes()).await.unwrap();
    one_waits_for_the_lock(&service).await;
    #[expect(deprecated, reason = "to end the connection by a reset")]
    stream.set_linger(Some(Duration::ZERO)).unwrap();
    drop(stream);
    tokio::time::sleep(Duration::from_millis(50)).await;
    lock.commit().await.unwrap();

    eventually("the event is kept", async || (service.count("FROM deliveries").await == 1).then_some(()))
        .await;
    assert_eq!(service.post(EVENTS, site.headers(&body), body).await.acks(), ["duplicate"]);
    assert_eq!(service.outbox().await.len(), 1);
    service.stop().await;
}

/// While the table is locked what is written is on its way to disk, and nobody is answered.
async fn hold_deliveries(service: &Service) -> Tx {
    let mut lock = service.database.begin().await.unwrap();
    let sql = diesel::sql_query("LOCK TABLE deliveries IN SHARE MODE");
    diesel_async::RunQueryDsl::execute(sql, lock.conn()).await.unwrap();
    lock
}

async fn one_waits_for_the_lock(service: &Service) {
    let blocked =
        "FROM pg_stat_activity WHERE application_name = 'webhook-ingest' AND wait_event_type = 'Lock'";
    eventually("an event waits for the lock", async || (service.count(blocked).await > 0).then_some(()))
        .await;
}
