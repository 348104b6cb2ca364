//! The only place where real things are built and wired.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use database::{Database, EmbeddedMigrations};
use diesel_migrations::embed_migrations;
use domain::Clock;
use lifecycle::{Lifecycle, Stage, Stopped};
use mailbox::Mailroom;
use messaging::Broker;
use secrets::{KeyError, Sealer, SigningKey};
use uuid::Uuid;

use crate::consumers::{OrdersHandler, ProbeSiteHandler, ReadsHandler, SiteChangedHandler};
use crate::destinations::{ByAccess, WordpressBridge, WordpressRest};
use crate::egress::{Egress, EgressError, Guard, Lookup, SystemLookup};
use crate::jobs::claim::ClaimPolicy;
use crate::jobs::expire::Expire;
use crate::jobs::finish::Collector;
use crate::jobs::forget::Forget;
use crate::jobs::images::Images;
use crate::jobs::run::Runner;
use crate::jobs::{Leases, Worker};
use crate::routes;
use crate::settings::Settings;

pub const NAME: &str = "publisher-worker";
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/publisher");

/// Between the end of the running calls' time and the end of the stage: to write results and hand back the rest.
const LAST_WORDS: Duration = Duration::from_secs(3);

#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error("signing.private_key: {0}")]
    SigningKey(#[source] KeyError),
    #[error("secrets.sealing_key: {0}")]
    SealingKey(#[source] KeyError),
    #[error(transparent)]
    Egress(#[from] EgressError),
    #[error("can't listen on http.bind")]
    Listen(#[from] std::io::Error),
}

pub struct App {
    lifecycle: Lifecycle,
    address: SocketAddr,
}

impl App {
    pub fn build(settings: &Settings) -> Result<Self, AppError> {
        Self::build_with(settings, Clock::system(), Arc::new(SystemLookup))
    }

    /// With another clock or another way to resolve names.
    pub fn build_with(settings: &Settings, clock: Clock, lookup: Arc<dyn Lookup>) -> Result<Self, AppError> {
        let key = SigningKey::from_base64(&settings.signing.private_key).map_err(AppError::SigningKey)?;
        let sealer = Sealer::rotated(&settings.secrets.sealing_key, &settings.secrets.older_sealing_keys)
            .map_err(AppError::SealingKey)?;
        let egress = Egress::new(&settings.egress, Guard::new(settings.egress.policy(), lookup))?;
        let lifecycle = Lifecycle::new(&settings.lifecycle);
        let address = routes::serve(&settings.http, &lifecycle)?;
        let parts = Parts {
            database: Database::new(&settings.database, NAME),
            broker: Broker::new(&settings.broker, NAME),
            clock,
            settings: settings.clone(),
            lifecycle: lifecycle.clone(),
        };
        parts.exchange_messages();
        parts.work(key, sealer, egress);
        Ok(Self { lifecycle, address })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn lifecycle(&self) -> &Lifecycle {
        &self.lifecycle
    }

    pub async fn run_until_stopped(self) -> Stopped {
        self.lifecycle.run_until_stopped().await
    }
}

struct Parts {
    database: Database,
    broker: Broker,
    clock: Clock,
    settings: Settings,
    lifecycle: Lifecycle,
}

impl Parts {
    fn exchange_messages(&self) {
        let settings = &self.settings;
        Mailroom::new(&self.lifecycle, &self.database, &self.broker, &settings.relay, &settings.consume)
            .consume(OrdersHandler { clock: self.clock.clone() })
            .consume(ReadsHandler { clock: self.clock.clone() })
            .consume(ProbeSiteHandler { clock: self.clock.clone() })
            .consume(SiteChangedHandler)
            .start();
    }

    fn work(&self, key: SigningKey, sealer: Sealer, egress: Egress) {
        let settings = &self.settings;
        let clock = self.clock.clone();
        let destination = ByAccess {
            bridge: WordpressBridge { egress: egress.clone(), key, clock: clock.clone() },
            rest: WordpressRest { egress: egress.clone(), clock, policy: settings.egress.policy() },
        };
        let runner = Runner {
            database: self.database.clone(),
            destination: Arc::new(destination),
            egress,
            sealer,
            clock: self.clock.clone(),
            retry: settings.retry.policy(),
            mending: settings.mending.policy(&settings.retry),
            reading: settings.reading.policy(&settings.retry),
            images: Images::new(settings.images.clone()),
        };
        let policy = ClaimPolicy {
            owner: Uuid::now_v7(),
            lease: settings.jobs.lease(),
            per_site: settings.jobs.per_site,
            breaker: settings.breaker.policy(),
        };
        let readiness = self.lifecycle.readiness().register("database");
        let collector = Collector {
            database: self.database.clone(),
            clock: self.clock.clone(),
            breaker: settings.breaker.policy(),
            batch: settings.jobs.finish_batch,
            wait: Duration::from_millis(settings.jobs.finish_wait_ms),
            readiness: readiness.clone(),
        };
        let worker = Worker {
            database: self.database.clone(),
            clock: self.clock.clone(),
            runner: Arc::new(runner),
            policy: Arc::new(policy),
            collector: Arc::new(collector),
            leases: Leases::default(),
            settings: settings.jobs.clone(),
            grace: settings.lifecycle.work.saturating_sub(LAST_WORDS),
            readiness,
        };
        self.lifecycle.spawn(Stage::Work, "jobs", move |shutdown| worker.clone().run(shutdown));
        let expire = Expire {
            database: self.database.clone(),
            clock: self.clock.clone(),
            max_wait: settings.jobs.max_wait,
            every: settings.jobs.expire_every,
        };
        self.lifecycle.spawn(Stage::Work, "expire", move |shutdown| expire.clone().run(shutdown));
        let forget =
            Forget { database: self.database.clone(), clock: self.clock.clone(), keep: settings.jobs.keep };
        self.lifecycle.spawn(Stage::Work, "forget", move |shutdown| forget.clone().run(shutdown));
    }
}
