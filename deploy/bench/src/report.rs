//! A run's figures, ours beside what the parts could do alone.

use crate::bare::Bare;
use crate::measure::{Used, median, percentile};
use crate::processes;
use crate::publish::Options;
use crate::round::Round;
use crate::stack::WORKER;
use crate::stand_in::Counts;
use crate::table::{Table, milliseconds, ratio, whole};

pub struct Figures {
    pub rounds: Vec<Round>,
    pub steady: Round,
    pub steady_rate: f64,
    pub calls: Bare,
    pub rows: Bare,
    pub messages: Bare,
    pub counts: Counts,
    pub memory_kib: u64,
}

pub fn print(options: &Options, figures: &Figures) {
    let rates: Vec<f64> = figures.rounds.iter().map(Round::per_second).collect();
    let latency_ms: f64 = options.latency.parse().unwrap_or_default();
    let slots = (latency_ms > 0.0).then(|| options.at_a_time as f64 * 1_000.0 / latency_ms);
    print!("\n{}", rate_table(&rates, figures, slots).to_text());
    print!("\n{}", processor_table(figures).to_text());
    let waits = figures.steady.book.waits(|_| true);
    let at = |part| milliseconds(percentile(&waits, part));
    println!(
        "\n  ordered → live at a steady {}/s, ms: p50 {}, p95 {}, p99 {}, longest {}",
        whole(figures.steady_rate),
        at(0.5),
        at(0.95),
        at(0.99),
        at(1.0)
    );
    println!("  bounded by {}", bound(median(&rates), slots, &figures.rounds));
    let counts = &figures.counts;
    println!(
        "  calls: {} requests over {} connections, {} in flight at most",
        whole(counts.requests as f64),
        whole(counts.connections as f64),
        counts.most_in_flight
    );
    println!("  worker's memory: {} MB at most", whole(figures.memory_kib as f64 / 1_024.0));
}

fn rate_table(rates: &[f64], figures: &Figures, slots: Option<f64>) -> Table {
    let ours = median(rates);
    let mut table = Table::default();
    table.row(["publishes per second", "rate", "ours / it"]);
    let all: Vec<_> = rates.iter().map(|rate| whole(*rate)).collect();
    table.row([format!("ours, median of {}", all.join(" · ")), whole(ours)]);
    let parts = [&figures.calls, &figures.rows, &figures.messages];
    for part in parts {
        table.row([format!("{} alone", part.name), whole(part.per_second()), ratio(ours, part.per_second())]);
    }
    // Where calls take time of their own, the other parts go on meanwhile.
    if slots.is_none() {
        let together = 1.0 / parts.iter().map(|part| 1.0 / part.per_second()).sum::<f64>();
        table.row(["the three one after the other".to_owned(), whole(together), ratio(ours, together)]);
    }
    table
}

fn processor_table(figures: &Figures) -> Table {
    let mut table = Table::default();
    table.row(["processor time per publish, µs", "ours", "alone", "ratio"]);
    let alone_as = |bare: &Bare, program| Some(bare.used.per_piece(program, bare.count));
    let mut total = 0.0;
    for (name, _) in &figures.rounds[0].used.by_program {
        let all: Vec<_> =
            figures.rounds.iter().map(|round| round.used.per_piece(name, round.book.live)).collect();
        let ours = median(&all);
        total += ours;
        let alone = match *name {
            // A client that does nothing but sign and call.
            WORKER => alone_as(&figures.calls, "driver"),
            "PostgreSQL" => alone_as(&figures.rows, name),
            "RabbitMQ" => alone_as(&figures.messages, name),
            "stand-in" => alone_as(&figures.calls, name),
            _ => None,
        };
        let (alone, quotient) = alone.map(|alone| (whole(alone), ratio(ours, alone))).unwrap_or_default();
        table.row([(*name).to_owned(), whole(ours), alone, quotient]);
    }
    table.row(["all".to_owned(), whole(total)]);
    table
}

/// Busier than this, and more processors would have made it faster.
const BUSY: f64 = 0.85;
/// Closer than this to what the calls in flight allow, and more of them would have.
const NEAR: f64 = 0.8;

fn bound(rate: f64, slots: Option<f64>, rounds: &[Round]) -> String {
    let busy = median(&rounds.iter().map(|round| round.used.busy).collect::<Vec<_>>());
    let percent = format!("{:.0} %", busy * 100.0);
    if busy >= BUSY {
        let most = rounds.last().map_or("nothing", |round| most_of(&round.used));
        return format!("its {} processors, {percent} busy; most of it {most}", processes::processors());
    }
    match slots {
        Some(slots) if rate > slots * NEAR => {
            format!("the calls in flight, which allow {}/s; processors {percent} busy", whole(slots))
        }
        _ => format!("waiting: its processors were only {percent} busy"),
    }
}

fn most_of(used: &Used) -> &'static str {
    used.by_program.iter().max_by_key(|(_, time)| *time).map_or("nothing", |(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn whoever_used_most_is_named() {
        let times = [("a", Duration::from_secs(1)), ("b", Duration::from_secs(2))];
        assert_eq!(most_of(&Used { by_program: times.to_vec(), ..Used::default() }), "b");
        assert_eq!(most_of(&Used::default()), "nothing");
    }
}
