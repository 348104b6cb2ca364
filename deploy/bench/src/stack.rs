//! The running programs that are measured, as `scripts/bench` started them.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use database::{Database, DatabaseSettings};
use messaging::{Broker, BrokerSettings, Outgoing, Publisher, Sent};
use reqwest::Method;
use secrets::{Secret, SigningKey};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::articles::credentials;
use crate::processes::Program;
use crate::rows;
use crate::stand_in::{Counts, Post};

#[derive(clap::Args)]
pub struct Options {
    /// Where the pid files of the running programs are.
    #[arg(long)]
    run: PathBuf,
    /// The stand-in's port.
    #[arg(long)]
    port: u16,
    /// How many sites it stands in for.
    #[arg(long)]
    sites: i64,
}

pub struct Stack {
    pub database: Database,
    pub broker: Broker,
    pub key: SigningKey,
    pub programs: Vec<Program>,
    pub port: u16,
    pub sites: i64,
    http: reqwest::Client,
}

/// Everything else comes from the environment: the worker's own settings.
const DEFAULTS: &str = "[database]\npool_size = 8\nstatement_timeout_ms = 30000\n[broker]\n[signing]\n";
pub const WORKER: &str = "worker";

#[derive(Deserialize)]
struct Signing {
    private_key: Secret,
}

impl Stack {
    pub fn open(options: &Options) -> anyhow::Result<Self> {
        let database: DatabaseSettings = section("database")?;
        let broker: BrokerSettings = section("broker")?;
        let signing: Signing = section("signing")?;
        let program = |name, file| Program::started(name, file, &options.run);
        Ok(Self {
            database: Database::new(&database, "bench"),
            broker: Broker::new(&broker, "bench"),
            key: SigningKey::from_base64(&signing.private_key)?,
            programs: vec![
                program(WORKER, "publisher-worker")?,
                program("PostgreSQL", "postgres")?,
                program("RabbitMQ", "rabbitmq")?,
                program("stand-in", "stand-in")?,
                Program::ourselves(),
            ],
            port: options.port,
            sites: options.sites,
            http: reqwest::Client::builder().no_proxy().build()?,
        })
    }

    pub fn worker(&self) -> &Program {
        &self.programs[0]
    }

    /// Tells the worker of all sites, and waits until it knows them.
    pub async fn connect_sites(&self) -> anyhow::Result<()> {
        let publisher = self.broker.publisher().await?;
        let all: Vec<_> = (1..=self.sites).map(|site| Outgoing::of(&credentials(site, self.port))).collect();
        send(&publisher, &all).await?;
        publisher.close().await;
        let known = async || Ok(rows::sites_at(&self.database, self.port).await? >= self.sites);
        until("the worker knows all sites", Duration::from_secs(20), known).await
    }

    pub async fn posts(&self) -> anyhow::Result<Vec<Post>> {
        self.control(Method::GET, "posts").await
    }

    pub async fn counts(&self) -> anyhow::Result<Counts> {
        self.control(Method::GET, "counts").await
    }

    /// From now on this site takes so long; zero: like the others again.
    pub async fn slow_down(&self, site: i64, pause: Duration) -> anyhow::Result<()> {
        let url = format!("http://127.0.0.1:{}/control/slow?site={site}&ms={}", self.port, pause.as_millis());
        self.http.put(url).send().await?.error_for_status()?;
        Ok(())
    }

    async fn control<T: DeserializeOwned>(&self, method: Method, what: &str) -> anyhow::Result<T> {
        let url = format!("http://127.0.0.1:{}/control/{what}", self.port);
        Ok(self.http.request(method, url).send().await?.error_for_status()?.json().await?)
    }
}

fn section<T: DeserializeOwned>(name: &str) -> anyhow::Result<T> {
    settings::load_section(DEFAULTS, None, settings::environment(), name).context("the worker's settings")
}

/// Sends all, and again what the broker did not take: it has the same id.
pub async fn send(publisher: &Publisher, messages: &[Outgoing]) -> anyhow::Result<()> {
    const TOGETHER: usize = 500;
    for chunk in messages.chunks(TOGETHER) {
        while publisher.publish(chunk).await?.iter().any(|sent| *sent != Sent::Confirmed) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}

/// Asks again until it is so.
pub async fn until(
    what: &str,
    patience: Duration,
    mut is_so: impl AsyncFnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let begun = std::time::Instant::now();
    while !is_so().await? {
        anyhow::ensure!(begun.elapsed() < patience, "waited {patience:?} in vain until {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
