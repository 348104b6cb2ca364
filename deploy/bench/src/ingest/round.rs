use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use contracts::{FromWire, WordpressEvent};
use messaging::Consumer;
use uuid::Uuid;

use super::load::{self, Arrival, Sent};
use super::sites::{self, Site};
use super::stack::{QUEUE, Stack};
use crate::measure::{Meter, Used};

/// Events go in over HTTP and come out of the broker, and nothing else is touched in between.
pub struct Round {
    pub events: usize,
    pub sent: Sent,
    /// From the first request until the last message was read.
    pub through: Duration,
    pub used: Used,
}

/// Reads what comes out of the broker, in all rounds: when a consumer goes, RabbitMQ hands out again what it had not yet noted as acknowledged.
pub struct Listener {
    consumer: Consumer,
    /// What came out. One that comes again, perhaps in the next round, is counted as such.
    pub deliveries: HashSet<Uuid>,
    pub again: usize,
}

const PREFETCH: u16 = 2_000;
const TOGETHER: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(90);
/// As many as a busy hour has; a batch is a hundred events already.
const CONNECTIONS: usize = 64;
const CONNECTIONS_OF_BATCHES: usize = 16;

impl Round {
    pub async fn run(
        stack: &Stack,
        sites: &mut [Site],
        listener: &mut Listener,
        events: usize,
        per_request: usize,
        arrival: Arrival,
    ) -> anyhow::Result<Self> {
        let requests = Arc::new(sites::requests(sites, events, per_request));
        let events = requests.iter().map(|it| it.events).sum();
        let connections = if per_request > 1 { CONNECTIONS_OF_BATCHES } else { CONNECTIONS };
        let begun = Instant::now();
        let meter = Meter::start(&stack.programs)?;
        let both = async {
            tokio::try_join!(load::send(stack.port, requests, connections, arrival), listener.listen(events))
        };
        let (sent, ()) = tokio::time::timeout(PATIENCE, both)
            .await
            .with_context(|| format!("not all of {events} events came through within {PATIENCE:?}"))??;
        let (through, used) = (begun.elapsed(), meter.read()?);
        Ok(Self { events, sent, through, used })
    }

    pub fn accepted_per_second(&self) -> f64 {
        self.events as f64 / self.sent.took.as_secs_f64()
    }

    pub fn through_per_second(&self) -> f64 {
        self.events as f64 / self.through.as_secs_f64()
    }
}

impl Listener {
    pub async fn open(stack: &Stack) -> anyhow::Result<Self> {
        let consumer = stack.broker.consumer(QUEUE.name, PREFETCH).await?;
        Ok(Self { consumer, deliveries: HashSet::new(), again: 0 })
    }

    /// Until so many more have come.
    async fn listen(&mut self, awaited: usize) -> anyhow::Result<()> {
        let awaited = self.deliveries.len() + awaited;
        while self.deliveries.len() < awaited {
            let batch = self.consumer.next_batch(TOGETHER).await?;
            for message in &batch {
                let delivery = match WordpressEvent::from_wire(&message.type_name, &message.body)? {
                    WordpressEvent::StatusChanged(it) => it.delivery_id,
                    WordpressEvent::PostUpdated(it) => it.delivery_id,
                    other => anyhow::bail!("not what was sent: {other:?}"),
                };
                if !self.deliveries.insert(delivery.parse()?) {
                    self.again += 1;
                }
            }
            if let Some(last) = batch.last() {
                self.consumer.ack_through(last).await?;
            }
        }
        Ok(())
    }
}
