use std::pin::pin;

use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures::StreamExt;

use crate::{Database, DatabaseError};

/// Hears what any process says with `NOTIFY`, on a connection of its own. What was said while nobody listened is lost: whoever uses
/// this looks by itself now and then.
pub struct Listener(AsyncPgConnection);

impl Database {
    /// `channel` is a plain lower-case name.
    pub async fn listen(&self, channel: &'static str) -> Result<Listener, DatabaseError> {
        let mut connection = self.open().await?;
        diesel::sql_query(format!("LISTEN {channel}")).execute(&mut connection).await?;
        Ok(Listener(connection))
    }
}

impl Listener {
    /// Waits for the next word. An error means that the connection is gone.
    pub async fn heard(&mut self) -> Result<String, DatabaseError> {
        match pin!(self.0.notifications_stream()).next().await {
            Some(said) => Ok(said?.payload),
            None => Err(DatabaseError::Unreachable("the connection was closed".into())),
        }
    }
}
