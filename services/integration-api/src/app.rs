use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use database::Database;
use domain::{AddressPolicy, Clock};
use lifecycle::Lifecycle;
use mailbox::Mailroom;
use messaging::Broker;
use secrets::{Pepper, Sealer, VerifyingKey};

use crate::api::auth::LoginGate;
use crate::api::events::Hub;
use crate::consumers::publish_result::PublishResults;
use crate::consumers::site_probed::SiteProbes;
use crate::consumers::site_reads::SiteReads;
use crate::consumers::wordpress_events::WordpressEvents;
use crate::settings::Settings;
use crate::{jobs, routes};

const NAME: &str = "integration-api";

/// What endpoints work with. Cheap to clone; they get it as `Data<AppState>`.
#[derive(Clone)]
pub struct AppState {
    pub database: Database,
    pub clock: Clock,
    /// Makes the digests under which keys and tokens are found.
    pub pepper: Pepper,
    /// Seals outbound keys and kept answers.
    pub sealer: Sealer,
    /// The platform's, handed to each site.
    pub platform_public_key: VerifyingKey,
    /// Which addresses a site may have.
    pub address_policy: AddressPolicy,
    /// Who may try a password now.
    pub gate: LoginGate,
    /// Where event streams are fed from.
    pub events: Hub,
    pub settings: Arc<Settings>,
}

impl AppState {
    pub fn new(settings: Settings, database: Database, clock: Clock) -> anyhow::Result<Self> {
        let secrets = &settings.secrets;
        Ok(Self {
            database,
            clock,
            pepper: Pepper::from_base64(&secrets.api_key_pepper).context("secrets.api_key_pepper")?,
            sealer: Sealer::rotated(&secrets.sealing_key, &secrets.older_sealing_keys)
                .context("secrets.sealing_key")?,
            platform_public_key: VerifyingKey::from_base64(&settings.signing.public_key)
                .context("signing.public_key")?,
            address_policy: if settings.sites.allow_loopback {
                AddressPolicy::with_loopback()
            } else {
                AddressPolicy::default()
            },
            gate: LoginGate::new(&settings.sessions),
            events: Hub::default(),
            settings: Arc::new(settings),
        })
    }
}

/// The running service: tests build it on port 0 and stop it by its lifecycle.
pub struct App {
    pub lifecycle: Lifecycle,
    pub address: SocketAddr,
}

impl App {
    /// Listens, and starts every task.
    pub fn start(settings: Settings, clock: Clock) -> anyhow::Result<Self> {
        let lifecycle = Lifecycle::new(&settings.lifecycle);
        let database = Database::new(&settings.database, NAME);
        let broker = Broker::new(&settings.broker, NAME);
        let state = AppState::new(settings, database, clock)?;

        state.events.start(&lifecycle, &state.database);
        let address = {
            let state = state.clone();
            web::serve(&state.settings.http.clone(), &lifecycle, move |config| {
                routes::configure(config, &state);
            })
            .context("http.bind")?
        };
        Mailroom::new(&lifecycle, &state.database, &broker, &state.settings.relay, &state.settings.consume)
            .consume(PublishResults::new(&state))
            .consume(WordpressEvents::new(&state))
            .consume(SiteProbes::new(&state))
            .consume(SiteReads::new(&state))
            .start();
        jobs::start(&lifecycle, &state);
        let database = state.database.clone();
        lifecycle.check("database", Duration::from_secs(2), move || {
            let database = database.clone();
            async move { database.ping().await }
        });
        Ok(Self { lifecycle, address })
    }

    pub async fn run_until_stopped(self) -> anyhow::Result<()> {
        let stopped = self.lifecycle.run_until_stopped().await;
        anyhow::ensure!(stopped.is_clean(), "cut off: {}", stopped.abandoned.join(", "));
        Ok(())
    }
}
