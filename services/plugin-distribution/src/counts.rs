//! Downloads and refusals, counted in memory and written together, so that no download waits for a row and no flood of refusals becomes a
//! flood of rows.
//!
//! What is alike is one row with a number. A process that is killed loses what it counted since it last wrote
//! ([`CountsSettings`](crate::settings::CountsSettings), a second); one that is stopped writes when its doors are closed. A write whose
//! answer was lost may count twice. Beyond a number of rows those who asked are no longer told apart, only what they asked for.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use database::{Database, DatabaseError};
use domain::{AccountId, Clock, SiteId};
use jiff::Timestamp;
use lifecycle::{Shutdown, TaskResult};
use telemetry::metrics::{self, IntGauge};

use crate::countries::Countries;
use crate::settings::CountsSettings;
use crate::store::{downloads, refusals};

/// A package that was sent, or begun.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Download {
    pub version_id: i64,
    pub site: Option<(AccountId, SiteId)>,
    pub ip: IpAddr,
    pub user_agent: String,
    pub outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    Complete,
    /// The client went away, or the store did.
    BrokenOff,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Refusal {
    pub plugin_id: i64,
    pub version_id: Option<i64>,
    pub site: Option<(AccountId, SiteId)>,
    pub code: String,
    pub ip: IpAddr,
}

/// How often, and when first.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub count: i64,
    pub first_at: Timestamp,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Counts(Arc<Inner>);

struct Inner {
    database: Database,
    clock: Clock,
    settings: CountsSettings,
    countries: Countries,
    downloads: Mutex<HashMap<Download, Times>>,
    refusals: Mutex<HashMap<Refusal, Times>>,
    under_way: IntGauge,
}

/// A download under way: what is dropped before it is complete was broken off.
pub struct Outgoing {
    counts: Counts,
    download: Option<Download>,
}

impl Counts {
    pub fn new(database: Database, clock: Clock, settings: CountsSettings, countries: Countries) -> Self {
        let (downloads, refusals) = Default::default();
        let under_way = UNDER_WAY.clone();
        Self(Arc::new(Inner { database, clock, settings, countries, downloads, refusals, under_way }))
    }

    pub fn begin(&self, download: Download) -> Outgoing {
        self.0.under_way.inc();
        Outgoing { counts: self.clone(), download: Some(download) }
    }

    /// Downloads that were begun and are not counted yet.
    pub fn under_way(&self) -> i64 {
        self.0.under_way.get()
    }

    pub fn refused(&self, refusal: Refusal) {
        let nobody = |it: Refusal| Refusal { ip: NOBODY, site: None, ..it };
        self.add(&mut lock(&self.0.refusals), refusal, nobody);
    }

    fn downloaded(&self, download: Download) {
        let nobody = |it: Download| Download { ip: NOBODY, site: None, user_agent: String::new(), ..it };
        self.add(&mut lock(&self.0.downloads), download, nobody);
    }

    fn add<K: Hash + Eq>(&self, counted: &mut HashMap<K, Times>, key: K, nobody: impl FnOnce(K) -> K) {
        if let Some(times) = counted.get_mut(&key) {
            times.count += 1;
            return;
        }
        let key = if counted.len() < self.0.settings.most { key } else { nobody(key) };
        counted.entry(key).or_insert_with(|| Times { count: 0, first_at: self.0.clock.now() }).count += 1;
    }

    /// Two letters; empty where it is not known.
    pub fn country_of(&self, ip: IpAddr) -> String {
        self.0.countries.of(ip)
    }

    /// Writes what was counted so far. What can't be written is kept for the next time.
    pub async fn write(&self) -> Result<(), DatabaseError> {
        let downloads = std::mem::take(&mut *lock(&self.0.downloads));
        if let Err(error) = self.write_downloads(&downloads).await {
            put_back(&mut lock(&self.0.downloads), downloads);
            return Err(error);
        }
        let refusals = std::mem::take(&mut *lock(&self.0.refusals));
        if let Err(error) = self.write_refusals(&refusals).await {
            put_back(&mut lock(&self.0.refusals), refusals);
            return Err(error);
        }
        Ok(())
    }

    async fn write_downloads(&self, counted: &HashMap<Download, Times>) -> Result<(), DatabaseError> {
        if counted.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = counted
            .iter()
            .map(|(download, times)| downloads::Row::new(download, *times, self.0.countries.of(download.ip)))
            .collect();
        self.0.database.transaction(async |tx| Ok(downloads::write(tx.conn(), &rows).await?)).await
    }

    async fn write_refusals(&self, counted: &HashMap<Refusal, Times>) -> Result<(), DatabaseError> {
        if counted.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = counted
            .iter()
            .map(|(refusal, times)| refusals::Row::new(refusal, *times, self.0.countries.of(refusal.ip)))
            .collect();
        self.0.database.transaction(async |tx| Ok(refusals::write(tx.conn(), &rows).await?)).await
    }

    /// Writes now and then, and once more when the doors are closed. To be kept running.
    pub async fn keep_writing(&self, shutdown: Shutdown) -> TaskResult {
        while shutdown.sleep(self.0.settings.write_every).await {
            if let Err(error) = self.write().await {
                tracing::warn!(error = %lifecycle::chain(&error), "counts could not be written; they are kept");
            }
        }
        Ok(self.write().await?)
    }
}

impl Outgoing {
    pub fn complete(mut self) {
        if let Some(download) = self.download.take() {
            self.counts.downloaded(download);
        }
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        if let Some(download) = self.download.take() {
            self.counts.downloaded(Download { outcome: Outcome::BrokenOff, ..download });
        }
        self.counts.0.under_way.dec();
    }
}

static UNDER_WAY: LazyLock<IntGauge> = LazyLock::new(|| {
    metrics::gauge("plugin_downloads_under_way", "Packages being sent.", &[]).with_label_values::<&str>(&[])
});

/// In place of an address that is not kept.
const NOBODY: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

fn put_back<K: Hash + Eq>(counted: &mut HashMap<K, Times>, earlier: HashMap<K, Times>) {
    for (key, times) in earlier {
        let now = counted.entry(key).or_insert(Times { count: 0, ..times });
        now.count += times.count;
        now.first_at = now.first_at.min(times.first_at);
    }
}

fn lock<T>(counted: &Mutex<T>) -> MutexGuard<'_, T> {
    counted.lock().unwrap_or_else(PoisonError::into_inner)
}
