//! What open event streams cost integration-api, and how late the last of their listeners hears of something.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;
use database::Database;
use reqwest::Client;
use serde_json::json;

use crate::api::Api;
use crate::bulk::{self, write_contents};
use crate::listeners::Listeners;
use crate::measure::{Meter, percentile};
use crate::processes::{self, Program};
use crate::table::{Table, ratio, whole};

#[derive(clap::Args)]
pub struct Options {
    /// integration-api's address.
    #[arg(long)]
    api: String,
    #[arg(long)]
    email: String,
    /// Where the pid files of the running programs are.
    #[arg(long)]
    run: PathBuf,
    /// The port of `bench bare-stream`.
    #[arg(long)]
    bare_port: u16,
    #[arg(long, default_value_t = 1_000)]
    listeners: usize,
    /// Events, one after the other.
    #[arg(long, default_value_t = 200)]
    events: usize,
}

const STREAM: &str = "/api/v1/integration/events/stream/";
/// Between two events.
const PAUSE: Duration = Duration::from_millis(100);
/// Events of one transaction: as many as one request may leave.
const BURST: usize = 500;
const TARGET_MIB: f64 = 100.0;

pub async fn run(options: Options) -> anyhow::Result<()> {
    let database = bulk::database()?;
    let password = std::env::var("IGNY8_PASSWORD").context("IGNY8_PASSWORD")?;
    let api = Api::log_in(&options.api, &options.email, &password).await?;
    let site = api.connected_site().await?;
    let programs = [
        Program::started("integration-api", "integration-api", &options.run)?,
        Program::started("bare", "bare-stream", &options.run)?,
        Program::ourselves(),
    ];
    println!(
        "\n{} listeners to one account, {} events of which each hears every one, then {BURST} in one transaction; load before: {}",
        options.listeners,
        options.events,
        processes::load()
    );
    let ours = measure(&options, &programs, 0, &Ours { api, site, database }).await?;
    let bare = measure(&options, &programs, 1, &Bare::new(options.bare_port)).await?;
    print(&options, &ours, &bare)
}

/// Somebody whose events are listened to.
trait Speaker {
    fn address(&self) -> String;
    fn path(&self) -> &'static str;
    fn token(&self) -> &str;
    async fn say_one(&self) -> anyhow::Result<()>;
    /// So many at once; when they were asked for.
    async fn say_many(&self) -> anyhow::Result<Instant>;
}

struct Ours {
    api: Api,
    site: i64,
    database: Database,
}

impl Speaker for Ours {
    fn address(&self) -> String {
        self.api.base().trim_start_matches("http://").to_owned()
    }

    fn path(&self) -> &'static str {
        STREAM
    }

    fn token(&self) -> &str {
        self.api.token()
    }

    async fn say_one(&self) -> anyhow::Result<()> {
        let article = json!({"site_id": self.site, "title": "Tide", "content_html": "<p>Twice a day.</p>"});
        self.api.post("/api/v1/writer/content/", &article).await.map(drop)
    }

    async fn say_many(&self) -> anyhow::Result<Instant> {
        let ids = write_contents(&self.database, self.site).await?;
        let begun = Instant::now();
        self.api.bulk("bulk-schedule", &ids, "scheduled").await?;
        Ok(begun)
    }
}

struct Bare {
    url: String,
    http: Client,
}

impl Bare {
    fn new(port: u16) -> Self {
        Self { url: format!("http://127.0.0.1:{port}/"), http: Client::new() }
    }

    async fn say(&self, times: usize) -> anyhow::Result<()> {
        // As long as one of ours.
        let frame = format!("id: 1000000\ndata: {{\"event\":\"{}\"}}\n\n", "x".repeat(430));
        let url = format!("{}?times={times}", self.url);
        self.http.post(url).body(frame).send().await?.error_for_status()?;
        Ok(())
    }
}

impl Speaker for Bare {
    fn address(&self) -> String {
        self.url.trim_start_matches("http://").trim_end_matches('/').to_owned()
    }

    fn path(&self) -> &'static str {
        "/"
    }

    fn token(&self) -> &'static str {
        "none"
    }

    async fn say_one(&self) -> anyhow::Result<()> {
        self.say(1).await
    }

    async fn say_many(&self) -> anyhow::Result<Instant> {
        let begun = Instant::now();
        self.say(BURST).await?;
        Ok(begun)
    }
}

/// Memory in MiB: with nobody listening, with all, with all after the events, and the most there ever was.
struct Measured {
    memory: [f64; 4],
    /// From asking for it until the last one had it, and until it was answered: sorted.
    heard: Vec<Duration>,
    answered: Vec<Duration>,
    burst: Duration,
    /// Processor time for one event to one listener.
    microseconds: f64,
}

async fn measure(
    options: &Options,
    programs: &[Program],
    program: usize,
    speaker: &impl Speaker,
) -> anyhow::Result<Measured> {
    let measured = &programs[program];
    // What the first request of a kind leaves behind is nobody's listener.
    speaker.say_one().await?;
    let alone = measured.memory()?;
    let (address, path, token) = (speaker.address(), speaker.path(), speaker.token());
    let listeners = Listeners::open(&address, path, token, options.listeners, options.events + BURST).await?;
    let open = measured.memory()?;
    let meter = Meter::start(programs)?;
    let (mut heard, mut answered) = (Vec::new(), Vec::new());
    for event in 0..options.events {
        let begun = Instant::now();
        speaker.say_one().await?;
        answered.push(begun.elapsed());
        heard.push(listeners.have_heard(event).await?.saturating_duration_since(begun));
        tokio::time::sleep(PAUSE).await;
    }
    let microseconds = meter.read()?.per_piece(measured.name, options.events * options.listeners);
    let busy = measured.memory()?;
    let begun = speaker.say_many().await?;
    let last = listeners.have_heard(options.events + BURST - 1).await?;
    listeners.close().await;
    heard.sort();
    answered.sort();
    Ok(Measured {
        memory: [alone, open, busy, measured.most_memory()?].map(mebibytes),
        heard,
        answered,
        burst: last.saturating_duration_since(begun),
        microseconds,
    })
}

fn print(options: &Options, ours: &Measured, bare: &Measured) -> anyhow::Result<()> {
    let mut table = Table::default();
    table.row(["", "ours", "bare", "ours / bare"]);
    let mut row = |what: &str, of: &dyn Fn(&Measured) -> f64, places: usize| {
        let (ours, bare) = (of(ours), of(bare));
        table.row([
            what.to_owned(),
            format!("{ours:.places$}"),
            format!("{bare:.places$}"),
            ratio(ours, bare),
        ]);
    };
    for (place, what) in
        ["nobody listens", "all listen", "after the events", "the most ever"].iter().enumerate()
    {
        row(&format!("memory, MiB: {what}"), &|it| it.memory[place], 1);
    }
    let per_listener = |it: &Measured| (it.memory[1] - it.memory[0]) * 1_024.0 / options.listeners as f64;
    row("memory of a listener, KiB", &per_listener, 1);
    for (part, name) in [(0.5, "p50"), (0.95, "p95")] {
        let ms = |duration: Duration| duration.as_secs_f64() * 1_000.0;
        row(&format!("asked → last has it, ms, {name}"), &|it| ms(percentile(&it.heard, part)), 1);
        row(&format!("asked → answered, ms, {name}"), &|it| ms(percentile(&it.answered, part)), 1);
    }
    row("one event to one listener, CPU µs", &|it| it.microseconds, 1);
    row(&format!("{BURST} at once → last has all, ms"), &|it| it.burst.as_secs_f64() * 1_000.0, 0);
    print!("\n{}", table.to_text());
    anyhow::ensure!(
        ours.memory[3] < TARGET_MIB,
        "{} MiB at the most with {} listeners; {TARGET_MIB} are allowed",
        whole(ours.memory[3]),
        options.listeners
    );
    Ok(())
}

fn mebibytes(kibibytes: u64) -> f64 {
    kibibytes as f64 / 1_024.0
}
