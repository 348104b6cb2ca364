use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use credentials::Directory;
use database::Database;
use domain::Clock;
use lifecycle::{Lifecycle, Stage};
use mailbox::{Mailroom, Rush};
use messaging::Broker;
use secrets::Pepper;

use crate::consumers::{CredentialChanges, DeliveryOutcomes};
use crate::intake::{Committer, Intake};
use crate::limits::Limits;
use crate::settings::Settings;
use crate::{intake, jobs, routes};

pub const NAME: &str = "webhook-ingest";

/// What endpoints work with. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    pub database: Database,
    pub directory: Directory,
    pub intake: Intake,
    pub limits: Limits,
    pub settings: Arc<Settings>,
}

/// The running service: tests build it on port 0 and stop it by its lifecycle.
pub struct App {
    pub lifecycle: Lifecycle,
    pub address: SocketAddr,
}

impl App {
    /// Listens, and starts every task.
    pub fn start(settings: Settings, clock: &Clock) -> anyhow::Result<Self> {
        let lifecycle = Lifecycle::new(&settings.lifecycle);
        let database = Database::new(&settings.database, NAME);
        let broker = Broker::new(&settings.broker, NAME);
        let pepper =
            Pepper::from_base64(&settings.secrets.api_key_pepper).context("secrets.api_key_pepper")?;
        let directory = Directory::new(database.clone(), pepper, clock.clone());
        let rush = Rush::default();
        let (intake, committer) = intake::open(database.clone(), &settings.intake, rush.clone());
        let limits = Limits::new(settings.limits);
        let state = AppState { database, directory, intake, limits, settings: Arc::new(settings) };

        let address = {
            let state = state.clone();
            web::serve(&state.settings.http.clone(), &lifecycle, move |config| {
                routes::configure(config, &state);
            })
            .context("http.bind")?
        };
        start_intake(&lifecycle, &state, committer);
        Mailroom::new(&lifecycle, &state.database, &broker, &state.settings.relay, &state.settings.consume)
            .after(rush)
            .consume(CredentialChanges { clock: clock.clone() })
            .consume(DeliveryOutcomes)
            .start();
        start_housekeeping(&lifecycle, &state, clock);
        Ok(Self { lifecycle, address })
    }

    pub async fn run_until_stopped(self) -> anyhow::Result<()> {
        let stopped = self.lifecycle.run_until_stopped().await;
        anyhow::ensure!(stopped.is_clean(), "cut off: {}", stopped.abandoned.join(", "));
        Ok(())
    }
}

fn start_intake(lifecycle: &Lifecycle, state: &AppState, committer: Committer) {
    // After the doors: what they let in is still written and answered.
    lifecycle.spawn(Stage::Work, "intake", move |shutdown| committer.clone().run(shutdown));
    let directory = state.directory.clone();
    lifecycle.spawn(Stage::Work, "credential memory", move |shutdown| {
        let directory = directory.clone();
        async move { directory.keep_up(shutdown).await }
    });
}

fn start_housekeeping(lifecycle: &Lifecycle, state: &AppState, clock: &Clock) {
    let (database, keep) = (state.database.clone(), state.settings.deliveries.keep());
    let forgets = clock.clone();
    lifecycle.spawn(Stage::Work, "forget deliveries", move |shutdown| {
        let (database, clock) = (database.clone(), forgets.clone());
        async move { jobs::forget_deliveries(&database, &clock, keep, shutdown).await }
    });
    let (database, intake, limit) =
        (state.database.clone(), state.intake.clone(), state.settings.intake.outbox_limit);
    lifecycle.spawn(Stage::Work, "outbox watch", move |shutdown| {
        let (database, intake) = (database.clone(), intake.clone());
        async move { jobs::watch_outbox(&database, &intake, limit, shutdown).await }
    });
    let (database, gaps, clock) = (state.database.clone(), state.settings.gaps, clock.clone());
    lifecycle.spawn(Stage::Work, "gaps", move |shutdown| {
        let (database, clock) = (database.clone(), clock.clone());
        async move { jobs::find_gaps(&database, &clock, gaps, shutdown).await }
    });
    let database = state.database.clone();
    lifecycle.check("database", Duration::from_secs(1), move || {
        let database = database.clone();
        async move { database.ping().await }
    });
}
