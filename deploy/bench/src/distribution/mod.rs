//! Update checks and packages from plugin-distribution, beside a bare actix-web handler and nginx that give out the same bytes, in the same run
//! on the same machine.

use std::path::PathBuf;

use crate::measure::{Meter, Used};
use crate::processes::{self, Program};

mod bare;
mod load;
mod report;

use load::{Ask, Load, Measured};

pub use bare::{Options as BareOptions, serve as serve_bare};

#[derive(clap::Args)]
pub struct Options {
    /// Where the pid files of the running programs are, and where the load's scripts go.
    #[arg(long)]
    run: PathBuf,
    #[arg(long)]
    port: u16,
    #[arg(long)]
    bare_port: u16,
    #[arg(long)]
    nginx_port: u16,
    /// The package, for its size.
    #[arg(long)]
    package: PathBuf,
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How long each server is asked, each time.
    #[arg(long, default_value_t = 5)]
    seconds: u32,
    #[arg(long, default_value_t = 64)]
    connections: u32,
}

pub const OURS: &str = "plugin-distribution";
pub const BARE: &str = "bare actix-web";
pub const NGINX: &str = "nginx";

const SLUG: &str = "bench-plugin";

/// What one server did in one round.
pub struct Round {
    pub server: &'static str,
    pub measured: Measured,
    pub used: Used,
}

pub fn run(options: &Options) -> anyhow::Result<()> {
    let bytes = std::fs::metadata(&options.package)?.len();
    println!(
        "\n{} rounds of {} s each, {} connections kept open, a package of {bytes} bytes; load before: {}, {} processors",
        options.rounds,
        options.seconds,
        options.connections,
        processes::load(),
        processes::processors(),
    );
    let program = |name, file| Program::started(name, file, &options.run);
    let programs = [
        program(OURS, "plugin-distribution")?,
        program(BARE, "bare-distribution")?,
        program(NGINX, "nginx")?,
        Program::ourselves(),
    ];
    let load = Load { place: &options.run, seconds: options.seconds, connections: options.connections };
    let at = |port: u16, path: &str| format!("http://127.0.0.1:{port}{path}");
    let check = format!("/api/plugins/{SLUG}/check-update/");
    let download = format!("/api/plugins/{SLUG}/download/");
    let checks = [(OURS, at(options.port, &check)), (BARE, at(options.bare_port, &check))];
    let downloads = [
        (OURS, at(options.port, &download)),
        (BARE, at(options.bare_port, &download)),
        (NGINX, at(options.nginx_port, "/package.zip")),
    ];
    let checks = rounds(&load, &programs, Ask::Check, &checks, options.rounds)?;
    let downloads = rounds(&load, &programs, Ask::Download, &downloads, options.rounds)?;
    report::print(&checks, &downloads, programs[0].most_memory()?);
    Ok(())
}

/// By turns, so that whatever happens on the machine happens to all of them.
fn rounds(
    load: &Load<'_>,
    programs: &[Program],
    ask: Ask,
    servers: &[(&'static str, String)],
    count: usize,
) -> anyhow::Result<Vec<Round>> {
    for (_, url) in servers {
        load.put(ask, url, 1)?;
    }
    let mut rounds = Vec::new();
    for _ in 0..count {
        for (server, url) in servers {
            let meter = Meter::start(programs)?;
            let measured = load.put(ask, url, load.seconds)?;
            rounds.push(Round { server, measured, used: meter.read()? });
        }
    }
    Ok(rounds)
}
