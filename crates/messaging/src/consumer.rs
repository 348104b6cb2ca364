use std::time::Duration;

use futures::{FutureExt, StreamExt};
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Connection};

use crate::broker::in_time;
use crate::{Arrived, BrokerError};

/// One connection, channel and consumer of one queue. After an error it is of no more use.
pub struct Consumer {
    connection: Connection,
    channel: Channel,
    deliveries: lapin::Consumer,
    queue: &'static str,
}

/// How often a quiet consumer looks whether its channel still lives.
const LOOK: Duration = Duration::from_secs(15);

impl Consumer {
    pub(crate) async fn new(
        connection: Connection,
        channel: Channel,
        queue: &'static str,
        prefetch: u16,
    ) -> Result<Self, BrokerError> {
        in_time(channel.basic_qos(prefetch, BasicQosOptions::default())).await?;
        // The broker makes the tag: a quorum queue may keep messages from a tag used before.
        let deliveries = in_time(channel.basic_consume(
            queue.into(),
            "".into(),
            BasicConsumeOptions::default(),
            FieldTable::default(),
        ))
        .await?;
        Ok(Self { connection, channel, deliveries, queue })
    }

    /// Waits for a message and takes what else is there already, up to `most`. Safe to drop while it waits.
    pub async fn next_batch(&mut self, most: usize) -> Result<Vec<Arrived>, BrokerError> {
        let first = loop {
            match tokio::time::timeout(LOOK, self.deliveries.next()).await {
                Ok(Some(delivery)) => break delivery?,
                Err(_) if self.channel.status().connected() => {}
                Ok(None) | Err(_) => return Err(BrokerError::Cancelled(self.queue)),
            }
        };
        let mut batch = vec![Arrived::from_delivery(first)];
        while batch.len() < most {
            match self.deliveries.next().now_or_never() {
                Some(Some(delivery)) => batch.push(Arrived::from_delivery(delivery?)),
                Some(None) => return Err(BrokerError::Cancelled(self.queue)),
                None => break,
            }
        }
        Ok(batch)
    }

    /// Acknowledges this message and every one before it.
    pub async fn ack_through(&self, last: &Arrived) -> Result<(), BrokerError> {
        in_time(self.channel.basic_ack(last.tag, BasicAckOptions { multiple: true })).await?;
        Ok(())
    }

    pub async fn close(self) {
        if let Err(error) = in_time(self.connection.close(200, "bye".into())).await {
            tracing::debug!(%error, queue = self.queue, "the consuming connection did not close cleanly");
        }
    }
}
