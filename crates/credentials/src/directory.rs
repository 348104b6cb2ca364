use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use database::{Database, DatabaseError};
use domain::{ApiKey, Clock};
use jiff::Timestamp;
use lifecycle::{Shutdown, TaskResult};
use secrets::Pepper;
use telemetry::metrics::{self, IntCounterVec};
use tokio::runtime::Handle;
use tokio::time::MissedTickBehavior;

use crate::keys::{self, Digest, Key};
use crate::{Refusal, Site, State};

/// What a directory waits for.
pub(crate) const CHANGED: &str = "credentials";
/// How long an answer is remembered. A revoked key must be dead within 5 s everywhere.
const MEMORY: Duration = Duration::from_secs(2);
/// How often what is in use is asked for anew: twice before it would be forgotten.
const RENEW: Duration = Duration::from_millis(900);
/// Keys asked for by one query.
const TOGETHER: usize = 1_000;
/// How long a look-up may take before the asker is told to come back.
const PATIENCE: Duration = Duration::from_secs(1);
/// Keys remembered; beyond it memory is emptied rather than grown by strangers.
const MOST: usize = 20_000;

/// Finds the site a key belongs to. Cheap to clone.
#[derive(Clone)]
pub struct Directory(Arc<Inner>);

struct Inner {
    database: Database,
    pepper: Pepper,
    clock: Clock,
    runtime: Handle,
    memory: Mutex<HashMap<Digest, Remembered>>,
}

#[derive(Clone)]
struct Remembered {
    key: Option<Arc<Key>>,
    until: Instant,
    /// Since it was last asked for.
    used: bool,
}

impl Directory {
    /// Queries will run on the runtime this is called on.
    pub fn new(database: Database, pepper: Pepper, clock: Clock) -> Self {
        let memory = Mutex::default();
        Self(Arc::new(Inner { database, pepper, clock, runtime: Handle::current(), memory }))
    }

    /// The site that has this key, if it may use it now.
    pub async fn identify(&self, key: &ApiKey) -> Result<Arc<Site>, Refusal> {
        let digest = self.0.pepper.digest(key.expose());
        let key = match self.recall(&digest) {
            Some(remembered) => remembered.key,
            None => self.look_up(digest).await?,
        };
        let key = key.ok_or(Refusal::KeyUnknown)?;
        if key.revoked || key.valid_until.is_some_and(|until| until <= self.now()) {
            return Err(Refusal::KeyRevoked);
        }
        match key.site.state {
            State::Pending | State::Connected => Ok(Arc::clone(&key.site)),
            State::Suspended => Err(Refusal::SiteSuspended),
            State::Deleted => Err(Refusal::KeyRevoked),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Empties its memory whenever this process has taken over a change, and asks for the keys in use, all together, before they are
    /// forgotten. To be kept running.
    pub async fn keep_up(&self, shutdown: Shutdown) -> TaskResult {
        let changed = self.0.database.wakeup(CHANGED);
        let mut time = tokio::time::interval(RENEW);
        time.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                () = changed.notified() => self.memory().clear(),
                _ = time.tick() => {
                    // What was not renewed is forgotten, and looked up when it is used.
                    let _ = tokio::time::timeout(PATIENCE, self.renew()).await;
                }
            }
        }
    }

    async fn renew(&self) -> Result<(), DatabaseError> {
        for digests in self.in_use().chunks(TOGETHER) {
            let until = Instant::now() + MEMORY;
            ASKED.with_label_values(&["renewal"]).inc_by(digests.len() as u64);
            let mut found = keys::find(&self.0.database, digests).await?;
            let mut memory = self.memory();
            for digest in digests {
                match found.remove(digest) {
                    Some(key) => {
                        memory.insert(*digest, Remembered { key: Some(Arc::new(key)), until, used: false })
                    }
                    None => memory.remove(digest),
                };
            }
        }
        Ok(())
    }

    /// Keys that were used since they were last asked for. The others, and what is no key at all, are not worth a question.
    fn in_use(&self) -> Vec<Digest> {
        let (mut memory, now) = (self.memory(), Instant::now());
        memory.retain(|_, it| it.until > now);
        memory.iter().filter(|(_, it)| it.used && it.key.is_some()).map(|(digest, _)| *digest).collect()
    }

    fn recall(&self, digest: &Digest) -> Option<Remembered> {
        let mut memory = self.memory();
        let remembered = memory.get_mut(digest).filter(|it| it.until > Instant::now())?;
        remembered.used = true;
        Some(remembered.clone())
    }

    async fn look_up(&self, digest: Digest) -> Result<Option<Arc<Key>>, Refusal> {
        ASKED.with_label_values(&["request"]).inc();
        // The answer is as old as the question.
        let until = Instant::now() + MEMORY;
        let database = self.0.database.clone();
        let query = self.0.runtime.spawn(async move { keys::find(&database, &[digest]).await });
        let mut found = tokio::time::timeout(PATIENCE, query)
            .await
            .map_err(|_| Refusal::TooSlow)?
            .map_err(|_| Refusal::TooSlow)?
            .map_err(Refusal::Unavailable)?;
        let key = found.remove(&digest).map(Arc::new);
        let mut memory = self.memory();
        if memory.len() >= MOST {
            memory.clear();
        }
        memory.insert(digest, Remembered { key: key.clone(), until, used: true });
        Ok(key)
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, HashMap<Digest, Remembered>> {
        self.0.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

static ASKED: LazyLock<IntCounterVec> = LazyLock::new(|| {
    let says = "Keys asked of the database: by a request that had to wait for it, or renewed before they were forgotten.";
    metrics::counter("credential_keys_asked_total", says, &["by"])
});
