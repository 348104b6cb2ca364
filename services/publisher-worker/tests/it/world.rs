use std::sync::Arc;
use std::time::Duration;

use contracts::publishing::{Article, PublishContent};
use contracts::site::{SiteCredentialChanged, SiteState};
use contracts::topology::queues;
use contracts::{Message, PublishReport};
use database::Database;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;
use domain::Clock;
use lifecycle::Lifecycle;
use messaging::{Outgoing, Sent};
use publisher_worker::app::{App, MIGRATIONS};
use publisher_worker::egress::SystemLookup;
use publisher_worker::settings::{DEFAULTS, Settings};
use secrets::{ExposeSecret, Sealer, Secret, SigningKey, random_key};
use testkit::{FakeSite, TestBroker, TestDatabase, Trust, Wire, eventually};
use tokio::runtime::Runtime;
use uuid::Uuid;

/// A database and a broker of their own, and the platform's keys.
pub struct World {
    database: TestDatabase,
    pub broker: TestBroker,
    signing: SigningKey,
    sealing: Secret,
}

pub const ACCOUNT: i64 = 5;
pub const SITE: i64 = 7;

impl World {
    pub async fn new() -> Self {
        log_if_asked();
        let (database, broker) = tokio::join!(TestDatabase::new(MIGRATIONS), TestBroker::new());
        Self { database, broker, signing: SigningKey::generate(), sealing: random_key() }
    }

    /// Everything is faster than in life, but in the same order.
    pub fn settings(&self, changes: &[(&str, &str)]) -> Settings {
        let usual = [
            ("HTTP__BIND", "127.0.0.1:0"),
            ("EGRESS__ALLOW_LOOPBACK", "true"),
            ("EGRESS__TIMEOUT", "800ms"),
            ("IMAGES__BUDGET", "2s"),
            ("JOBS__LEASE_SECONDS", "15"),
            ("JOBS__POLL_MS", "50"),
            ("RELAY__POLL_MS", "50"),
            ("RETRY__FIRST_DELAY", "300ms"),
            ("RETRY__FIRST_LOOK", "100ms"),
        ];
        let environment =
            usual.iter().chain(changes).map(|(key, value)| (format!("IGNY8__{key}"), (*value).to_owned()));
        let secrets = [
            ("IGNY8__SIGNING__PRIVATE_KEY".to_owned(), self.signing.to_base64().expose_secret().to_owned()),
            ("IGNY8__SECRETS__SEALING_KEY".to_owned(), self.sealing.expose_secret().to_owned()),
            ("IGNY8__DATABASE__URL".to_owned(), self.database.url().to_owned()),
            ("IGNY8__BROKER__URL".to_owned(), self.broker.settings().url.expose_secret().to_owned()),
        ];
        let mut settings: Settings = settings::load_from(DEFAULTS, None, environment.chain(secrets)).unwrap();
        settings.database = self.database.settings();
        settings.broker = self.broker.settings();
        settings
    }

    pub fn worker(&self) -> Running {
        self.worker_with(&[])
    }

    pub fn worker_with(&self, changes: &[(&str, &str)]) -> Running {
        Running::start(self.settings(changes))
    }

    /// A worker that reaches its database and its broker by these wires.
    pub fn worker_by(&self, database: &Wire, broker: &Wire, changes: &[(&str, &str)]) -> Running {
        let mut settings = self.settings(changes);
        settings.database.url = database.url();
        settings.broker.url = broker.url();
        Running::start(settings)
    }

    /// The way to its database, and to its broker.
    pub fn wires(&self) -> (Wire, Wire) {
        (Wire::to(&self.database.settings().url), Wire::to(&self.broker.settings().url))
    }

    /// A site whose plugin checks our signatures.
    pub fn site(&self) -> FakeSite {
        FakeSite::start(Trust::Signature(self.signing.verifying_key(), SITE..=SITE + 99))
    }

    pub async fn connect(&self, site_id: i64, rest_url: &str) {
        self.say(credentials(site_id, rest_url)).await;
    }

    pub fn seal(&self, key: &str, site_id: i64) -> Vec<u8> {
        self.sealed(key, &format!("site.outbound_key|{site_id}"))
    }

    fn sealed(&self, secret: &str, context: &str) -> Vec<u8> {
        Sealer::from_base64(&self.sealing).unwrap().seal(secret.as_bytes(), context)
    }

    /// How a site without the plugin is reached.
    pub fn by_password(&self, site_id: i64, rest_url: &str, password: &str) -> SiteCredentialChanged {
        SiteCredentialChanged {
            site_public_key: Vec::new(),
            connection: "application_password".to_owned(),
            username: "ed".to_owned(),
            sealed_application_password: self
                .sealed(password, &format!("site.application_password|{site_id}")),
            ..credentials(site_id, rest_url)
        }
    }

    /// Orders an article and says under which operation.
    pub async fn order(&self, site_id: i64, content_id: i64) -> Uuid {
        let order = order(site_id, content_id);
        let operation = order.operation_id.parse().unwrap();
        self.say(order).await;
        operation
    }

    pub async fn say(&self, message: impl Message) {
        self.say_all(vec![message]).await;
    }

    pub async fn say_all<M: Message>(&self, messages: Vec<M>) {
        let publisher = self.broker.broker("test").publisher().await.unwrap();
        let messages: Vec<Outgoing> = messages.iter().map(Outgoing::of).collect();
        for chunk in messages.chunks(500) {
            // A queue that was made this moment may refuse; what was taken twice has the same id.
            while publisher.publish(chunk).await.unwrap().iter().any(|sent| *sent != Sent::Confirmed) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        publisher.close().await;
    }

    /// What integration-api hears next.
    pub async fn report(&self) -> PublishReport {
        self.broker.receive(queues::INTEGRATION_PUBLISH_RESULTS.name).await
    }

    /// The reports up to the first that is of this kind, as one line each; what a killed relay said twice stands once.
    pub async fn reports_until(&self, last: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = describe(&self.report().await);
            let found = line.contains(last);
            if lines.last() != Some(&line) {
                lines.push(line);
            }
            if found {
                return lines;
            }
        }
    }

    /// The jobs with the calls made for them, one line each.
    pub async fn picture(&self) -> String {
        #[derive(diesel::QueryableByName)]
        struct Line {
            #[diesel(sql_type = Text)]
            line: String,
        }
        let lines: Vec<Line> = diesel::sql_query(
            "SELECT format('c%s %s:%s', content_id, state, coalesce((
                 SELECT string_agg(format(' %s %s', attempts.kind, outcome), ',' ORDER BY attempts.id) FROM attempts
                 WHERE job_id = jobs.id), '')) AS line
             FROM jobs ORDER BY content_id, id",
        )
        .load(&mut self.reader().connection().await.unwrap())
        .await
        .unwrap();
        lines.into_iter().map(|line| line.line).collect::<Vec<_>>().join("\n")
    }

    /// Waits until every job is in one of these states.
    pub async fn jobs_are(&self, count: i64, states: &str) {
        let states = format!("{{{states}}}");
        eventually(&format!("{count} jobs {states}"), async || {
            let left =
                self.number(&format!("SELECT count(*) AS n FROM jobs WHERE state = ANY ('{states}')")).await;
            (left == count).then_some(())
        })
        .await;
    }

    pub async fn number(&self, query: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Number {
            #[diesel(sql_type = BigInt)]
            n: i64,
        }
        let numbers: Vec<Number> =
            diesel::sql_query(query).load(&mut self.reader().connection().await.unwrap()).await.unwrap();
        numbers[0].n
    }

    pub async fn run(&self, statement: &str) {
        diesel::sql_query(statement).execute(&mut self.reader().connection().await.unwrap()).await.unwrap();
    }

    fn reader(&self) -> Database {
        self.database.database("test")
    }
}

/// A connected site whose plugin gave its key.
pub fn credentials(site_id: i64, rest_url: &str) -> SiteCredentialChanged {
    SiteCredentialChanged {
        account_id: ACCOUNT,
        site_id,
        integration_id: 70,
        version: 1,
        state: SiteState::Connected.into(),
        site_url: rest_url.to_owned(),
        rest_url: rest_url.to_owned(),
        site_public_key: vec![1; 32],
        ..SiteCredentialChanged::default()
    }
}

pub fn order(site_id: i64, content_id: i64) -> PublishContent {
    PublishContent {
        operation_id: Uuid::now_v7().to_string(),
        account_id: ACCOUNT,
        site_id,
        integration_id: 70,
        content_id,
        revision: "ab12".to_owned(),
        article: Some(Article {
            title: format!("Article {content_id}"),
            content_html: "<p>Good bread.</p>".to_owned(),
            status: "publish".to_owned(),
            post_type: "post".to_owned(),
            ..Article::default()
        }),
        ordered_at_ms: 0,
    }
}

/// `#2 published 77 (try 1)`
pub fn describe(report: &PublishReport) -> String {
    let progress = report.progress().unwrap();
    let what = match report {
        PublishReport::Started(_) => "started".to_owned(),
        PublishReport::Published(it) if it.adopted => format!("adopted {}", it.external_id),
        PublishReport::Published(it) => format!("published {}", it.external_id),
        PublishReport::Updated(it) => format!("updated {}", it.external_id),
        PublishReport::Moved(it) => format!("moved {} to {}", it.external_id, it.wordpress_status),
        PublishReport::Conflicted(it) => format!("conflict on {}", it.external_id),
        PublishReport::Mended(it) => format!(
            "mended {}, {} left{}",
            it.external_id,
            it.warnings.len(),
            if it.r#final { " for good" } else { "" }
        ),
        PublishReport::Cancelled(_) => "cancelled".to_owned(),
        PublishReport::Retrying(it) if it.waits_for_site => {
            format!("waiting after {}", it.failure.as_ref().unwrap().cause)
        }
        PublishReport::Retrying(it) => format!("retrying after {}", it.failure.as_ref().unwrap().cause),
        PublishReport::Unconfirmed(it) => format!("unconfirmed after {}", it.failure.as_ref().unwrap().cause),
        PublishReport::Failed(it) => format!("failed by {}", it.failure.as_ref().unwrap().cause),
    };
    format!("#{} {what} (try {})", progress.sequence, progress.attempt)
}

/// A worker with a runtime of its own, so that it can be killed.
pub struct Running {
    runtime: Option<Runtime>,
    lifecycle: Lifecycle,
    stopped: Option<tokio::sync::oneshot::Receiver<lifecycle::Stopped>>,
}

impl Running {
    fn start(settings: Settings) -> Self {
        // A runtime can't be driven from within another one.
        let started = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            let app = runtime.block_on(async {
                App::build_with(&settings, Clock::system(), Arc::new(SystemLookup)).unwrap()
            });
            let lifecycle = app.lifecycle().clone();
            let (tell, stopped) = tokio::sync::oneshot::channel();
            runtime.spawn(async move {
                let _ = tell.send(app.run_until_stopped().await);
            });
            Self { runtime: Some(runtime), lifecycle, stopped: Some(stopped) }
        });
        started.join().unwrap()
    }

    /// As SIGKILL does: whatever it is at, it goes no further.
    pub fn kill(mut self) {
        self.runtime.take().unwrap().shutdown_background();
    }

    /// As SIGTERM does.
    pub async fn stop(mut self) -> lifecycle::Stopped {
        self.lifecycle.stop();
        let stopped = self.stopped.take().unwrap();
        tokio::time::timeout(Duration::from_secs(40), stopped).await.expect("it stops").unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// `RUST_LOG=info cargo nextest run …` shows what the workers say.
fn log_if_asked() {
    let settings =
        telemetry::TelemetrySettings { filter: "off".to_owned(), ..telemetry::TelemetrySettings::default() };
    // Each test is a process of its own under nextest; elsewhere the first one sets it up for all.
    if let Ok(guard) = telemetry::init("test", &settings) {
        std::mem::forget(guard);
    }
}
