//! Every event has to be taken once, kept once, and come out once; else the figures are worth nothing.

use std::collections::HashSet;
use std::time::Duration;

use serde::Deserialize;
use uuid::Uuid;

use super::round::{Listener, Round};
use super::stack::Stack;
use crate::stack::until;
use crate::table::whole;

#[derive(Deserialize)]
struct Answer {
    data: Acks,
}

#[derive(Deserialize)]
struct Acks {
    acks: Vec<Ack>,
}

#[derive(Deserialize)]
struct Ack {
    status: String,
    delivery_id: Uuid,
}

pub async fn judge(stack: &Stack, rounds: &[Round], listener: &Listener) -> anyhow::Result<()> {
    let mut taken = HashSet::new();
    for round in rounds {
        for answer in &round.sent.answers {
            for ack in serde_json::from_slice::<Answer>(answer)?.data.acks {
                anyhow::ensure!(ack.status == "accepted", "an event was {}", ack.status);
                anyhow::ensure!(taken.insert(ack.delivery_id), "two events have one delivery");
            }
        }
    }
    let events: usize = rounds.iter().map(|it| it.events).sum();
    anyhow::ensure!(taken.len() == events, "{} of {events} events were taken", taken.len());
    let out = &listener.deliveries;
    anyhow::ensure!(taken == *out, "{} were taken and {} came out", taken.len(), out.len());
    let kept = stack.count("SELECT count(*) AS n FROM deliveries").await?;
    anyhow::ensure!(kept == i64::try_from(events)?, "{kept} of {events} deliveries are there");
    let empty = async || Ok(stack.count("SELECT count(*) AS n FROM outbox").await? == 0);
    until("the outbox is empty", Duration::from_secs(10), empty).await?;
    println!(
        "  judged: {} events, each taken once, kept once and read from the broker; {} read twice",
        whole(events as f64),
        listener.again
    );
    Ok(())
}
