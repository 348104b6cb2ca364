//! Events from many sites into webhook-ingest and through it to the broker, beside what its parts could do alone, in the same run on the same
//! machine.

use std::time::Duration;

use crate::measure::Meter;
use crate::processes;
use crate::table::whole;

mod bare;
mod inserts;
mod judge;
mod load;
mod report;
mod round;
mod sites;
mod stack;

use load::Arrival;
use round::{Listener, Round};
use sites::Site;
use stack::Stack;

pub use bare::{Options as BareOptions, serve as serve_bare};

#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    stack: stack::Options,
    /// Events per round that come in batches; those that come singly are half as many.
    #[arg(long, default_value_t = 40_000)]
    count: usize,
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How long each steady rate is kept up in each round.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
}

const BATCH: usize = 100;
const STEADY: [f64; 3] = [1_000.0, 2_000.0, 4_000.0];
/// Of a steady rate's beginning, with ours as with pgbench: connections are opened and statements parsed.
const LEFT_OUT: Duration = Duration::from_secs(1);

pub async fn run(options: Options) -> anyhow::Result<()> {
    let stack = Stack::open(&options.stack)?;
    let count = whole(options.count as f64);
    let durability = crate::rows::durability(&stack.database).await?;
    println!(
        "\n{count} events in batches of {BATCH} and {} singly, {} rounds, {} sites; load before: {}; {durability}, confirms on",
        whole(options.count as f64 / 2.0),
        options.rounds,
        options.stack.sites,
        processes::load()
    );
    let (mut sites, mut listener) = (sites::make(options.stack.sites), Listener::open(&stack).await?);
    stack.connect(&sites).await?;
    let mut all = vec![Round::run(&stack, &mut sites, &mut listener, 2_000, 1, Arrival::AtOnce).await?];
    inserts::prepare(&stack).await?;
    // Before the bursts, which leave the disk busy.
    stack.pin()?;
    let steady = steady_rates(&stack, &options, &mut sites, &mut listener).await?;
    stack.unpin()?;
    let (mut batches, mut singles) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        batches.push(
            Round::run(&stack, &mut sites, &mut listener, options.count, BATCH, Arrival::AtOnce).await?,
        );
        singles.push(
            Round::run(&stack, &mut sites, &mut listener, options.count / 2, 1, Arrival::AtOnce).await?,
        );
    }
    let memory_kib = stack.ingest().most_memory()?;
    let requests = sites::requests(&mut sites, options.count / 2, 1);
    let bare = bare::measure(&stack, requests).await?;
    let one_by_one = inserts::measure(&stack, options.count / 4, 1).await?;
    let together = inserts::measure(&stack, options.count, BATCH).await?;
    let figures = report::Figures { batches, singles, steady, bare, one_by_one, together, memory_kib };
    report::print(&figures);
    all.extend(figures.into_rounds());
    judge::judge(&stack, &all, &listener).await
}

async fn steady_rates(
    stack: &Stack,
    options: &Options,
    sites: &mut [Site],
    listener: &mut Listener,
) -> anyhow::Result<Vec<Steady>> {
    let mut steady = Vec::new();
    for rate in STEADY {
        let seconds = LEFT_OUT.as_secs_f64() + options.seconds;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of events")]
        let events = (rate * seconds) as usize;
        let (mut ours, mut alone) = (Vec::new(), Vec::new());
        for _ in 0..options.rounds {
            ours.push(Round::run(stack, sites, listener, events, 1, Arrival::PerSecond(rate)).await?);
            alone.push(inserts::waits(stack, rate, seconds).await?);
        }
        steady.push(Steady { rate, ours, alone });
    }
    Ok(steady)
}

/// Single events at a steady rate, round by round, and how long the same rows take by themselves.
struct Steady {
    rate: f64,
    ours: Vec<Round>,
    alone: Vec<Vec<Duration>>,
}

/// What something took, and how much of it there was.
pub struct Taken {
    pub count: usize,
    pub took: Duration,
    pub used: crate::measure::Used,
}

impl Taken {
    fn of(count: usize, took: Duration, meter: &Meter<'_>) -> anyhow::Result<Self> {
        Ok(Self { count, took, used: meter.read()? })
    }

    pub fn per_second(&self) -> f64 {
        self.count as f64 / self.took.as_secs_f64()
    }
}

/// Addresses and keys of the sites, in memory only.
type Sites = Vec<Site>;
