//! One round: orders go out, reports come back, and nothing else is touched in between.

use std::time::{Duration, Instant};

use anyhow::Context;
use contracts::publishing::PublishContent;
use contracts::topology::queues;
use contracts::{FromWire, PublishReport};
use jiff::Timestamp;
use messaging::{Consumer, Outgoing};

use crate::book::Book;
use crate::measure::{Meter, Used};
use crate::rows;
use crate::stack::{Stack, send};

/// How the orders are given.
#[derive(Clone, Copy, Debug)]
pub enum Arrival {
    /// As fast as the broker takes them.
    AtOnce,
    /// So many a second, whatever becomes of them; an order that could only be sent late counts from when it was due.
    PerSecond(f64),
}

pub struct Round {
    pub book: Book,
    /// From the first claim until the last report was read.
    pub took: Duration,
    pub used: Used,
}

impl Round {
    pub fn per_second(&self) -> f64 {
        self.book.live as f64 / self.took.as_secs_f64()
    }
}

/// Waits for the reports of every site that `counts`.
pub async fn run(
    stack: &Stack,
    orders: &[PublishContent],
    arrival: Arrival,
    counts: impl Fn(i64) -> bool,
) -> anyhow::Result<Round> {
    // The messages are made beforehand: in life, that is another service's work.
    let messages: Vec<_> = orders.iter().map(Outgoing::of).collect();
    let awaited = orders.iter().filter(|order| counts(order.site_id)).count();
    let mut consumer = stack.broker.consumer(queues::INTEGRATION_PUBLISH_RESULTS.name, PREFETCH).await?;
    let (clock, begun) = (Timestamp::now(), Instant::now());
    let mut book = Book::default();
    for (place, order) in orders.iter().enumerate() {
        book.order(order, begun + arrival.due(place))?;
    }
    let meter = Meter::start(&stack.programs)?;
    let patience = PATIENCE + arrival.due(orders.len());
    let both = async {
        tokio::try_join!(
            give(stack, &messages, arrival, begun),
            listen(&mut consumer, &mut book, awaited, &counts)
        )
    };
    let in_time = tokio::time::timeout(patience, both).await;
    in_time.with_context(|| format!("not all of {awaited} were live within {patience:?}"))??;
    let used = meter.read()?;
    consumer.close().await;
    let first = rows::first_claim(&stack.database, clock).await?.context("nothing was claimed")?;
    let until_first = Duration::try_from(first.duration_since(clock)).unwrap_or_default();
    let last = book.last_live().context("nothing is live")?;
    let took = last.duration_since(begun).saturating_sub(until_first);
    Ok(Round { book, took, used })
}

const PREFETCH: u16 = 2_000;
const BATCH: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(90);
/// Orders that are due together go out together.
const BEAT: Duration = Duration::from_millis(5);

impl Arrival {
    /// When, counted from the beginning.
    pub fn due(self, place: usize) -> Duration {
        match self {
            Self::AtOnce => Duration::ZERO,
            Self::PerSecond(rate) => Duration::from_secs_f64(place as f64 / rate),
        }
    }
}

/// Gives orders that nobody waits for.
pub async fn queue(stack: &Stack, orders: &[PublishContent]) -> anyhow::Result<()> {
    let messages: Vec<_> = orders.iter().map(Outgoing::of).collect();
    give(stack, &messages, Arrival::AtOnce, Instant::now()).await
}

async fn give(stack: &Stack, messages: &[Outgoing], arrival: Arrival, begun: Instant) -> anyhow::Result<()> {
    let publisher = stack.broker.publisher().await?;
    let mut sent = 0;
    while sent < messages.len() {
        let late = messages[sent..]
            .iter()
            .enumerate()
            .position(|(place, _)| begun + arrival.due(sent + place) > Instant::now());
        let due = late.unwrap_or(messages.len() - sent);
        if due == 0 {
            tokio::time::sleep(BEAT).await;
            continue;
        }
        send(&publisher, &messages[sent..sent + due]).await?;
        sent += due;
    }
    publisher.close().await;
    Ok(())
}

async fn listen(
    consumer: &mut Consumer,
    book: &mut Book,
    awaited: usize,
    counts: &impl Fn(i64) -> bool,
) -> anyhow::Result<()> {
    let (mut started, mut live) = (0, 0);
    while started < awaited || live < awaited {
        let batch = consumer.next_batch(BATCH).await?;
        let at = Instant::now();
        for message in &batch {
            let report = PublishReport::from_wire(&message.type_name, &message.body)?;
            let site = report.progress().map_or(0, |progress| progress.site_id);
            match &report {
                PublishReport::Started(_) if counts(site) => started += 1,
                PublishReport::Published(_) if counts(site) && !message.redelivered => live += 1,
                _ => {}
            }
            book.hear(report, at);
        }
        if let Some(last) = batch.last() {
            consumer.ack_through(last).await?;
        }
    }
    Ok(())
}
