use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, Subcommand};
use publisher_worker::app::{self, App};
use publisher_worker::settings::{DEFAULTS, Settings};

/// Brings articles to users' sites, exactly once each.
#[derive(Parser)]
#[command(name = app::NAME, version)]
struct Cli {
    /// Settings file; IGNY8_CONFIG names one as well.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run until told to stop.
    Serve,
    /// Bring the database schema to this version.
    Migrate,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    // An error means that there is a provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = cli.config.as_deref();
    match cli.verb {
        Verb::Serve => {
            let settings = Settings::load(config)?;
            let _telemetry = telemetry::init(app::NAME, &settings.telemetry)?;
            let app = App::build(&settings).context("publisher-worker can't start")?;
            let stopped = app.run_until_stopped().await;
            anyhow::ensure!(stopped.is_clean(), "cut off while stopping: {}", stopped.abandoned.join(", "));
        }
        Verb::Migrate => {
            // Needs the database's settings only.
            let settings = settings::load_section(DEFAULTS, config, settings::environment(), "database")?;
            for migration in database::migrate(&settings, app::MIGRATIONS).await? {
                eprintln!("{}: {migration}", app::NAME);
            }
        }
    }
    Ok(())
}
