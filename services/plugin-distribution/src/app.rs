//! The only place where real things are built and wired.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use credentials::Directory;
use database::Database;
use domain::Clock;
use lifecycle::{Lifecycle, Stage};
use mailbox::Mailroom;
use messaging::Broker;
use secrets::Pepper;

use crate::artifact::Shelf;
use crate::consumers::{CredentialChanges, OperatorTokenChanges};
use crate::countries::Countries;
use crate::counts::Counts;
use crate::flows::Works;
use crate::grants::Grants;
use crate::jobs;
use crate::limits::Limits;
use crate::offers::Offers;
use crate::routes;
use crate::settings::Settings;
use crate::signing::Signer;

pub const NAME: &str = "plugin-distribution";

/// What endpoints work with. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    pub database: Database,
    pub clock: Clock,
    pub pepper: Pepper,
    pub shelf: Shelf,
    pub directory: Directory,
    pub offers: Offers,
    pub counts: Counts,
    pub grants: Grants,
    pub limits: Limits,
    /// If this process may release.
    pub signer: Option<Arc<Signer>>,
    pub settings: Arc<Settings>,
}

impl AppState {
    /// What releases are made with.
    pub fn works(&self) -> Works {
        Works {
            database: self.database.clone(),
            shelf: self.shelf.clone(),
            clock: self.clock.clone(),
            php: self.settings.release.php.clone(),
        }
    }
}

/// The running service: tests build it on port 0 and stop it by its lifecycle.
pub struct App {
    pub lifecycle: Lifecycle,
    pub address: SocketAddr,
    pub state: AppState,
}

impl App {
    /// Listens, and starts every task.
    pub fn start(settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        let lifecycle = Lifecycle::new(&settings.lifecycle);
        let database = Database::new(&settings.database, NAME);
        let broker = Broker::new(&settings.broker, NAME);
        let pepper =
            Pepper::from_base64(&settings.secrets.api_key_pepper).context("secrets.api_key_pepper")?;
        let countries = Countries::open(settings.geoip.file.as_deref())?;
        let state = AppState {
            grants: Grants::new(&pepper),
            directory: Directory::new(database.clone(), pepper.clone(), clock.clone()),
            shelf: Shelf::new(&settings.artifacts)?,
            offers: Offers::new(database.clone(), &settings.public_url, settings.offers.poll),
            counts: Counts::new(database.clone(), clock.clone(), settings.counts, countries),
            limits: Limits::new(&settings.downloads),
            signer: Signer::if_given(&settings.release)?.map(Arc::new),
            database,
            clock,
            pepper,
            settings: Arc::new(settings),
        };
        Self::serve_from_memory(&lifecycle, &state);
        Self::start_housekeeping(&lifecycle, &state);
        let address = {
            let state = state.clone();
            web::serve(&state.settings.http.clone(), &lifecycle, move |config| {
                routes::configure(config, &state);
            })
            .context("http.bind")?
        };
        Mailroom::new(&lifecycle, &state.database, &broker, &state.settings.relay, &state.settings.consume)
            .consume(CredentialChanges { clock: state.clock.clone() })
            .consume(OperatorTokenChanges { clock: state.clock.clone() })
            .start();
        let directory = state.directory.clone();
        lifecycle.spawn(Stage::Work, "credential memory", move |shutdown| {
            let directory = directory.clone();
            async move { directory.keep_up(shutdown).await }
        });
        let database = state.database.clone();
        lifecycle.check("database", Duration::from_secs(2), move || {
            let database = database.clone();
            async move { database.ping().await }
        });
        Ok(Self { lifecycle, address, state })
    }

    /// What is offered comes in, and what was counted goes out.
    fn serve_from_memory(lifecycle: &Lifecycle, state: &AppState) {
        let (offers, known) = (state.offers.clone(), Arc::new(lifecycle.readiness().register("offers")));
        lifecycle.spawn(Stage::Work, "offers", move |shutdown| {
            let (offers, known) = (offers.clone(), Arc::clone(&known));
            async move { offers.keep_fresh(&known, shutdown).await }
        });
        let counts = state.counts.clone();
        lifecycle.spawn(Stage::Work, "counts", move |shutdown| {
            let counts = counts.clone();
            async move { counts.keep_writing(shutdown).await }
        });
    }

    fn start_housekeeping(lifecycle: &Lifecycle, state: &AppState) {
        let state = state.clone();
        lifecycle.spawn(Stage::Work, "forget counts", move |shutdown| {
            let (database, clock) = (state.database.clone(), state.clock.clone());
            let keep = state.settings.counts.keep();
            async move { jobs::forget_counts(&database, &clock, keep, shutdown).await }
        });
    }

    pub async fn run_until_stopped(self) -> anyhow::Result<()> {
        let stopped = self.lifecycle.run_until_stopped().await;
        anyhow::ensure!(stopped.is_clean(), "cut off: {}", stopped.abandoned.join(", "));
        Ok(())
    }
}
