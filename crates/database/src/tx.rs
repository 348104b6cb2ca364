use std::collections::BTreeSet;
use std::sync::PoisonError;

use diesel_async::AsyncPgConnection;
use diesel_async::{AnsiTransactionManager, TransactionManager};

use crate::pool::Wakeups;
use crate::{Connection, DatabaseError};

/// An open transaction. Dropped without `commit`, it is rolled back by closing its connection.
pub struct Tx {
    connection: Connection,
    wakeups: Wakeups,
    wake: BTreeSet<&'static str>,
}

impl Tx {
    pub(crate) async fn begin(mut connection: Connection, wakeups: Wakeups) -> Result<Self, DatabaseError> {
        AnsiTransactionManager::begin_transaction(&mut *connection).await?;
        Ok(Self { connection, wakeups, wake: BTreeSet::new() })
    }

    /// What queries run on.
    pub fn conn(&mut self) -> &mut AsyncPgConnection {
        &mut self.connection
    }

    /// After the commit, wake the tasks of this process that wait for `what`.
    pub fn wake_after_commit(&mut self, what: &'static str) {
        self.wake.insert(what);
    }

    pub async fn commit(mut self) -> Result<(), DatabaseError> {
        AnsiTransactionManager::commit_transaction(&mut *self.connection).await?;
        let wakeups = self.wakeups.lock().unwrap_or_else(PoisonError::into_inner);
        for notify in self.wake.iter().filter_map(|what| wakeups.get(what)) {
            // `notify_one` keeps a permit, so that a task which is not waiting yet finds it.
            notify.notify_one();
        }
        Ok(())
    }

    /// A failed roll-back is no failure: the pool drops a connection whose transaction is still open.
    pub async fn roll_back(mut self) {
        if let Err(error) = AnsiTransactionManager::rollback_transaction(&mut *self.connection).await {
            tracing::debug!(%error, "roll-back failed; the connection is dropped");
        }
    }
}
