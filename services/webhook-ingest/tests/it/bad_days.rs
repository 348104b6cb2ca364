//! The database goes away, the process dies.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use domain::Clock;
use serde_json::{Value, json};
use testkit::{TestDatabase, eventually};

use crate::gate::{Gate, State};
use crate::service::{EVENTS, METADATA, NOTICE, STATUS, Service, environment};
use crate::site::Site;

#[tokio::test]
async fn without_the_database_there_is_no_success_and_no_long_wait() {
    let database = TestDatabase::new(webhook_ingest::MIGRATIONS).await;
    let gate = Gate::before(database.url()).await;
    let url = gate.url(database.url());
    let service = Service::start_with(database, Some(&url), None, &Clock::system());
    let site = Site::signing(1);
    service.knows(&site).await;
    let ready = async || service.get("/readyz", vec![]).await.status == 200;
    eventually("ready", async || ready().await.then_some(())).await;

    let mut seq = 0;
    for state in [State::Shut, State::Frozen] {
        seq += 1;
        assert_eq!(service.send(&site, &[site.event(seq, 7, "draft")]).await.acks(), ["accepted"]);
        gate.set(state);
        let away = [site.event(seq + 100, 8, "draft")];
        // The key is still remembered at first, and forgotten later.
        for pause in [0, 2_500] {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            let asked = Instant::now();
            let answer = service.send(&site, &away).await;
            assert_eq!(answer.refusal(), (503, "unavailable"), "{state:?}");
            assert!(asked.elapsed() < Duration::from_millis(3_200), "{state:?} took {:?}", asked.elapsed());
            assert!(answer.headers.contains_key("retry-after"));
        }
        eventually("not ready", async || (!ready().await).then_some(())).await;
        gate.set(State::Open);
        eventually("ready again", async || ready().await.then_some(())).await;
        let answer = eventually("taken again", async || {
            let answer = service.send(&site, &away).await;
            answer.status.is_success().then_some(answer)
        })
        .await;
        // Refused, and yet it may have been written: once.
        assert!(["accepted", "duplicate"].contains(&answer.acks()[0]));
    }
    assert_eq!(service.count("FROM deliveries").await, 4);
    assert_eq!(service.outbox().await.len(), 4);
    service.stop().await;
}

/// The binary, to be killed.
struct Process(Child, String);

impl Process {
    async fn start(database_url: &str) -> Self {
        let port = {
            let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            free.local_addr().unwrap().port()
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_webhook-ingest"));
        command.arg("serve").envs(environment(database_url, "amqp://127.0.0.1:1/none"));
        command.env("IGNY8__HTTP__BIND", format!("127.0.0.1:{port}"));
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let base = format!("http://127.0.0.1:{port}");
        eventually("the process listens", async || reqwest::get(format!("{base}/livez")).await.ok()).await;
        Self(child, base)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn killed_at_any_moment_it_keeps_what_it_said_it_kept() {
    // It stands in for the one that is killed when the tables are looked at.
    let service = Service::start().await;
    let site = Site::signing(2);
    service.knows(&site).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut all = 0;
    for round in 0..8u64 {
        let mut process = Process::start(service.test_database.url()).await;
        let events: Vec<Value> = (0..50).map(|nth| site.event(nth, 7, "draft")).collect();
        let batch = Value::from(events.clone()).to_string();
        let metadata = json!({"post_id": 7, "tags": ["bread"]}).to_string();
        let notice = json!({"action": "post_updated", "post_id": 7}).to_string();
        let status = json!({"post_id": 7, "post_status": "draft"}).to_string();
        let requests = [(EVENTS, batch), (METADATA, metadata), (NOTICE, notice), (STATUS, status)]
            .map(|(path, body)| (path, site.headers(&body), body));
        let sent = requests.clone().map(|(path, headers, body)| {
            let request = client.post(format!("{}{path}", process.1)).body(body);
            let request = headers.into_iter().fold(request, |it, (name, value)| it.header(name, value));
            tokio::spawn(request.send())
        });
        tokio::time::sleep(Duration::from_millis(round * 5)).await;
        process.0.kill().unwrap();
        process.0.wait().unwrap();
        let mut kept = 0;
        for (answer, (path, headers, body)) in sent.into_iter().zip(requests) {
            let said_yes = answer.await.unwrap().is_ok_and(|answer| answer.status().is_success());
            // The same request again tells what was kept: all of it or nothing.
            let again = service.post(path, headers, body).await;
            let outcomes = if path == EVENTS {
                again.acks()
            } else {
                vec![again.json["data"]["status"].as_str().unwrap()]
            };
            assert!(outcomes.iter().all(|it| *it == outcomes[0]), "{outcomes:?}");
            assert!(!said_yes || outcomes[0] == "duplicate", "{path} was acknowledged and lost");
            kept += outcomes.len();
        }
        all += kept;
    }
    assert_eq!(all, 8 * 53);
    assert_eq!(service.count("FROM deliveries").await, 8 * 53);
    assert_eq!(service.events().await.len(), 8 * 53);
    service.stop().await;
}
