use lapin::options::{BasicAckOptions, BasicGetOptions};
use lapin::{Channel, Connection};

use crate::broker::in_time;
use crate::{Arrived, BrokerError};

/// Takes single messages from any queue, for queues that are nearly always empty.
pub struct Reader {
    connection: Connection,
    channel: Channel,
}

impl Reader {
    pub(crate) fn new(connection: Connection, channel: Channel) -> Self {
        Self { connection, channel }
    }

    pub async fn get(&self, queue: &str) -> Result<Option<Arrived>, BrokerError> {
        let message = in_time(self.channel.basic_get(queue.into(), BasicGetOptions::default())).await?;
        Ok(message.map(|message| Arrived::from_delivery(message.delivery)))
    }

    pub async fn ack(&self, message: &Arrived) -> Result<(), BrokerError> {
        in_time(self.channel.basic_ack(message.tag, BasicAckOptions::default())).await?;
        Ok(())
    }

    pub async fn close(self) {
        if let Err(error) = in_time(self.connection.close(200, "bye".into())).await {
            tracing::debug!(%error, "the reading connection did not close cleanly");
        }
    }
}
