//! Articles through a worker, beside what its parts could do alone, in the same run on the same machine.

use crate::articles::Desk;
use crate::bare;
use crate::measure::median;
use crate::processes;
use crate::report::{self, Figures};
use crate::round::{self, Arrival, Round};
use crate::rows::{self, Rows};
use crate::stack::{self, Stack};
use crate::table::whole;

#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    stack: stack::Options,
    /// Articles per round.
    #[arg(long, default_value_t = 10_000)]
    pub count: usize,
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Calls the worker may have in flight: its jobs.max_in_flight.
    #[arg(long, default_value_t = 256)]
    pub at_a_time: usize,
    /// What the sites were started with.
    #[arg(long, default_value = "0")]
    pub latency: String,
}

/// Not measured: connections are opened, statements prepared, memory taken.
const WARM_UP: usize = 1_000;
/// The waits are measured at this part of the rate that was reached: at all of it, orders only wait for one another.
const STEADY: f64 = 0.6;
const STEADY_SECONDS: f64 = 10.0;

pub async fn run(options: Options) -> anyhow::Result<()> {
    let stack = Stack::open(&options.stack)?;
    println!(
        "\n{} articles at once, {} rounds, {} sites that take {} ms; load before: {}; {}, confirms on",
        whole(options.count as f64),
        options.rounds,
        stack.sites,
        options.latency,
        processes::load(),
        rows::durability(&stack.database).await?,
    );
    let mut desk = Desk::new();
    stack.connect_sites().await?;
    let before = rows::count(&stack.database).await?;
    let all_sites = |_| true;
    let warm_up = round::run(&stack, &desk.orders(WARM_UP, stack.sites), Arrival::AtOnce, all_sites).await?;
    let mut rounds = Vec::new();
    for number in 1..=options.rounds {
        let orders = desk.orders(options.count, stack.sites);
        let round = round::run(&stack, &orders, Arrival::AtOnce, all_sites).await?;
        let (busy, others) = (round.used.busy * 100.0, round.used.by_others * 100.0);
        let rate = whole(round.per_second());
        println!(
            "  round {number}: {rate}/s, processors {busy:.0} % busy, {others:.0} % with other people's programs"
        );
        rounds.push(round);
    }
    let steady_rate = median(&rounds.iter().map(Round::per_second).collect::<Vec<_>>()) * STEADY;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive number of orders"
    )]
    let orders = desk.orders((steady_rate * STEADY_SECONDS) as usize, stack.sites);
    let steady = round::run(&stack, &orders, Arrival::PerSecond(steady_rate), all_sites).await?;
    rows::outbox_is_empty(&stack.database).await?;

    let memory_kib = stack.worker().most_memory()?;
    let all: Vec<&Round> = [&warm_up, &steady].into_iter().chain(&rounds).collect();
    let (judgement, wrong) = judge(&stack, &all, before).await?;
    let counts = stack.counts().await?;

    let orders = desk.orders(options.count, stack.sites);
    let calls = bare::calls::run(&stack, &orders, options.at_a_time).await?;
    let rows = bare::rows::run(&stack, &orders).await?;
    let messages = bare::messages::run(&stack, options.count).await?;

    report::print(
        &options,
        &Figures { rounds, steady, steady_rate, calls, rows, messages, counts, memory_kib },
    );
    println!("{judgement}");
    for complaint in wrong.iter().take(10) {
        println!("  wrong: {complaint}");
    }
    anyhow::ensure!(
        wrong.is_empty(),
        "{} things are wrong: the figures above are worth nothing",
        wrong.len()
    );
    Ok(())
}

/// Every order has to be one job, one attempt, one post and one report, and nothing may be left over: in words, and what is wrong.
async fn judge(stack: &Stack, rounds: &[&Round], before: Rows) -> anyhow::Result<(String, Vec<String>)> {
    let after = rows::count(&stack.database).await?;
    let (posts, counts) = (stack.posts().await?, stack.counts().await?);
    let mut wrong: Vec<String> = rounds.iter().flat_map(|round| round.book.judge(&posts)).collect();
    let ordered: usize = rounds.iter().map(|round| round.book.ordered()).sum();
    let reports: usize = rounds.iter().map(|round| round.book.started + round.book.live).sum();
    let more = i64::try_from(ordered)?;
    let expected = Rows {
        done: before.done + more,
        attempts: before.attempts + more,
        inbox: before.inbox + more,
        ..before
    };
    if after != expected {
        wrong.push(format!("rows: expected {expected:?}, found {after:?}"));
    }
    if posts.len() != ordered {
        wrong.push(format!("{} posts for {ordered} orders", posts.len()));
    }
    let words = format!(
        "  rows: {all} jobs done, {all} attempts, {all} in the inbox, {} through the outbox and none left in it\n  \
         judged: {all} ordered, {} posts, each reported with its id; sent again {}, refused as known {}",
        whole(reports as f64),
        whole(posts.len() as f64),
        counts.replayed,
        counts.known,
        all = whole(ordered as f64),
    );
    Ok((words, wrong))
}
