//! The whole service on a port of its own, with a database and a broker of its own.

use std::time::Duration;

use contracts::Message;
use domain::Clock;
use integration_api::MIGRATIONS;
use integration_api::app::App;
use integration_api::flows::open_account::{NewAccount, open};
use integration_api::settings::{DEFAULTS, Settings};
use lifecycle::{Lifecycle, Stopped};
use messaging::{Outgoing, Sent};
use secrets::{ExposeSecret, SigningKey, random_key};
use serde_json::{Value, json};
use testkit::{TestBroker, TestDatabase, eventually};
use tokio::task::JoinHandle;

const PASSWORD: &str = "correct horse";

pub struct Running {
    pub broker: TestBroker,
    pub database: TestDatabase,
    base: String,
    client: reqwest::Client,
    environment: Environment,
    lifecycle: Lifecycle,
    ended: JoinHandle<Stopped>,
}

impl Running {
    pub async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (database, broker) = (TestDatabase::new(MIGRATIONS).await, TestBroker::new().await);
        let environment = environment(&database, &broker);
        Self::start_with(environment, database, broker).await
    }

    async fn start_with(environment: Environment, database: TestDatabase, broker: TestBroker) -> Self {
        let settings: Settings = settings::load_from(DEFAULTS, None, environment.clone()).unwrap();
        let app = App::start(settings, Clock::system()).unwrap();
        let lifecycle = app.lifecycle.clone();
        let waiting = lifecycle.clone();
        let ended = tokio::spawn(async move { waiting.run_until_stopped().await });
        let running = Self {
            base: format!("http://{}", app.address),
            client: reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build().unwrap(),
            environment,
            broker,
            database,
            lifecycle,
            ended,
        };
        eventually("the service to be ready with its broker", async || {
            let (_, said) = running.call("GET", "/readyz?verbose", "", Value::Null).await;
            let checks = said["checks"].as_array()?;
            (said["ready"] == true && checks.iter().all(|it| it["ok"] == true)).then_some(())
        })
        .await;
        running
    }

    /// Status and body.
    pub async fn call(&self, method: &str, path: &str, token: &str, body: Value) -> (u16, Value) {
        let mut request = self.client.request(method.parse().unwrap(), format!("{}{path}", self.base));
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if !body.is_null() {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or(Value::Null))
    }

    /// A request that has to succeed; its `data`.
    pub async fn ask(&self, method: &str, path: &str, token: &str, body: Value) -> Value {
        let (status, answer) = self.call(method, path, token, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        answer["data"].clone()
    }

    /// An answer that goes on.
    pub async fn follow(&self, path: &str, token: &str, last_event_id: &str) -> reqwest::Response {
        let request = self.client.get(format!("{}{path}", self.base)).bearer_auth(token);
        let response = request.header("last-event-id", last_event_id).send().await.unwrap();
        assert_eq!(response.status(), 200);
        response
    }

    /// An account's owner, logged in.
    pub async fn owner(&self) -> String {
        let hash = secrets::password::hash(PASSWORD).unwrap();
        let mut tx = self.database.database("test").begin().await.unwrap();
        let new = NewAccount { name: "Tideline", email: "owner@tideline.test", operator: false };
        open(&mut tx, &new, &hash, Clock::system().now()).await.unwrap();
        tx.commit().await.unwrap();
        let login = json!({"email": "owner@tideline.test", "password": PASSWORD});
        let session = self.ask("POST", "/api/v1/auth/login/", "", login).await;
        session["token"].as_str().unwrap().to_owned()
    }

    /// Runs a verb of the binary beside it: whether it went well, and what it printed.
    pub fn verb(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_integration-api"));
        let output = command.args(arguments).envs(self.environment.clone()).output().unwrap();
        let printed = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(printed).unwrap())
    }

    /// Says something as another service would.
    pub async fn say<M: Message>(&self, message: &M) {
        say(&self.broker, message).await;
    }

    pub async fn stop(self) {
        self.lifecycle.stop();
        assert_eq!(self.ended.await.unwrap(), Stopped::default());
    }

    /// Stops, and starts anew on the same database and broker; `meanwhile` happens while nobody is there.
    pub async fn restart(self, meanwhile: impl AsyncFnOnce(&TestBroker)) -> Self {
        let Self { environment, broker, database, lifecycle, ended, .. } = self;
        lifecycle.stop();
        assert_eq!(ended.await.unwrap(), Stopped::default());
        meanwhile(&broker).await;
        Self::start_with(environment, database, broker).await
    }
}

/// Says something as another service would.
pub async fn say<M: Message>(broker: &TestBroker, message: &M) {
    let publisher = broker.broker("another service").publisher().await.unwrap();
    assert_eq!(publisher.publish(&[Outgoing::of(message)]).await.unwrap(), [Sent::Confirmed]);
    publisher.close().await;
}

type Environment = Vec<(String, String)>;

fn environment(database: &TestDatabase, broker: &TestBroker) -> Environment {
    let secret = || random_key().expose_secret().to_owned();
    let variables = [
        ("IGNY8__HTTP__BIND", "127.0.0.1:0".to_owned()),
        ("IGNY8__HTTP__WORKERS", "1".to_owned()),
        ("IGNY8__DATABASE__URL", database.url().to_owned()),
        ("IGNY8__DATABASE__POOL_SIZE", "8".to_owned()),
        ("IGNY8__BROKER__URL", broker.settings().url.expose_secret().to_owned()),
        ("IGNY8__SECRETS__API_KEY_PEPPER", secret()),
        ("IGNY8__SECRETS__SEALING_KEY", secret()),
        ("IGNY8__SIGNING__PUBLIC_KEY", SigningKey::generate().verifying_key().to_base64()),
        ("IGNY8__PUBLIC_URLS__API", "https://api.igny8.test".to_owned()),
        ("IGNY8__PUBLIC_URLS__WEBHOOKS", "https://hooks.igny8.test".to_owned()),
        ("IGNY8__PUBLIC_URLS__PLUGINS", "https://plugins.igny8.test".to_owned()),
    ];
    variables.map(|(name, value)| (name.to_owned(), value)).into()
}
