use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{ArgAction, Parser, Subcommand};
use database::DatabaseError;
use domain::Clock;
use secrets::{ExposeSecret, SigningKey, random_key};

use crate::app::App;
use crate::flows::open_account::{self, Opened};
use crate::flows::tokens;
use crate::settings::{DEFAULTS, Settings};
use crate::{MIGRATIONS, openapi};

/// IGNY8's API for people, programs and sites.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// A settings file; else the one named by IGNY8_CONFIG, if any.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Answer requests and messages until told to stop.
    Serve,
    /// Bring the database's schema to the newest version.
    Migrate,
    /// Print the description of the API.
    Openapi,
    /// Print new secrets for an installation, as NAME=value.
    GenerateKeys,
    /// Make an account with its first owner. The password comes from IGNY8_PASSWORD or standard input.
    CreateAccount {
        #[arg(long)]
        name: String,
        #[arg(long)]
        email: String,
        /// The owner also runs the installation.
        #[arg(long)]
        operator: bool,
    },
    /// Make someone an operator of the installation, or one no longer. Their access tokens are announced in any case, so that it also
    /// helps where another service does not know them.
    SetOperator {
        #[arg(long)]
        email: String,
        #[arg(long, action = ArgAction::Set, value_name = "true|false")]
        operator: bool,
    },
}

pub fn main() -> ExitCode {
    // Fails only if someone has done it already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("integration-api: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let settings = || Settings::load(arguments.config.as_deref());
    match arguments.verb {
        Verb::Serve => serve(settings()?),
        Verb::Migrate => in_runtime(migrate(arguments.config.as_deref())),
        Verb::CreateAccount { name, email, operator } => {
            in_runtime(create_account(settings()?, name, email, operator))
        }
        Verb::SetOperator { email, operator } => in_runtime(set_operator(settings()?, email, operator)),
        Verb::Openapi => print(&openapi::text()),
        Verb::GenerateKeys => print(&generated_keys()),
    }
}

fn serve(settings: Settings) -> anyhow::Result<()> {
    let _telemetry = telemetry::init("integration-api", &settings.telemetry)?;
    in_runtime(async { App::start(settings, Clock::system())?.run_until_stopped().await })
}

/// Needs the database's settings only.
async fn migrate(config: Option<&Path>) -> anyhow::Result<()> {
    let settings = settings::load_section(DEFAULTS, config, settings::environment(), "database")?;
    let ran = database::migrate(&settings, MIGRATIONS).await?;
    print(&ran.into_iter().map(|it| it + "\n").collect::<String>())
}

async fn create_account(
    settings: Settings,
    name: String,
    email: String,
    operator: bool,
) -> anyhow::Result<()> {
    let password = match std::env::var("IGNY8_PASSWORD") {
        Ok(password) if !password.is_empty() => password,
        _ => password_from_standard_input()?,
    };
    let database = database::Database::new(&settings.database, "integration-api");
    let new = open_account::NewAccount { name: &name, email: &email, operator };
    let password_hash = tokio::task::spawn_blocking(move || secrets::password::hash(&password)).await??;
    let opened = database
        .transaction(async |tx| open_account::open(tx, &new, &password_hash, Clock::system().now()).await)
        .await?;
    print(&match opened {
        Opened::Now { account_id } => format!("account {account_id} made for {email}\n"),
        Opened::Before { account_id } => {
            format!("{email} is of account {account_id} already; nothing changed\n")
        }
    })
}

async fn set_operator(settings: Settings, email: String, operator: bool) -> anyhow::Result<()> {
    let database = database::Database::new(&settings.database, "integration-api");
    let appointed = database
        .transaction(async |tx| {
            let done = tokens::set_operator(tx, email.trim(), operator, Clock::system().now()).await;
            done.map_err(DatabaseError::from)
        })
        .await?;
    let Some(appointed) = appointed else { bail!("nobody has the e-mail address {email}") };
    let is = if operator { "an operator" } else { "no operator" };
    let since = if appointed.was_operator == operator { "already" } else { "now" };
    print(&format!("{email} is {is} {since}; access tokens announced: {}\n", appointed.tokens))
}

fn password_from_standard_input() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("the password can't be read from standard input")?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn generated_keys() -> String {
    let signing = SigningKey::generate();
    format!(
        "API_KEY_PEPPER={}\nSEALING_KEY={}\nSIGNING_PRIVATE_KEY={}\nSIGNING_PUBLIC_KEY={}\n",
        random_key().expose_secret(),
        random_key().expose_secret(),
        signing.to_base64().expose_secret(),
        signing.verifying_key(),
    )
}

fn in_runtime(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

fn print(text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}
