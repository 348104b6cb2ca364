use contracts::topology::{exchanges, queues};
use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, ExchangeKind};

use crate::BrokerError;
use crate::broker::in_time;

/// Declares all exchanges, queues and bindings; those that exist are left alone.
///
/// Every service declares everything, so that a message sent before its receiver ever started waits for it.
pub(crate) async fn declare(channel: &Channel) -> Result<(), BrokerError> {
    for exchange in exchanges::ALL {
        let options = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
        in_time(channel.exchange_declare(
            exchange.0.into(),
            ExchangeKind::Direct,
            options,
            FieldTable::default(),
        ))
        .await?;
    }
    for queue in queues::ALL {
        let durable = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
        in_time(channel.queue_declare(queue.dead().as_str().into(), durable, quorum())).await?;
        in_time(channel.queue_declare(queue.name.into(), durable, with_dead_letters(&queue.dead()))).await?;
        for (exchange, key) in queue.bindings {
            in_time(channel.queue_bind(
                queue.name.into(),
                exchange.0.into(),
                (*key).into(),
                QueueBindOptions::default(),
                FieldTable::default(),
            ))
            .await?;
        }
    }
    Ok(())
}

/// A crash loop may hand a message out this often before it is put aside.
const DELIVERY_LIMIT: i32 = 20;
/// A full queue refuses, and the sender's outbox waits.
const MAX_LENGTH: i32 = 1_000_000;

fn quorum() -> FieldTable {
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), text("quorum"));
    arguments
}

fn with_dead_letters(dead: &str) -> FieldTable {
    let mut arguments = quorum();
    arguments.insert("x-dead-letter-exchange".into(), text(""));
    arguments.insert("x-dead-letter-routing-key".into(), text(dead));
    arguments.insert("x-dead-letter-strategy".into(), text("at-least-once"));
    arguments.insert("x-overflow".into(), text("reject-publish"));
    arguments.insert("x-delivery-limit".into(), AMQPValue::LongInt(DELIVERY_LIMIT));
    arguments.insert("x-max-length".into(), AMQPValue::LongInt(MAX_LENGTH));
    arguments
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}
