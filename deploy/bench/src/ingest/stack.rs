use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use contracts::topology::{Queue, queues};
use database::{Database, DatabaseSettings};
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use messaging::{Broker, BrokerSettings, Outgoing};
use secrets::{Pepper, Secret};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::Site;
use crate::processes::{Program, processors};
use crate::stack::{send, until};

#[derive(clap::Args)]
pub struct Options {
    /// Where the pid files of the running programs are.
    #[arg(long)]
    run: PathBuf,
    /// The service's port.
    #[arg(long)]
    port: u16,
    /// The port of the bare HTTP server.
    #[arg(long)]
    bare_port: u16,
    /// How many sites send.
    #[arg(long, default_value_t = 200)]
    pub sites: i64,
}

/// The running programs, as scripts/bench started them.
pub struct Stack {
    pub database: Database,
    pub database_url: Url,
    pub broker: Broker,
    pub programs: Vec<Program>,
    processors: usize,
    pub port: u16,
    pub bare_port: u16,
    pepper: Pepper,
}

pub const QUEUE: Queue = queues::INTEGRATION_WORDPRESS_EVENTS;
pub const INGEST: &str = "webhook-ingest";
pub const POSTGRES: &str = "PostgreSQL";
const RABBITMQ: &str = "RabbitMQ";
const SERVERS: [&str; 2] = [POSTGRES, RABBITMQ];
pub const BARE: &str = "bare HTTP";

/// Everything else comes from the environment: the service's own settings.
const DEFAULTS: &str = "[database]\npool_size = 4\nstatement_timeout_ms = 30000\n[broker]\n[secrets]\n";

#[derive(Deserialize)]
struct Secrets {
    api_key_pepper: Secret,
}

impl Stack {
    pub fn open(options: &Options) -> anyhow::Result<Self> {
        let database: DatabaseSettings = section("database")?;
        let broker: BrokerSettings = section("broker")?;
        let secrets: Secrets = section("secrets")?;
        let program = |name, file| Program::started(name, file, &options.run);
        let url = secrets::ExposeSecret::expose_secret(&database.url).parse()?;
        Ok(Self {
            database: Database::new(&database, "bench"),
            database_url: url,
            broker: Broker::new(&broker, "bench"),
            programs: vec![
                program(INGEST, "webhook-ingest")?,
                program(POSTGRES, "postgres")?,
                program(RABBITMQ, "rabbitmq")?,
                program(BARE, "bare-http")?,
                Program::ourselves(),
            ],
            processors: processors(),
            port: options.port,
            bare_port: options.bare_port,
            pepper: Pepper::from_base64(&secrets.api_key_pepper)?,
        })
    }

    pub fn ingest(&self) -> &Program {
        &self.programs[0]
    }

    /// Gives the servers one half of the processors, and the service and whoever sends the other: what sleeps and wakes all the time is else
    /// gathered on one processor by a kernel that spares the others.
    pub fn pin(&self) -> anyhow::Result<()> {
        let half = self.processors / 2;
        if half == 0 {
            return Ok(());
        }
        for program in &self.programs {
            let servers = SERVERS.contains(&program.name);
            let (first, end) = if servers { (half, self.processors) } else { (0, half) };
            program.run_on(&format!("{first}-{}", end - 1))?;
        }
        Ok(())
    }

    /// Everybody may run everywhere.
    pub fn unpin(&self) -> anyhow::Result<()> {
        let all = format!("0-{}", self.processors - 1);
        self.programs.iter().try_for_each(|program| program.run_on(&all))
    }

    /// Tells the service of all sites, and waits until it knows them.
    pub async fn connect(&self, sites: &[Site]) -> anyhow::Result<()> {
        let publisher = self.broker.publisher().await?;
        let all: Vec<_> = sites.iter().map(|site| Outgoing::of(&site.announced(&self.pepper))).collect();
        send(&publisher, &all).await?;
        publisher.close().await;
        let awaited = i64::try_from(sites.len())?;
        let known = async || Ok(self.count("SELECT count(*) AS n FROM credential_keys").await? >= awaited);
        until("the service knows all sites", Duration::from_secs(20), known).await
    }

    pub async fn count(&self, query: &str) -> anyhow::Result<i64> {
        #[derive(diesel::QueryableByName)]
        struct Number {
            #[diesel(sql_type = BigInt)]
            n: i64,
        }
        let number: Number =
            diesel::sql_query(query).get_result(&mut self.database.connection().await?).await?;
        Ok(number.n)
    }
}

fn section<T: DeserializeOwned>(name: &str) -> anyhow::Result<T> {
    settings::load_section(DEFAULTS, None, settings::environment(), name).context("the service's settings")
}
