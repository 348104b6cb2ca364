use std::pin::Pin;
use std::time::Duration;

use actix_web::web::Bytes;
use database::{Database, Tx};
use domain::{AccountId, Clock};
use futures::{Stream, StreamExt};
use lifecycle::{Lifecycle, LifecycleSettings};
use serde_json::{Value, json};
use testkit::TestDatabase;

use super::Hub;
use super::listener::{Listener, Wanted};
use crate::MIGRATIONS;
use crate::flows::sync_log::{Entry, PUBLISH, WP_TO_IGNY8};
use crate::store::sync_events;
use crate::testing::{Api, NOW};

const ACCOUNT: i64 = 1;

#[actix_web::test]
async fn events_come_as_they_are_committed() {
    let log = Log::new().await;
    let mut stream = log.listen(None).await;
    log.record(ACCOUNT, 3).await;
    assert_eq!(stream.events(3).await, [(1, "1".to_owned()), (2, "2".to_owned()), (3, "3".to_owned())]);
    assert!(stream.quiet().await);
}

#[actix_web::test]
async fn a_lower_id_that_commits_later_is_not_skipped() {
    let log = Log::new().await;
    let mut stream = log.listen(None).await;
    let mut slow = log.begin(ACCOUNT).await;
    log.record(ACCOUNT, 1).await;
    assert_eq!(stream.events(1).await, [(2, "2~1-1".to_owned())]);

    slow.commit_now().await;
    assert_eq!(stream.events(1).await, [(1, "2".to_owned())]);
    // Who had heard of the second only gets the first; who had heard of both, neither.
    assert_eq!(log.listen(Some("2~1-1")).await.events(1).await, [(1, "2".to_owned())]);
    assert!(log.listen(Some("2")).await.quiet().await);
}

#[actix_web::test]
async fn an_id_that_was_rolled_back_is_waited_for_no_longer_than_its_transaction() {
    let log = Log::new().await;
    let mut stream = log.listen(None).await;
    let slow = log.begin(ACCOUNT).await;
    log.record(ACCOUNT, 1).await;
    assert_eq!(stream.events(1).await, [(2, "2~1-1".to_owned())]);
    drop(slow);
    let closed = testkit::eventually("the hole to close", async || {
        log.record(ACCOUNT, 1).await;
        let (id, place) = stream.events(1).await.remove(0);
        (place == id.to_string()).then_some(())
    });
    closed.await;
}

#[actix_web::test]
async fn goes_on_where_it_ended() {
    let log = Log::new().await;
    log.record(ACCOUNT, 450).await;
    log.record(2, 3).await;
    let mut stream = log.listen(Some("20")).await;
    let missed = stream.events(430).await;
    assert!(missed.iter().map(|(id, _)| *id).eq(21..=450));
    log.record(ACCOUNT, 1).await;
    assert_eq!(stream.events(1).await, [(454, "454".to_owned())], "the other account's are not missed");
    let (_, half) = &missed[99];
    let mut again = log.listen(Some(half)).await;
    assert!(again.events(331).await.iter().map(|(id, _)| *id).eq((121..=450).chain([454])));
}

#[actix_web::test]
async fn who_is_too_slow_still_gets_everything_once() {
    let log = Log::new().await;
    let mut stream = log.listen(None).await;
    log.record(ACCOUNT, 1).await;
    assert_eq!(stream.events(1).await.len(), 1);
    for _ in 0..30 {
        log.record(ACCOUNT, 50).await;
    }
    log.listen(None).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let ids: Vec<i64> = stream.events(1_500).await.into_iter().map(|(id, _)| id).collect();
    assert!(
        ids.iter().copied().eq(2..=1_501),
        "{:?}",
        ids.iter().zip(2..).find(|(found, wanted)| **found != *wanted)
    );
    assert!(stream.quiet().await);
}

#[actix_web::test]
async fn only_what_is_wanted_comes() {
    let log = Log::new().await;
    let wanted = Wanted { site_id: Some(7), content_id: None };
    let mut stream = log.listen_for(wanted, None).await;
    log.record(ACCOUNT, 2).await;
    log.record(2, 2).await;
    assert!(stream.quiet().await);
    let mut tx = log.database.begin().await.unwrap();
    sync_events::record(&mut tx, vec![Entry { site_id: 7, ..entry(ACCOUNT) }.at(NOW.parse().unwrap())])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(stream.events(1).await[0].0, 5);
}

#[actix_web::test]
async fn ends_with_the_doors() {
    let log = Log::new().await;
    let mut streams = Vec::new();
    for _ in 0..1_000 {
        streams.push(log.listen(None).await);
    }
    assert_eq!(log.hub.listeners(), 1_000);
    assert!(log.hub.sit(ACCOUNT, 1_000).is_none(), "no seat is left");
    log.record(ACCOUNT, 1).await;
    for stream in &mut streams {
        assert_eq!(stream.events(1).await.len(), 1);
    }
    log.lifecycle.stop();
    let stopped = tokio::spawn({
        let lifecycle = log.lifecycle.clone();
        async move { lifecycle.run_until_stopped().await }
    });
    for stream in &mut streams {
        let end = tokio::time::timeout(Duration::from_secs(2), stream.bytes.next()).await;
        assert!(end.expect("ends in time").is_none());
    }
    assert!(stopped.await.unwrap().is_clean());
    drop(streams);
    assert_eq!(log.hub.listeners(), 0);
}

#[actix_web::test]
async fn the_door_tells_what_it_does_not_take() {
    let api = Api::start_with(|settings| settings.events.most_streams = 0).await;
    let team = api.team("tideline").await;
    let path = "/api/v1/integration/events/stream";
    assert_eq!(api.get("", path).await.status, 401);
    let answer = api.get(&team.viewer, &format!("{path}?last_event_id=x")).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (422, "invalid_last_event_id"));
    let answer = api.get(&team.viewer, path).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (503, "too_many_streams"));
    assert_eq!(answer.header("retry-after"), "5");
}

#[actix_web::test]
async fn the_list_is_narrowed() {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let now = api.now();
    let account_id = team.account_id.get();
    let entries = [
        entry(account_id),
        Entry { site_id: 7, content_id: Some(3), ..entry(account_id) },
        Entry { error: Some("away".to_owned()), event_type: PUBLISH, ..entry(account_id) },
        entry(account_id + 1),
    ];
    let mut tx = api.state.database.begin().await.unwrap();
    sync_events::record(&mut tx, entries.map(|it| it.at(now)).into()).await.unwrap();
    tx.commit().await.unwrap();
    let ids = async |query: &str| {
        let page = api.get(&team.viewer, &format!("/api/v1/integration/events/?{query}")).await.json();
        page["data"].as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, [3, 2, 1]);
    assert_eq!(ids("site=7").await, [2]);
    assert_eq!(ids("content=3&type=webhook").await, [2]);
    assert_eq!(ids("type=publish").await, [3]);
    assert_eq!(ids("success=false").await, [3]);
    assert_eq!(ids("since=2026-11-22T10:00:01Z").await, Vec::<i64>::new());
    assert_eq!(ids("since=2026-11-22T10:00:00Z&limit=2").await, [3, 2]);
    for query in ["success=x", "since=yesterday", "site=x"] {
        let answer = api.get(&team.viewer, &format!("/api/v1/integration/events/?{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (422, "invalid_query"), "{query}");
    }
    let failed = api.get(&team.viewer, "/api/v1/integration/events/?success=false").await.json();
    assert_eq!(
        (failed["data"][0]["error_message"].as_str(), failed["data"][0]["success"].clone()),
        (Some("away"), json!(false))
    );
}

/// The log of a database, and a hub that reads it.
struct Log {
    database: Database,
    hub: Hub,
    lifecycle: Lifecycle,
    _database: TestDatabase,
}

impl Log {
    async fn new() -> Self {
        let server = TestDatabase::new(MIGRATIONS).await;
        let database = server.database("test");
        let lifecycle = Lifecycle::new(&LifecycleSettings::default());
        let hub = Hub::default();
        hub.start(&lifecycle, &database);
        Self { database, hub, lifecycle, _database: server }
    }

    async fn record(&self, account: i64, count: usize) {
        let mut tx = self.database.begin().await.unwrap();
        let entries = (0..count).map(|_| entry(account).at(Clock::system().now())).collect();
        sync_events::record(&mut tx, entries).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Records one event without committing.
    async fn begin(&self, account: i64) -> Open {
        let mut tx = self.database.begin().await.unwrap();
        sync_events::record(&mut tx, vec![entry(account).at(NOW.parse().unwrap())]).await.unwrap();
        Open(Some(tx))
    }

    async fn listen(&self, seen: Option<&str>) -> Frames {
        self.listen_for(Wanted::default(), seen).await
    }

    async fn listen_for(&self, wanted: Wanted, seen: Option<&str>) -> Frames {
        let seat = self.hub.sit(ACCOUNT, 1_000).unwrap();
        let seen = seen.map(|it| it.parse().unwrap());
        let account = AccountId::new(ACCOUNT);
        let listener = Listener::new(seat, account, self.database.clone(), wanted, seen).await.unwrap();
        let mut bytes: Bytestream = Box::pin(listener.into_stream());
        let greeting = bytes.next().await.unwrap().unwrap();
        assert!(greeting.starts_with(b"retry: 2000\nid: "));
        Frames { bytes, rest: String::new() }
    }
}

struct Open(Option<Tx>);

impl Open {
    async fn commit_now(&mut self) {
        self.0.take().unwrap().commit().await.unwrap();
    }
}

type Bytestream = Pin<Box<dyn Stream<Item = Result<Bytes, actix_web::Error>>>>;

/// What a client sees.
struct Frames {
    bytes: Bytestream,
    rest: String,
}

impl Frames {
    /// The next events: their ids and the place after each.
    async fn events(&mut self, count: usize) -> Vec<(i64, String)> {
        let mut events = Vec::new();
        while events.len() < count {
            if let Some((frame, rest)) = self.rest.split_once("\n\n") {
                let place = frame.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned();
                let data = frame.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
                let data: Value = serde_json::from_str(data).unwrap();
                events.push((data["id"].as_i64().unwrap(), place));
                self.rest = rest.to_owned();
                continue;
            }
            let bytes = tokio::time::timeout(Duration::from_secs(5), self.bytes.next()).await;
            let bytes = bytes.unwrap_or_else(|_| panic!("only {} of {count} came", events.len()));
            self.rest.push_str(std::str::from_utf8(&bytes.unwrap().unwrap()).unwrap());
        }
        events
    }

    /// Whether nothing comes for a while.
    async fn quiet(&mut self) -> bool {
        self.rest.is_empty()
            && tokio::time::timeout(Duration::from_millis(700), self.bytes.next()).await.is_err()
    }
}

fn entry(account_id: i64) -> Entry {
    Entry {
        account_id,
        site_id: 1,
        integration_id: None,
        content_id: None,
        event_type: crate::flows::sync_log::WEBHOOK,
        action: "status_update",
        direction: WP_TO_IGNY8,
        description: "Something happened".to_owned(),
        error: None,
        external_id: None,
        details: json!({}),
        duration_ms: None,
    }
}
