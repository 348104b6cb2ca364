//! The verbs of the binary.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use domain::Clock;

use crate::app::{App, NAME};
use crate::settings::{DEFAULTS, Settings};
use crate::{MIGRATIONS, openapi};

/// Takes in what WordPress sites tell us.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// A TOML file that overrides the defaults; also IGNY8_CONFIG.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run until SIGTERM.
    Serve,
    /// Bring the schema to the newest version.
    Migrate,
    /// Print the API's description.
    Openapi,
}

pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = runtime.context("no runtime").and_then(|runtime| runtime.block_on(run(cli)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{NAME}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    // For servers behind TLS. It fails only if there is one already, which will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = cli.config.as_deref();
    match cli.verb {
        Verb::Serve => {
            let settings = Settings::load(config)?;
            let _telemetry = telemetry::init(NAME, &settings.telemetry)?;
            App::start(settings, &Clock::system())?.run_until_stopped().await
        }
        Verb::Migrate => migrate(config).await,
        Verb::Openapi => Ok(std::io::stdout().write_all(openapi::text().as_bytes())?),
    }
}

/// Needs the database's settings only.
async fn migrate(config: Option<&Path>) -> anyhow::Result<()> {
    let settings = settings::load_section(DEFAULTS, config, settings::environment(), "database")?;
    for migration in database::migrate(&settings, MIGRATIONS).await? {
        eprintln!("{NAME}: {migration}");
    }
    Ok(())
}
