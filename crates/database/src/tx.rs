use std::collections::BTreeSet;
use std::sync::PoisonError;

use diesel::QueryResult;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use futures::join;

use crate::held::Held;
use crate::pool::Wakeups;
use crate::{Connection, DatabaseError};

/// An open transaction. Dropped without `commit`, it is rolled back by closing its connection.
pub struct Tx {
    connection: Held,
    wakeups: Wakeups,
    wake: BTreeSet<&'static str>,
}

impl Tx {
    pub(crate) async fn begin(connection: Connection, wakeups: Wakeups) -> Result<Self, DatabaseError> {
        Ok(Self::begin_with(connection, wakeups, async |_| Ok(())).await?.0)
    }

    /// Statements are sent in the order in which they are first polled, so `first` finds the transaction begun.
    pub(crate) async fn begin_with<T>(
        connection: Connection,
        wakeups: Wakeups,
        first: impl AsyncFnOnce(&AsyncPgConnection) -> QueryResult<T>,
    ) -> Result<(Self, T), DatabaseError> {
        let tx = Self { connection: Held::new(connection), wakeups, wake: BTreeSet::new() };
        let mut connection: &AsyncPgConnection = tx.connection.get();
        let queries = first(connection);
        let (begun, first) = join!(connection.batch_execute("BEGIN"), queries);
        begun?;
        let first = first?;
        Ok((tx, first))
    }

    /// What queries run on.
    pub fn conn(&mut self) -> &mut AsyncPgConnection {
        self.connection.get_mut()
    }

    /// After the commit, wake the tasks of this process that wait for `what`.
    pub fn wake_after_commit(&mut self, what: &'static str) {
        self.wake.insert(what);
    }

    pub async fn commit(mut self) -> Result<(), DatabaseError> {
        self.conn().batch_execute("COMMIT").await?;
        self.connection.give_back();
        let wakeups = self.wakeups.lock().unwrap_or_else(PoisonError::into_inner);
        for notify in self.wake.iter().filter_map(|what| wakeups.get(what)) {
            // `notify_one` keeps a permit, so that a task which is not waiting yet finds it.
            notify.notify_one();
        }
        Ok(())
    }

    /// A failed roll-back is no failure: the connection is closed, and that ends the transaction, too.
    pub async fn roll_back(mut self) {
        match self.conn().batch_execute("ROLLBACK").await {
            Ok(()) => self.connection.give_back(),
            Err(error) => tracing::debug!(%error, "roll-back failed; the connection is dropped"),
        }
    }
}
