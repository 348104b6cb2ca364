use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use deadpool::managed::{Hook, HookError, HookResult, Metrics, TimeoutType};
use diesel::{ConnectionError, ConnectionResult, QueryResult};
use diesel_async::pooled_connection::deadpool::{Object, Pool, PoolError};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolError as PoolFault, RecyclingMethod,
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures::FutureExt;
use futures::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Notify;

use crate::connect::connect;
use crate::held::Held;
use crate::{DatabaseError, Tx};

/// A pooled connection outside a transaction, for plain reading.
pub type Connection = Object<AsyncPgConnection>;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    /// `postgres://user:password@host:port/database?sslmode=prefer`; the role's `search_path` names the schema.
    pub url: SecretString,
    /// Connections this process may hold.
    pub pool_size: usize,
    /// Longest any one statement may run, in milliseconds.
    pub statement_timeout_ms: u64,
}

/// The service's database. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    pool: Pool<AsyncPgConnection>,
    opening: Opening,
    wakeups: Wakeups,
}

/// How a connection is made.
type Opening = Arc<dyn Fn() -> BoxFuture<'static, ConnectionResult<AsyncPgConnection>> + Send + Sync>;

/// Tasks of this process waiting for a commit, by what they wait for.
pub(crate) type Wakeups = Arc<Mutex<HashMap<&'static str, Arc<Notify>>>>;

impl Database {
    /// Builds the pool; the first use connects. Connections live on the runtime this is called on: one opened by a request
    /// must outlive the HTTP worker that served it.
    pub fn new(settings: &DatabaseSettings, application: &'static str) -> Self {
        let statement_timeout = Duration::from_millis(settings.statement_timeout_ms);
        let runtime = tokio::runtime::Handle::current();
        let url = settings.url.clone();
        let opening: Opening = Arc::new(move || {
            let url = url.clone();
            let opening = runtime
                .spawn(async move { connect(url.expose_secret(), application, statement_timeout).await });
            async move {
                opening.await.unwrap_or_else(|lost| Err(ConnectionError::BadConnection(lost.to_string())))
            }
            .boxed()
        });
        let mut config = ManagerConfig::default();
        let open = Arc::clone(&opening);
        config.recycling_method = RecyclingMethod::Fast;
        config.custom_setup = Box::new(move |_| open());
        let manager = AsyncDieselConnectionManager::new_with_config(settings.url.expose_secret(), config);
        let pool = Pool::builder(manager)
            .max_size(settings.pool_size)
            .wait_timeout(Some(Duration::from_secs(2)))
            .create_timeout(Some(Duration::from_secs(5)))
            .recycle_timeout(Some(Duration::from_secs(2)))
            .pre_recycle(Hook::async_fn(|connection, metrics| answers_if_idle(connection, metrics).boxed()))
            .runtime(deadpool::Runtime::Tokio1)
            .build()
            .expect("invariant: a runtime is set, which is all that building can miss");
        Self { pool, opening, wakeups: Wakeups::default() }
    }

    pub async fn connection(&self) -> Result<Connection, DatabaseError> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Timeout(TimeoutType::Wait) => DatabaseError::PoolExhausted,
            other => DatabaseError::Unreachable(Box::new(other)),
        })
    }

    /// A connection that is no part of the pool.
    pub(crate) async fn open(&self) -> Result<AsyncPgConnection, DatabaseError> {
        (self.opening)().await.map_err(|error| DatabaseError::Unreachable(Box::new(error)))
    }

    /// Runs a statement that is a transaction of its own, or a few. Whoever drops the future closes the connection, on which they may still run.
    pub async fn run<T>(
        &self,
        statements: impl AsyncFnOnce(&AsyncPgConnection) -> QueryResult<T>,
    ) -> Result<T, DatabaseError> {
        let mut held = Held::new(self.connection().await?);
        let outcome = statements(held.get()).await;
        held.give_back();
        Ok(outcome?)
    }

    pub async fn begin(&self) -> Result<Tx, DatabaseError> {
        Tx::begin(self.connection().await?, self.wakeups.clone()).await
    }

    /// Begins a transaction together with its first statements, in one round trip. They run at once, in the order in which they are first
    /// polled: `join!` them.
    pub async fn begin_with<T>(
        &self,
        first: impl AsyncFnOnce(&AsyncPgConnection) -> QueryResult<T>,
    ) -> Result<(Tx, T), DatabaseError> {
        Tx::begin_with(self.connection().await?, self.wakeups.clone(), first).await
    }

    /// Runs `work` in a transaction: committed on `Ok`, rolled back on `Err`.
    pub async fn transaction<T, E>(&self, work: impl AsyncFnOnce(&mut Tx) -> Result<T, E>) -> Result<T, E>
    where
        E: From<DatabaseError>,
    {
        let mut tx = self.begin().await?;
        match work(&mut tx).await {
            Ok(value) => {
                tx.commit().await?;
                Ok(value)
            }
            Err(error) => {
                tx.roll_back().await;
                Err(error)
            }
        }
    }

    /// Wakes whenever a transaction of this process that asked for it has committed.
    pub fn wakeup(&self, what: &'static str) -> Arc<Notify> {
        self.wakeups.lock().unwrap_or_else(PoisonError::into_inner).entry(what).or_default().clone()
    }

    /// Answers if the database does.
    pub async fn ping(&self) -> Result<(), DatabaseError> {
        diesel::sql_query("SELECT 1").execute(&mut self.connection().await?).await?;
        Ok(())
    }

    pub fn close(&self) {
        self.pool.close();
    }
}

/// So long after it was given out a connection is asked whether it is still good: it may be half-open, or busy with what its last user gave up.
/// One that was closed is known without asking.
const IDLE: Duration = Duration::from_secs(1);

async fn answers_if_idle(connection: &mut AsyncPgConnection, metrics: &Metrics) -> HookResult<PoolFault> {
    if metrics.last_used() < IDLE {
        return Ok(());
    }
    let ask = diesel::sql_query("SELECT 1").execute(connection);
    match tokio::time::timeout(Duration::from_secs(2), ask).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(HookError::Backend(PoolFault::QueryError(error))),
        Err(_) => Err(HookError::message("an idle connection does not answer")),
    }
}
