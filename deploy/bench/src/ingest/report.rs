//! A run's figures, ours beside what the parts could do alone.

use std::time::Duration;

use super::round::Round;
use super::stack::{BARE, INGEST, POSTGRES};
use super::{Steady, Taken};
use crate::measure::{Used, median, percentile};
use crate::table::{Table, ratio, whole};

pub(super) struct Figures {
    pub batches: Vec<Round>,
    pub singles: Vec<Round>,
    pub steady: Vec<Steady>,
    pub bare: Taken,
    pub one_by_one: Taken,
    pub together: Taken,
    pub memory_kib: u64,
}

impl Figures {
    pub fn into_rounds(self) -> impl Iterator<Item = Round> {
        self.batches.into_iter().chain(self.singles).chain(self.steady.into_iter().flat_map(|it| it.ours))
    }
}

pub(super) fn print(figures: &Figures) {
    print!("\n{}", rates(figures).to_text());
    print!("\n{}", processors(figures).to_text());
    print!("\n{}", waits(figures).to_text());
    println!("\n  webhook-ingest's memory: {} MB at most", whole(figures.memory_kib as f64 / 1_024.0));
    let rounds = figures.batches.iter().chain(&figures.singles);
    let others = rounds.map(|it| it.used.by_others * 100.0).fold(0.0, f64::max);
    println!("  other people's programs took up to {others:.0} % of the processors meanwhile");
}

fn rates(figures: &Figures) -> Table {
    let mut table = Table::default();
    table.row(["events per second", "singly", "ours / it", "in batches", "ours / it"]);
    let of = |rounds: &[Round], rate: fn(&Round) -> f64| median(&rounds.iter().map(rate).collect::<Vec<_>>());
    let (single, batch) =
        (of(&figures.singles, Round::through_per_second), of(&figures.batches, Round::through_per_second));
    let (single_in, batch_in) =
        (of(&figures.singles, Round::accepted_per_second), of(&figures.batches, Round::accepted_per_second));
    table.row(["ours, through to the broker".to_owned(), whole(single), String::new(), whole(batch)]);
    table.row(["ours, accepted and durable".to_owned(), whole(single_in), String::new(), whole(batch_in)]);
    let (alone, together) = (figures.one_by_one.per_second(), figures.together.per_second());
    table.row([
        "the same rows by pgbench".to_owned(),
        whole(alone),
        ratio(single_in, alone),
        whole(together),
        ratio(batch_in, together),
    ]);
    let bare = figures.bare.per_second();
    table.row(["the same requests to a bare server".to_owned(), whole(bare), ratio(single_in, bare)]);
    table
}

fn processors(figures: &Figures) -> Table {
    let mut table = Table::default();
    table.row(["processor time per event, µs", "singly", "alone", "in batches", "alone"]);
    let of = |rounds: &[Round], program: &str| {
        median(&rounds.iter().map(|it| it.used.per_piece(program, it.events)).collect::<Vec<_>>())
    };
    let alone = |taken: &Taken, used: fn(&Used, usize) -> f64| whole(used(&taken.used, taken.count));
    let mut totals = (0.0, 0.0);
    for (name, _) in figures.singles.first().map(|it| it.used.by_program.clone()).unwrap_or_default() {
        let (single, batch) = (of(&figures.singles, name), of(&figures.batches, name));
        totals = (totals.0 + single, totals.1 + batch);
        let (single_alone, batch_alone) = match name {
            INGEST => (alone(&figures.bare, |used, count| used.per_piece(BARE, count)), String::new()),
            POSTGRES => (
                alone(&figures.one_by_one, |used, count| used.per_piece(POSTGRES, count)),
                alone(&figures.together, |used, count| used.per_piece(POSTGRES, count)),
            ),
            "driver" => (alone(&figures.bare, |used, count| used.per_piece("driver", count)), String::new()),
            BARE => continue,
            _ => (String::new(), String::new()),
        };
        table.row([name.to_owned(), whole(single), single_alone, whole(batch), batch_alone]);
    }
    table.row(["all".to_owned(), whole(totals.0), String::new(), whole(totals.1)]);
    table
}

/// The middle one of the rounds' values each: what another machine on the same host takes for a second stays out of it.
fn waits(figures: &Figures) -> Table {
    let mut table = Table::default();
    let columns = [
        "p50",
        "alone",
        "p99",
        "once sent",
        "alone",
        "ours / it",
        "longest",
        "alone",
        "µs of ours each",
        "busy",
        "stolen",
    ];
    table.row(["due → durable, ms, singly"].into_iter().chain(columns));
    for Steady { rate, ours, alone } in &figures.steady {
        let of = |value: fn(&Round) -> f64| median(&ours.iter().map(value).collect::<Vec<_>>());
        let by_itself =
            |part| median(&alone.iter().map(|waits| milliseconds(waits, part)).collect::<Vec<_>>());
        let p99 = of(|it| milliseconds(&it.sent.waits, 0.99));
        table.row([
            format!("at {}/s", whole(*rate)),
            tenths(of(|it| milliseconds(&it.sent.waits, 0.5))),
            tenths(by_itself(0.5)),
            tenths(p99),
            tenths(of(|it| milliseconds(&it.sent.waits_once_sent, 0.99))),
            tenths(by_itself(0.99)),
            ratio(p99, by_itself(0.99)),
            tenths(of(|it| milliseconds(&it.sent.waits, 1.0))),
            tenths(by_itself(1.0)),
            whole(of(|it| it.used.per_piece(INGEST, it.events))),
            format!("{} %", whole(of(|it| it.used.busy) * 100.0)),
            format!("{} %", whole(of(|it| it.used.stolen) * 100.0)),
        ]);
    }
    table
}

fn milliseconds(waits: &[Duration], part: f64) -> f64 {
    let mut sorted = waits.to_vec();
    sorted.sort_unstable();
    percentile(&sorted, part).as_secs_f64() * 1_000.0
}

fn tenths(number: f64) -> String {
    format!("{number:.1}")
}
