use std::collections::HashMap;

use futures::future::{maybe_done, try_join_all};
use futures::poll;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::{Channel, Confirmation, Connection, PublisherConfirm};
use uuid::Uuid;

use crate::broker::in_time;
use crate::{BrokerError, Outgoing};

/// One connection and channel with confirms on. After an error it is of no more use.
pub struct Publisher {
    connection: Connection,
    channel: Channel,
    application: &'static str,
}

/// What the broker said of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// On disk at a quorum of every queue it belongs to.
    Confirmed,
    /// No queue takes it, or a queue is full.
    Refused(String),
}

impl Publisher {
    pub(crate) async fn new(
        connection: Connection,
        channel: Channel,
        application: &'static str,
    ) -> Result<Self, BrokerError> {
        in_time(channel.confirm_select(ConfirmSelectOptions::default())).await?;
        Ok(Self { connection, channel, application })
    }

    /// Sends all, in order, and waits until the broker has spoken on each. On `Err`, nothing is known of any of them.
    pub async fn publish(&self, messages: &[Outgoing]) -> Result<Vec<Sent>, BrokerError> {
        in_time(async {
            let mut written: Vec<_> =
                messages.iter().map(|it| Box::pin(maybe_done(self.write(it)))).collect();
            // The first look puts a message in line. Waiting for each to be written would cost a round between threads, and a packet, for each.
            for message in &mut written {
                let _ = poll!(message.as_mut());
            }
            let mut confirms = Vec::with_capacity(messages.len());
            for mut message in written {
                message.as_mut().await;
                confirms
                    .push(message.as_mut().take_output().expect("invariant: it is done, and taken once")?);
            }
            try_join_all(confirms).await
        })
        .await
        .map(|confirmations| outcomes(messages, confirmations))
    }

    async fn write(&self, message: &Outgoing) -> lapin::Result<PublisherConfirm> {
        let publish = self.channel.basic_publish(
            message.exchange.as_str().into(),
            message.routing_key.as_str().into(),
            BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() },
            &message.body,
            message.properties(self.application),
        );
        publish.await
    }

    pub async fn close(self) {
        if let Err(error) = in_time(self.connection.close(200, "bye".into())).await {
            tracing::debug!(%error, "the publishing connection did not close cleanly");
        }
    }
}

/// A return is matched by message id: its place among the confirms can be another message's.
fn outcomes(messages: &[Outgoing], confirmations: Vec<Confirmation>) -> Vec<Sent> {
    let mut refused: HashMap<Uuid, String> = HashMap::new();
    for (message, confirmation) in messages.iter().zip(confirmations) {
        if confirmation.is_nack() {
            refused.insert(message.message_id, "a queue did not accept it (full?)".to_owned());
        }
        if let Some(returned) = confirmation.take_message() {
            let id = returned
                .delivery
                .properties
                .message_id()
                .as_ref()
                .and_then(|id| Uuid::parse_str(id.as_str()).ok());
            refused.insert(id.unwrap_or(message.message_id), format!("returned: {}", returned.reply_text));
        }
    }
    messages
        .iter()
        .map(|message| refused.remove(&message.message_id).map_or(Sent::Confirmed, Sent::Refused))
        .collect()
}
