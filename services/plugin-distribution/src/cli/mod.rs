//! The verbs of the binary.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use domain::Clock;

use crate::app::{App, NAME};
use crate::settings::{DEFAULTS, Settings};
use crate::signing::generated_key;
use crate::{MIGRATIONS, openapi};

mod release;
mod versions;

/// Builds, keeps and serves the plugin that WordPress sites install.
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
    /// Print a new key to sign releases with, its public half, and its id, as lines NAME=value.
    GenerateReleaseKey,
    #[command(flatten)]
    Act(Act),
}

/// What is done with versions.
#[derive(Subcommand)]
enum Act {
    /// Build a plugin from its source, sign it, and offer it to sites.
    Release(release::Release),
    /// Give out an older version's code again, under a higher number.
    Revert(release::Revert),
    /// Take a version back: nobody is given it any more, and sites refuse it.
    Withdraw(versions::Which),
    /// Offer a version no longer; who names it still gets it.
    Deprecate(versions::Which),
    /// Offer a version to nobody for now.
    Pause(versions::Pause),
    /// Offer a paused version again.
    Resume(versions::Which),
    /// Offer a version to this share of all sites.
    RollOut(versions::RollOut),
}

pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime.context("no runtime").and_then(|runtime| runtime.block_on(run(cli))) {
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
            App::start(settings, Clock::system())?.run_until_stopped().await
        }
        Verb::Openapi => Ok(std::io::stdout().write_all(openapi::text().as_bytes())?),
        Verb::Migrate => migrate(config).await,
        Verb::GenerateReleaseKey => Ok(std::io::stdout().write_all(generated_key().as_bytes())?),
        Verb::Act(act) => {
            let settings = Settings::load(config)?;
            let _telemetry = telemetry::init(NAME, &settings.telemetry)?;
            act.run(&settings, &Clock::system()).await
        }
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

impl Act {
    async fn run(self, settings: &Settings, clock: &Clock) -> anyhow::Result<()> {
        match self {
            Self::Release(release) => release.run(settings, clock).await,
            Self::Revert(revert) => revert.run(settings, clock).await,
            Self::Withdraw(which) => which.withdraw(settings, clock).await,
            Self::Deprecate(which) => which.deprecate(settings, clock).await,
            Self::Pause(pause) => pause.run(settings, clock).await,
            Self::Resume(which) => which.resume(settings, clock).await,
            Self::RollOut(roll_out) => roll_out.run(settings, clock).await,
        }
    }
}

/// Does what a command line says with these settings: the verbs that act on versions, as an operator types them.
pub async fn act(settings: &Settings, clock: &Clock, line: &[&str]) -> anyhow::Result<()> {
    match Cli::try_parse_from([&[NAME], line].concat())?.verb {
        Verb::Act(act) => act.run(settings, clock).await,
        _ => anyhow::bail!("this verb does nothing with versions"),
    }
}
