#![doc = include_str!("../README.md")]
#![allow(clippy::cast_precision_loss, reason = "figures are rounded for people")]

use clap::{Parser, Subcommand};
use secrets::{ExposeSecret, SigningKey, random_key};

mod bulk;
mod distribution;
mod fairness;
mod ingest;
mod publish;
mod stream;

mod api;
mod articles;
mod book;
mod listeners;
mod round;
mod stack;

mod bare;
mod measure;
mod processes;
mod report;
mod rows;
mod sites;
mod stand_in;
mod table;

/// Measures the platform; scripts/bench starts what it needs.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Make the keys of an installation.
    Keys,
    /// Stand in for many WordPress sites.
    StandIn(stand_in::Options),
    /// How many articles a worker brings to their sites, beside what its parts could do alone.
    Publish(publish::Options),
    /// What one site that hangs costs all others.
    Fairness(fairness::Options),
    /// How many events webhook-ingest takes in and passes on, beside what its parts could do alone.
    Ingest(ingest::Options),
    /// Answer requests and do nothing else.
    BareHttp(ingest::BareOptions),
    /// How many update checks and packages plugin-distribution answers, beside a bare handler and nginx.
    Distribution(distribution::Options),
    /// Give out the same bytes and do nothing else.
    BareDistribution(distribution::BareOptions),
    /// How long one request over five hundred contents takes.
    Bulk(bulk::Options),
    /// What open event streams cost.
    Stream(stream::Options),
    /// Hand what is posted to everyone who listens, with nothing between.
    BareStream(bare::stream::Options),
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    // An error means that there is a provider already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match cli.verb {
        Verb::Keys => {
            print_keys();
            Ok(())
        }
        Verb::StandIn(options) => stand_in::serve(&options),
        Verb::Publish(options) => on_a_runtime(publish::run(options)),
        Verb::Fairness(options) => on_a_runtime(fairness::run(options)),
        Verb::Ingest(options) => on_a_runtime(ingest::run(options)),
        Verb::BareHttp(options) => ingest::serve_bare(&options),
        Verb::Distribution(options) => distribution::run(&options),
        Verb::BareDistribution(options) => distribution::serve_bare(&options),
        Verb::Bulk(options) => on_a_runtime(bulk::run(options)),
        Verb::Stream(options) => on_a_runtime(stream::run(options)),
        Verb::BareStream(options) => bare::stream::serve(&options),
    }
}

fn print_keys() {
    let (signing, sealing, pepper) = (SigningKey::generate(), random_key(), random_key());
    println!("API_KEY_PEPPER={}", pepper.expose_secret());
    println!("SEALING_KEY={}", sealing.expose_secret());
    println!("SIGNING_PRIVATE_KEY={}", signing.to_base64().expose_secret());
    println!("SIGNING_PUBLIC_KEY={}", signing.verifying_key());
}

fn on_a_runtime(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
