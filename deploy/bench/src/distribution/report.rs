//! A run's figures, ours beside what others do with the same bytes.

use super::{BARE, NGINX, OURS, Round};
use crate::measure::median;
use crate::table::{Table, ratio, whole};

pub fn print(checks: &[Round], downloads: &[Round], memory_kib: u64) {
    print!("\n{}", rates("update checks", checks).to_text());
    print!("\n{}", rates("downloads", downloads).to_text());
    println!("\n  plugin-distribution's memory: {} MB at most", whole(memory_kib as f64 / 1_024.0));
    let others = checks.iter().chain(downloads).map(|it| it.used.by_others * 100.0).fold(0.0, f64::max);
    println!("  other people's programs took up to {others:.0} % of the processors meanwhile");
}

fn rates(what: &str, rounds: &[Round]) -> Table {
    let mut table = Table::default();
    table.row([what, "a second", "each round", "ours / it", "p50 ms", "p99 ms", "µs of processor"]);
    let ours = of(rounds, OURS, |it| it.measured.per_second);
    for server in [OURS, BARE, NGINX] {
        let rates: Vec<String> =
            rounds.iter().filter(|it| it.server == server).map(|it| whole(it.measured.per_second)).collect();
        if rates.is_empty() {
            continue;
        }
        let rate = of(rounds, server, |it| it.measured.per_second);
        table.row([
            server.to_owned(),
            whole(rate),
            rates.join(" "),
            if server == OURS { String::new() } else { ratio(ours, rate) },
            format!("{:.2}", of(rounds, server, |it| it.measured.p50_ms)),
            format!("{:.2}", of(rounds, server, |it| it.measured.p99_ms)),
            format!("{:.1}", of(rounds, server, |it| it.used.per_piece(it.server, it.measured.requests))),
        ]);
    }
    table
}

fn of(rounds: &[Round], server: &str, figure: impl Fn(&Round) -> f64) -> f64 {
    median(&rounds.iter().filter(|it| it.server == server).map(figure).collect::<Vec<_>>())
}
