//! What one site that hangs costs all others: the same stream of orders, with and without it.

use std::time::Duration;

use crate::articles::Desk;
use crate::measure::{median, percentile};
use crate::processes;
use crate::round::{self, Arrival, Round};
use crate::rows;
use crate::stack::{self, Stack};
use crate::table::{Table, milliseconds};

#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    stack: stack::Options,
    /// Orders per second, over all sites.
    #[arg(long, default_value_t = 200.0)]
    rate: f64,
    #[arg(long, default_value_t = 15.0)]
    seconds: f64,
    /// Rounds with and as many without.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

/// The first site is the one that hangs; the worker gives up on a call at the same moment.
const BAD: i64 = 1;
const HANGS: Duration = Duration::from_secs(30);
/// So much is queued for it before a round with it begins.
const BACKLOG: usize = 1_000;
const TARGET: f64 = 1.10;

pub async fn run(options: Options) -> anyhow::Result<()> {
    let stack = Stack::open(&options.stack)?;
    println!(
        "\n{} sites, {} orders a second for {} s; one site then takes {} s per call and has {BACKLOG} articles waiting; load before: {}",
        stack.sites,
        options.rate,
        options.seconds,
        HANGS.as_secs(),
        processes::load()
    );
    let mut desk = Desk::new();
    stack.connect_sites().await?;
    round::run(&stack, &desk.orders(500, stack.sites), Arrival::AtOnce, |_| true).await?;

    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        without.push(stream(&stack, &mut desk, &options).await?);
        stack.slow_down(BAD, HANGS).await?;
        let backlog: Vec<_> = (0..BACKLOG).map(|_| desk.order(BAD)).collect();
        round::queue(&stack, &backlog).await?;
        with.push(stream(&stack, &mut desk, &options).await?);
        stack.slow_down(BAD, Duration::ZERO).await?;
        rows::forget_jobs_of(&stack.database, BAD).await?;
    }
    print(&without, &with)
}

/// Orders at a steady rate for all sites; what is waited for and judged are those of the good ones.
async fn stream(stack: &Stack, desk: &mut Desk, options: &Options) -> anyhow::Result<Round> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive number of orders"
    )]
    let count = (options.rate * options.seconds) as usize;
    let orders = desk.orders(count, stack.sites);
    round::run(stack, &orders, Arrival::PerSecond(options.rate), is_good).await
}

fn is_good(site: i64) -> bool {
    site != BAD
}

fn print(without: &[Round], with: &[Round]) -> anyhow::Result<()> {
    let mut table = Table::default();
    table.row(["the others, ordered → live, ms", "p50", "p95", "p99", "longest"]);
    let mut p95s = Vec::new();
    for (name, rounds) in [("all well", without), ("one hangs", with)] {
        let mut p95 = Vec::new();
        for round in rounds {
            let waits = round.book.waits(is_good);
            let at = |part| milliseconds(percentile(&waits, part));
            table.row([name.to_owned(), at(0.5), at(0.95), at(0.99), at(1.0)]);
            p95.push(percentile(&waits, 0.95).as_secs_f64());
        }
        p95s.push(median(&p95));
    }
    print!("\n{}", table.to_text());
    let ratio = p95s[1] / p95s[0];
    println!("  p95 with the bad site / without (medians): {ratio:.2}, at most {TARGET:.2} is asked for");
    anyhow::ensure!(ratio <= TARGET, "one bad site costs the others more than it may");
    Ok(())
}
