use std::time::Instant;

use bytes::Bytes;
use contracts::topology::{Exchange, queues};
use messaging::Outgoing;
use uuid::Uuid;

use super::Bare;
use crate::measure::Meter;
use crate::stack::{Stack, send};

/// Of a command, and of a report as it goes out.
const COMMAND_BYTES: usize = 5_000;
const REPORT_BYTES: usize = 260;
const PREFETCH: u16 = 2_000;
const BATCH: usize = 1_000;

/// One command and two reports per article, confirmed, handed out and acknowledged; through a queue of the same kind that is idle here.
pub async fn run(stack: &Stack, articles: usize) -> anyhow::Result<Bare> {
    let queue = queues::WEBHOOK_DELIVERY_APPLIED;
    let (exchange, key) = queue.bindings[0];
    let message = |bytes: usize| outgoing(exchange, key, bytes);
    let all: Vec<_> =
        (0..articles).flat_map(|_| [COMMAND_BYTES, REPORT_BYTES, REPORT_BYTES]).map(message).collect();
    let (publisher, mut consumer) =
        tokio::try_join!(stack.broker.publisher(), stack.broker.consumer(queue.name, PREFETCH))?;
    let meter = Meter::start(&stack.programs)?;
    let begun = Instant::now();
    let read_all = async {
        let mut left = all.len();
        while left > 0 {
            let batch = consumer.next_batch(BATCH).await?;
            left = left.saturating_sub(batch.len());
            if let Some(last) = batch.last() {
                consumer.ack_through(last).await?;
            }
        }
        anyhow::Ok(())
    };
    tokio::try_join!(send(&publisher, &all), read_all)?;
    let bare = Bare { name: "messages", count: articles, took: begun.elapsed(), used: meter.read()? };
    publisher.close().await;
    consumer.close().await;
    Ok(bare)
}

fn outgoing(exchange: Exchange, key: &str, bytes: usize) -> Outgoing {
    Outgoing {
        message_id: Uuid::now_v7(),
        exchange: exchange.0.to_owned(),
        routing_key: key.to_owned(),
        type_name: "igny8.publishing.v1.ContentPublished".to_owned(),
        subject: "content:1".to_owned(),
        body: Bytes::from(vec![b'x'; bytes]),
        headers: Vec::new(),
        sent_at_s: 0,
    }
}
