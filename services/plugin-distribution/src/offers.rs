//! What sites are offered, in memory: every update check, details window, download and reading of the log is answered
//! from here without the database.
//!
//! Whoever changes the rows says so with `NOTIFY` in the same transaction, by triggers; each replica then reads everything anew and puts it in the
//! place of what it had, all at once. A word that was lost costs [`OffersSettings::poll`](crate::settings::OffersSettings). While the
//! database is away the last state is offered.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use database::{Database, DatabaseError, Listener};
use lifecycle::{ReadinessHandle, Shutdown, TaskResult};
use web::Problem;

use crate::store::offers as rows;

mod answers;
mod log;
mod plugin;

pub use answers::{PluginInfo, Update, package_url};
pub use log::LogPage;
pub use plugin::{Channel, File, PluginOffers};

/// Cheap to clone.
#[derive(Clone)]
pub struct Offers(Arc<Inner>);

struct Inner {
    database: Database,
    public_url: String,
    poll: Duration,
    /// `None` until they have been read once.
    plugins: RwLock<Option<Arc<Plugins>>>,
}

type Plugins = HashMap<String, Arc<PluginOffers>>;

impl Offers {
    pub fn new(database: Database, public_url: &str, poll: Duration) -> Self {
        let public_url = public_url.trim_end_matches('/').to_owned();
        Self(Arc::new(Inner { database, public_url, poll, plugins: RwLock::default() }))
    }

    /// The plugin by its slug, if it is offered at all.
    pub fn plugin(&self, slug: &str) -> Result<Arc<PluginOffers>, Problem> {
        let plugins = self.0.plugins.read().unwrap_or_else(PoisonError::into_inner);
        let plugins = plugins.as_ref().ok_or_else(|| Problem::unavailable(&NotReadYet))?;
        plugins.get(slug).cloned().ok_or_else(|| Problem::not_found("There is no such plugin."))
    }

    /// Reads everything anew.
    pub async fn reload(&self) -> Result<(), DatabaseError> {
        let rows = rows::all(&mut *self.0.database.connection().await?).await?;
        let mut plugins = Plugins::new();
        for known in rows {
            let offers = PluginOffers::new(&self.0.public_url, known)?;
            plugins.insert(offers.slug.clone(), Arc::new(offers));
        }
        let plugins = Arc::new(plugins);
        *self.0.plugins.write().unwrap_or_else(PoisonError::into_inner) = Some(plugins);
        Ok(())
    }

    /// Keeps them fresh. To be kept running.
    pub async fn keep_fresh(&self, known: &ReadinessHandle, shutdown: Shutdown) -> TaskResult {
        let mut listener = None;
        loop {
            // Listening comes first: what is said while they are read is heard.
            if listener.is_none() {
                listener = self.listen().await;
            }
            match self.reload().await {
                Ok(()) => known.ok(),
                Err(error) => {
                    tracing::warn!(error = %lifecycle::chain(&error), "offers could not be read; the last ones stand");
                }
            }
            let heard = async {
                match &mut listener {
                    Some(listener) => listener.heard().await.is_ok(),
                    None => std::future::pending().await,
                }
            };
            match shutdown.unless_cancelled(tokio::time::timeout(self.0.poll, heard)).await {
                None => return Ok(()),
                Some(Ok(false)) => listener = None,
                Some(_) => {}
            }
        }
    }

    /// Without it there is still the poll.
    async fn listen(&self) -> Option<Listener> {
        let listening = self.0.database.listen(rows::CHANGED).await;
        listening
            .inspect_err(
                |error| tracing::warn!(error = %lifecycle::chain(error), "releases are not heard of"),
            )
            .ok()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("what is offered has not been read yet")]
struct NotReadYet;
