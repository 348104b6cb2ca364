use std::future::Future;
use std::time::Duration;

use lapin::uri::AMQPUri;
use lapin::{Channel, Connection, ConnectionProperties};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::topology::declare;
use crate::{Consumer, Publisher, Reader};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokerSettings {
    /// `amqp://user:password@host:port/vhost`, or `amqps://`.
    pub url: SecretString,
}

#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// It is not shown: there is a password in it.
    #[error("the broker's URL is none")]
    Url,
    #[error("the broker did not answer within {0:?}")]
    Timeout(Duration),
    #[error("the broker refused or broke off")]
    Lapin(#[from] lapin::Error),
    #[error("the consumer of {0} was cancelled by the broker")]
    Cancelled(&'static str),
}

/// Where the broker is. Holds no connection; cheap to clone.
#[derive(Clone)]
pub struct Broker {
    url: SecretString,
    application: &'static str,
}

impl Broker {
    pub fn new(settings: &BrokerSettings, application: &'static str) -> Self {
        Self { url: settings.url.clone(), application }
    }

    /// A connection for publishing, with the topology declared.
    pub async fn publisher(&self) -> Result<Publisher, BrokerError> {
        let (connection, channel) = self.open("publish").await?;
        Publisher::new(connection, channel, self.application).await
    }

    /// A connection for consuming `queue`, with the topology declared.
    pub async fn consumer(&self, queue: &'static str, prefetch: u16) -> Result<Consumer, BrokerError> {
        let (connection, channel) = self.open(queue).await?;
        Consumer::new(connection, channel, queue, prefetch).await
    }

    /// A connection for looking into queues, one message at a time.
    pub async fn reader(&self) -> Result<Reader, BrokerError> {
        let (connection, channel) = self.open("read").await?;
        Ok(Reader::new(connection, channel))
    }

    async fn open(&self, purpose: &str) -> Result<(Connection, Channel), BrokerError> {
        let properties = ConnectionProperties::default()
            .with_connection_name(format!("{}: {purpose}", self.application).into());
        let mut uri: AMQPUri = self.url.expose_secret().parse().map_err(|_| BrokerError::Url)?;
        uri.query.frame_max.get_or_insert(FRAME_BYTES);
        let connection = in_time(Connection::connect_uri(uri, properties)).await?;
        let channel = in_time(connection.create_channel()).await?;
        declare(&channel).await?;
        Ok((connection, channel))
    }
}

/// lapin keeps 64 frames per connection in memory, whatever is in them: with the 128 KiB that brokers offer, that is 8 MiB each. Larger
/// messages travel in several frames.
const FRAME_BYTES: u32 = 16 * 1024;

const LIMIT: Duration = Duration::from_secs(10);

/// lapin may wait for ever on a broker that is half there.
pub(crate) async fn in_time<T>(
    call: impl Future<Output = Result<T, lapin::Error>>,
) -> Result<T, BrokerError> {
    tokio::time::timeout(LIMIT, call)
        .await
        .map_err(|_| BrokerError::Timeout(LIMIT))?
        .map_err(BrokerError::from)
}
