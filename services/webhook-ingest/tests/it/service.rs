use std::collections::HashSet;

use contracts::site::SiteCredentialChanged;
use contracts::webhook::WordpressStatusChanged;
use contracts::{FromWire, Message, WordpressEvent};
use database::Database;
use diesel::sql_types::{Binary, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use domain::Clock;
use jiff::Timestamp;
use messaging::{Broker, Outgoing, Sent};
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use testkit::{TestBroker, TestDatabase, eventually};
use uuid::Uuid;
use webhook_ingest::app::App;
use webhook_ingest::settings::{DEFAULTS, Settings};

use crate::site::{PEPPER, Site};

pub const EVENTS: &str = "/api/v1/integration/webhooks/wordpress/events/";
pub const STATUS: &str = "/api/v1/integration/webhooks/wordpress/status/";
pub const METADATA: &str = "/api/v1/integration/webhooks/wordpress/metadata/";
pub const NOTICE: &str = "/api/v1/integration/webhook/wordpress/";
pub const DELIVERIES: &str = "/api/v1/integration/webhooks/deliveries/";

/// The service, running, with a database of its own.
pub struct Service {
    pub base: String,
    pub database: Database,
    pub test_database: TestDatabase,
    client: Client,
    app: Option<App>,
}

/// Nobody listens there: what is to be sent stays in the outbox, where a test can look at it.
const NO_BROKER: &str = "amqp://127.0.0.1:1/none";

impl Service {
    /// Without a broker.
    pub async fn start() -> Self {
        Self::start_with(TestDatabase::new(webhook_ingest::MIGRATIONS).await, None, None, &Clock::system())
    }

    pub async fn start_on(broker: &TestBroker) -> Self {
        let database = TestDatabase::new(webhook_ingest::MIGRATIONS).await;
        let url = secrets::ExposeSecret::expose_secret(&broker.settings().url).to_owned();
        Self::start_with(database, None, Some(&url), &Clock::system())
    }

    /// `database_url`: another way to the same database.
    pub fn start_with(
        database: TestDatabase,
        database_url: Option<&str>,
        broker: Option<&str>,
        clock: &Clock,
    ) -> Self {
        let environment = environment(database_url.unwrap_or(database.url()), broker.unwrap_or(NO_BROKER));
        Self::start_in(database, environment, clock)
    }

    /// Without a broker, with other settings than usual.
    pub async fn start_set(settings: &[(&str, &str)]) -> Self {
        let database = TestDatabase::new(webhook_ingest::MIGRATIONS).await;
        let mut environment = environment(database.url(), NO_BROKER);
        environment.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Self::start_in(database, environment, &Clock::system())
    }

    fn start_in(database: TestDatabase, environment: Vec<(String, String)>, clock: &Clock) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let settings: Settings = settings::load_from(DEFAULTS, None, environment).unwrap();
        let app = App::start(settings, clock).unwrap();
        Self {
            base: format!("http://127.0.0.1:{}", app.address.port()),
            database: database.database("test"),
            test_database: database,
            client: Client::builder().no_proxy().build().unwrap(),
            app: Some(app),
        }
    }

    pub async fn stop(mut self) {
        let app = self.app.take().unwrap();
        app.lifecycle.stop();
        app.run_until_stopped().await.unwrap();
    }

    /// Lets the service know the site, as its consumer does.
    pub async fn knows(&self, site: &Site) {
        self.told(site.announced()).await;
    }

    pub async fn told(&self, message: SiteCredentialChanged) {
        let mut tx = self.database.begin().await.unwrap();
        credentials::apply(&mut tx, Timestamp::now(), vec![message]).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn post(
        &self,
        path: &str,
        headers: Vec<(String, String)>,
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let mut request =
            self.client.post(format!("{}{path}", self.base)).header("Content-Type", "application/json");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        Answer::of(request.body(body).send().await.unwrap()).await
    }

    pub async fn get(&self, path: &str, headers: Vec<(String, String)>) -> Answer {
        let mut request = self.client.get(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    pub async fn get_text(&self, path: &str) -> String {
        let request = self.client.get(format!("{}{path}", self.base));
        request.send().await.unwrap().text().await.unwrap()
    }

    /// As the plugin sends them.
    pub async fn send(&self, site: &Site, events: &[Value]) -> Answer {
        let body = Value::from(events).to_string();
        self.post(EVENTS, site.headers(&body), body).await
    }

    /// The changes of status that wait to be sent, in order.
    pub async fn outbox(&self) -> Vec<WordpressStatusChanged> {
        let status = |event| match event {
            WordpressEvent::StatusChanged(it) => Some(it),
            _ => None,
        };
        self.events().await.into_iter().filter_map(status).collect()
    }

    /// What waits to be sent, in order.
    pub async fn events(&self) -> Vec<WordpressEvent> {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            type_name: String,
            #[diesel(sql_type = Binary)]
            body: Vec<u8>,
        }
        let rows: Vec<Row> = diesel::sql_query("SELECT type_name, body FROM outbox ORDER BY id")
            .load(&mut *self.database.connection().await.unwrap())
            .await
            .unwrap();
        rows.iter().map(|row| WordpressEvent::from_wire(&row.type_name, &row.body).unwrap()).collect()
    }

    /// The ids of those that were kept.
    pub async fn deliveries(&self) -> HashSet<Uuid> {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = SqlUuid)]
            id: Uuid,
        }
        let connection = &mut *self.database.connection().await.unwrap();
        let rows: Vec<Row> = diesel::sql_query("SELECT id FROM deliveries").load(connection).await.unwrap();
        rows.into_iter().map(|row| row.id).collect()
    }

    pub async fn execute(&self, sql: &str) {
        diesel::sql_query(sql).execute(&mut *self.database.connection().await.unwrap()).await.unwrap();
    }

    pub async fn count(&self, sql: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            count: i64,
        }
        let connection = &mut *self.database.connection().await.unwrap();
        let row: Row =
            diesel::sql_query(format!("SELECT count(*) {sql}")).get_result(connection).await.unwrap();
        row.count
    }
}

pub fn environment(database_url: &str, broker_url: &str) -> Vec<(String, String)> {
    [
        ("IGNY8__HTTP__BIND", "127.0.0.1:0"),
        ("IGNY8__HTTP__WORKERS", "2"),
        ("IGNY8__DATABASE__URL", database_url),
        ("IGNY8__BROKER__URL", broker_url),
        ("IGNY8__SECRETS__API_KEY_PEPPER", PEPPER),
        // Stories are told in a hurry, and all from one address.
        ("IGNY8__LIMITS__PER_IP__PER_SECOND", "0"),
        ("IGNY8__LIMITS__PER_KEY__PER_SECOND", "0"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// Sends a message as another service would.
pub async fn say<M: Message>(broker: &Broker, message: &M) {
    let publisher = broker.publisher().await.unwrap();
    let message = Outgoing::of(message);
    // As a relay does: a queue that was just made may refuse at first.
    eventually("the broker takes the message", async || {
        let sent = publisher.publish(std::slice::from_ref(&message)).await.unwrap();
        (sent == [Sent::Confirmed]).then_some(())
    })
    .await;
    publisher.close().await;
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub json: Value,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let json = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default();
        Self { status, headers, json }
    }

    /// Status and code of a problem.
    pub fn refusal(&self) -> (u16, &str) {
        (self.status.as_u16(), self.json["code"].as_str().unwrap_or_default())
    }

    /// What became of each event, as one word each.
    pub fn acks(&self) -> Vec<&str> {
        assert_eq!(self.status, StatusCode::OK, "{}", self.json);
        self.json["data"]["acks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["status"].as_str().unwrap())
            .collect()
    }

    pub fn delivery_ids(&self) -> Vec<&str> {
        let acks = self.json["data"]["acks"].as_array().unwrap();
        acks.iter().map(|it| it["delivery_id"].as_str().unwrap()).collect()
    }
}
