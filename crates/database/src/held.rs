use diesel_async::AsyncPgConnection;

use crate::Connection;

/// A connection that something is under way on. Dropped before it is given back, it is closed: nobody else may come upon what was begun there.
pub(crate) struct Held(Option<Connection>);

impl Held {
    pub(crate) const fn new(connection: Connection) -> Self {
        Self(Some(connection))
    }

    pub(crate) fn get(&self) -> &AsyncPgConnection {
        self.0.as_ref().expect(HELD)
    }

    pub(crate) fn get_mut(&mut self) -> &mut AsyncPgConnection {
        self.0.as_mut().expect(HELD)
    }

    /// It may be another's from now on.
    pub(crate) fn give_back(&mut self) {
        self.0 = None;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(Connection::take(connection));
        }
    }
}

const HELD: &str = "invariant: the connection is there until it is given back";
