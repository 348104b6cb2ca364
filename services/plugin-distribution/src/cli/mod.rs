//! The verbs of the binary.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use database::{Database, DatabaseError};
use domain::Clock;

use crate::app::{App, NAME};
use crate::artifact::{Digests, Shelf, Source, build, lint};
use crate::flows::release::{Built, Released, Terms, release};
use crate::settings::{DEFAULTS, Settings};
use crate::signing::{Signer, generated_key};
use crate::{MIGRATIONS, openapi};

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
    /// Build a plugin from its source, sign it, and offer it to sites.
    Release {
        /// The plugin's folder, or a ZIP of it.
        #[arg(long)]
        source: PathBuf,
        /// Only for sites that want early versions. Release the same source without it to offer it to all.
        #[arg(long)]
        beta: bool,
        /// Replace a release of the same version that has other bytes. Never where sites may have installed it.
        #[arg(long)]
        overwrite: bool,
    },
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
        Verb::Release { source, beta, overwrite } => {
            let settings = Settings::load(config)?;
            let _telemetry = telemetry::init(NAME, &settings.telemetry)?;
            release_from(&settings, &source, Terms { beta, overwrite }).await
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

/// The package lies on the shelf before the row says so: a crash in between leaves a file nobody asks for.
pub async fn release_from(settings: &Settings, source: &Path, terms: Terms) -> anyhow::Result<()> {
    let signer = Signer::new(&settings.release)?;
    let mut source = Source::read(source)?;
    lint(&source, &settings.release.php)?;
    signer.enclose_keys(&mut source);
    let package = build(&source)?;
    let digests = Digests::of(&package);
    let version = &source.header.version;
    let file_path = Shelf::new(&settings.artifacts)?.put(&source.slug, version, &package).await?;
    let built = Built {
        source: &source,
        file_path: &file_path,
        size: i64::try_from(package.len()).context("the package is too large")?,
        digests: &digests,
    };
    let database = Database::new(&settings.database, NAME);
    let now = Clock::system().now();
    let released = database
        .transaction(async |tx| release(tx, &built, &signer, terms, now).await.map_err(DatabaseError::from))
        .await?;
    match released {
        Released::Now => tracing::info!(slug = source.slug, version, sha256 = digests.sha256, "released"),
        Released::Before => {
            tracing::info!(slug = source.slug, version, "released before, with the same bytes");
        }
        Released::OtherBytes { sha256 } => bail!(
            "{} {version} was released before with other bytes (SHA-256 {sha256}): give the new release a higher version",
            source.slug
        ),
    }
    Ok(())
}
