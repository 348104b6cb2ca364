use contracts::content::DeliveryApplied;
use contracts::publishing::{
    ContentPublished, Failure, Progress, PublishContent, PublishFailed, PublishStarted,
};
use contracts::webhook::{Position, WordpressStatusChanged};
use secrets::SigningKey;
use serde_json::{Value, json};
use testkit::{TestBroker, eventually};
use uuid::Uuid;

use crate::running::{Running, say};

const CONTENT: &str = "/api/v1/writer/content/";
const STREAM: &str = "/api/v1/integration/events/stream/";

#[tokio::test(flavor = "multi_thread")]
async fn an_article_goes_out_and_comes_back() {
    let desk = Desk::open().await;
    let path = desk.submitted().await;
    desk.ask("POST", &format!("{path}publish/"), Value::Null).await;
    let order: PublishContent = desk.service.broker.receive("publisher.orders").await;
    assert_eq!(order.article.as_ref().unwrap().title, "Tides");

    // Late and repeated: only what leads forward counts.
    let published = live(&order, 2);
    desk.service.say(&published).await;
    desk.service.say(&PublishStarted { progress: Some(progress(&order, 1)) }).await;
    desk.service.say(&published).await;
    let shown = desk.until(&path, |it| it["publication"]["state"] == "live").await;
    assert_eq!((shown["status"].as_str(), shown["external_id"].as_str()), (Some("published"), Some("77")));

    // In WordPress it is made a draft, then deleted; the words arrive in the wrong order.
    desk.service.say(&word(&order, 1, "draft")).await;
    let shown = desk.until(&path, |it| it["metadata"]["wordpress_status"] == "draft").await;
    assert_eq!(
        (shown["status"].as_str(), shown["publication"]["state"].as_str()),
        (Some("draft"), Some("unpublished"))
    );
    desk.service.say(&word(&order, 3, "deleted")).await;
    desk.service.say(&word(&order, 2, "publish")).await;
    let outcomes = desk.outcomes(3).await;
    assert_eq!(outcomes, ["applied", "applied", "stale"]);
    let shown = desk.until(&path, |it| it["publication"]["state"] == "gone").await;
    assert_eq!(shown["metadata"]["wordpress_status"], "deleted");
    desk.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_gives_the_article_back_and_it_can_go_again() {
    let desk = Desk::open().await;
    let path = desk.submitted().await;
    desk.ask("POST", &format!("{path}publish/"), Value::Null).await;
    let order: PublishContent = desk.service.broker.receive("publisher.orders").await;
    let failure = Failure {
        cause: "wrong_key".into(),
        detail: "The site refused the key.".into(),
        ..Failure::default()
    };
    let failed =
        PublishFailed { progress: Some(progress(&order, 1)), failure: Some(failure), duration_ms: 5 };
    desk.service.say(&failed).await;
    let shown = desk.until(&path, |it| it["publication"]["state"] == "failed").await;
    assert_eq!(
        (shown["status"].as_str(), shown["publication"]["error"]["cause"].as_str()),
        (Some("review"), Some("wrong_key"))
    );

    desk.ask("POST", &format!("{path}publish/"), Value::Null).await;
    let again: PublishContent = desk.service.broker.receive("publisher.orders").await;
    assert_ne!(again.operation_id, order.operation_id);
    assert_eq!(again.revision, order.revision);
    // What the first one still has to say does not concern the second.
    desk.service.say(&live(&order, 2)).await;
    desk.service.say(&live(&again, 1)).await;
    desk.until(&path, |it| it["publication"]["state"] == "live").await;
    desk.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_the_log_misses_nothing_across_a_break() {
    let desk = Desk::open().await;
    let mut stream = desk.service.follow(STREAM, &desk.owner, "").await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let path = desk.submitted().await;
    let mut first = Heard::default();
    first.listen(&mut stream, 2).await;
    assert_eq!(first.actions, ["content_created", "content_submitted"]);
    drop(stream);

    desk.ask("POST", &format!("{path}publish/"), Value::Null).await;
    let order: PublishContent = desk.service.broker.receive("publisher.orders").await;
    desk.service.say(&PublishStarted { progress: Some(progress(&order, 1)) }).await;
    desk.until(&path, |it| it["publication"]["state"] == "publishing").await;
    let mut stream = desk.service.follow(STREAM, &desk.owner, &first.place).await;
    desk.service.say(&live(&order, 2)).await;
    let mut second = Heard::default();
    second.listen(&mut stream, 3).await;
    assert_eq!(second.actions, ["publish_queued", "publish_started", "content_publish"]);

    // The stream is open while the service stops: it ends in order, and holds nothing up.
    desk.service.stop().await;
    while let Some(rest) = stream.chunk().await.unwrap() {
        assert!(!rest.starts_with(b"id: "), "nothing else happened");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_the_log_misses_nothing_across_a_restart() {
    let mut desk = Desk::open().await;
    let mut stream = desk.service.follow(STREAM, &desk.owner, "").await;
    let path = desk.submitted().await;
    desk.ask("POST", &format!("{path}publish/"), Value::Null).await;
    let order: PublishContent = desk.service.broker.receive("publisher.orders").await;
    let mut first = Heard::default();
    first.listen(&mut stream, 3).await;
    assert_eq!(first.actions, ["content_created", "content_submitted", "publish_queued"]);

    let meanwhile = async |broker: &TestBroker| {
        say(broker, &PublishStarted { progress: Some(progress(&order, 1)) }).await;
        say(broker, &live(&order, 2)).await;
    };
    desk.service = desk.service.restart(meanwhile).await;
    let mut stream = desk.service.follow(STREAM, &desk.owner, &first.place).await;
    let mut second = Heard::default();
    second.listen(&mut stream, 2).await;
    assert_eq!(second.actions, ["publish_started", "content_publish"]);
    drop(stream);
    desk.service.stop().await;
}

/// What came by a stream.
#[derive(Default)]
struct Heard {
    actions: Vec<String>,
    place: String,
    rest: String,
}

impl Heard {
    async fn listen(&mut self, stream: &mut reqwest::Response, count: usize) {
        while self.actions.len() < count {
            let chunk = stream.chunk().await.unwrap().expect("the stream goes on");
            self.rest.push_str(std::str::from_utf8(&chunk).unwrap());
            while let Some(end) = self.rest.find("\n\n") {
                let frame: String = self.rest.drain(..end + 2).collect();
                for line in frame.lines() {
                    if let Some(place) = line.strip_prefix("id: ") {
                        place.clone_into(&mut self.place);
                    }
                    if let Some(data) = line.strip_prefix("data: ") {
                        let data: Value = serde_json::from_str(data).unwrap();
                        self.actions.push(data["action"].as_str().unwrap().to_owned());
                    }
                }
            }
        }
    }
}

/// A writer with a connected site.
struct Desk {
    service: Running,
    owner: String,
    site_id: i64,
}

impl Desk {
    async fn open() -> Self {
        let service = Running::start().await;
        let owner = service.owner().await;
        let site = json!({"name": "A", "url": "https://a.example.com"});
        let site_id = service.ask("POST", "/api/v1/sites/", &owner, site).await["id"].as_i64().unwrap();
        let integrations = "/api/v1/integration/integrations/";
        let wish = json!({ "site_id": site_id });
        let made = service.ask("POST", &format!("{integrations}generate-api-key/"), &owner, wish).await;
        let pairing = json!({
            "site_id": site_id, "site_url": "https://a.example.com", "rest_url": "https://a.example.com/wp-json/",
            "plugin_version": "2.0.0", "wp_version": "6.5.5", "php_version": "8.2.1",
            "public_key": SigningKey::generate().verifying_key().to_base64(),
        });
        let key = made["api_key"].as_str().unwrap();
        service.ask("POST", &format!("{integrations}test-connection/"), key, pairing).await;
        Self { service, owner, site_id }
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> Value {
        self.service.ask(method, path, &self.owner, body).await
    }

    /// An article in review; its address.
    async fn submitted(&self) -> String {
        let article =
            json!({"site_id": self.site_id, "title": "Tides", "content_html": "<p>Twice a day.</p>"});
        let path = format!("{CONTENT}{}/", self.ask("POST", CONTENT, article).await["id"]);
        self.ask("POST", &format!("{path}submit/"), Value::Null).await;
        path
    }

    async fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        eventually("the article to be so", async || {
            let shown = self.ask("GET", path, Value::Null).await;
            is_so(&shown).then_some(shown)
        })
        .await
    }

    /// What webhook-ingest hears of its deliveries.
    async fn outcomes(&self, count: usize) -> Vec<String> {
        let mut outcomes = Vec::new();
        for _ in 0..count {
            let applied: DeliveryApplied = self.service.broker.receive("webhook.delivery_applied").await;
            outcomes.push(applied.outcome);
        }
        outcomes
    }
}

fn progress(order: &PublishContent, sequence: i64) -> Progress {
    Progress {
        operation_id: order.operation_id.clone(),
        job_id: Uuid::from_u128(7).to_string(),
        account_id: order.account_id,
        site_id: order.site_id,
        content_id: order.content_id,
        sequence,
        occurred_at_ms: order.ordered_at_ms,
        attempt: 1,
        command: "publish".into(),
    }
}

fn live(order: &PublishContent, sequence: i64) -> ContentPublished {
    ContentPublished {
        progress: Some(progress(order, sequence)),
        external_id: "77".into(),
        external_url: "https://a.example.com/tides/".into(),
        wordpress_status: "publish".into(),
        ..ContentPublished::default()
    }
}

fn word(order: &PublishContent, sequence: i64, post_status: &str) -> WordpressStatusChanged {
    WordpressStatusChanged {
        delivery_id: Uuid::now_v7().to_string(),
        account_id: order.account_id,
        site_id: order.site_id,
        position: Some(Position { site_sequence: Some(sequence), modified_at_ms: None, arrival: sequence }),
        post_id: 77,
        content_id: order.content_id,
        post_status: post_status.to_owned(),
        ..WordpressStatusChanged::default()
    }
}
