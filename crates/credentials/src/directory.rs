use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use database::{Database, DatabaseError};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::{AccountId, ApiKey, Clock, SiteId};
use jiff::Timestamp;
use lifecycle::{Shutdown, TaskResult};
use secrets::{Pepper, constant_time_eq};
use tokio::runtime::Handle;

use crate::schema::{credential_keys, credentials};
use crate::site::Signs;
use crate::{Refusal, Site, State};

/// What a directory waits for.
pub(crate) const CHANGED: &str = "credentials";
/// How long an answer is remembered. A revoked key must be dead within 5 s everywhere.
const MEMORY: Duration = Duration::from_secs(2);
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

type Digest = [u8; 32];

#[derive(Clone)]
struct Remembered {
    key: Option<Arc<Key>>,
    until: Instant,
}

struct Key {
    site: Arc<Site>,
    valid_until: Option<Timestamp>,
    revoked: bool,
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

    /// Empties its memory whenever this process has taken over a change. To be kept running.
    pub async fn forget_on_change(&self, shutdown: Shutdown) -> TaskResult {
        let changed = self.0.database.wakeup(CHANGED);
        while shutdown.unless_cancelled(changed.notified()).await.is_some() {
            self.memory().clear();
        }
        Ok(())
    }

    fn recall(&self, digest: &Digest) -> Option<Remembered> {
        self.memory().get(digest).filter(|it| it.until > Instant::now()).cloned()
    }

    async fn look_up(&self, digest: Digest) -> Result<Option<Arc<Key>>, Refusal> {
        // The answer is as old as the question.
        let until = Instant::now() + MEMORY;
        let database = self.0.database.clone();
        let query = self.0.runtime.spawn(async move { find(&database, &digest).await });
        let key = tokio::time::timeout(PATIENCE, query)
            .await
            .map_err(|_| Refusal::TooSlow)?
            .map_err(|_| Refusal::TooSlow)?
            .map_err(Refusal::Unavailable)?
            .map(Arc::new);
        let mut memory = self.memory();
        if memory.len() >= MOST {
            memory.clear();
        }
        memory.insert(digest, Remembered { key: key.clone(), until });
        Ok(key)
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, HashMap<Digest, Remembered>> {
        self.0.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = credentials)]
struct SiteRow {
    site_id: i64,
    account_id: i64,
    state: String,
    site_url: String,
    site_public_key: Option<Vec<u8>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = credential_keys)]
struct KeyRow {
    digest: Vec<u8>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    valid_until: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    revoked_at: Option<Timestamp>,
}

async fn find(database: &Database, digest: &Digest) -> Result<Option<Key>, DatabaseError> {
    let found: Option<(KeyRow, SiteRow)> = credential_keys::table
        .inner_join(credentials::table)
        .filter(credential_keys::digest.eq(digest.as_slice()))
        .select((KeyRow::as_select(), SiteRow::as_select()))
        .first(&mut database.connection().await?)
        .await
        .optional()?;
    let found = found.filter(|(key, _)| constant_time_eq(&key.digest, digest));
    Ok(found.map(|(key, site)| Key {
        site: Arc::new(Site {
            id: SiteId::new(site.site_id),
            account: AccountId::new(site.account_id),
            state: State::of(&site.state),
            url: site.site_url,
            signs: Signs::with(site.site_public_key.as_deref()),
        }),
        valid_until: key.valid_until,
        revoked: key.revoked_at.is_some(),
    }))
}
