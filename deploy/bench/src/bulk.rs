//! How long integration-api takes over five hundred contents in one request, beside the rows alone that this leaves.

use std::time::{Duration, Instant};

use anyhow::Context;
use database::{Database, DatabaseSettings};
use diesel::sql_types::{BigInt, Binary};
use diesel_async::RunQueryDsl;
use reqwest::{Client, Method};
use secrets::SigningKey;
use serde_json::{Value, json};

use crate::measure::median;
use crate::processes;
use crate::table::{Table, ratio};

#[derive(clap::Args)]
pub struct Options {
    /// integration-api's address.
    #[arg(long)]
    api: String,
    #[arg(long)]
    email: String,
    #[arg(long, default_value_t = 7)]
    rounds: usize,
}

const MOST: i64 = 500;
/// Bytes of HTML in each content.
const TEXT: usize = 6_000;
const TARGET: Duration = Duration::from_secs(1);
const SITE: &str = "https://bench.example.com";
const CONTENT: &str = "/api/v1/writer/content";

pub async fn run(options: Options) -> anyhow::Result<()> {
    let settings: DatabaseSettings = settings::load_section(
        "[database]\npool_size = 4\nstatement_timeout_ms = 30000\n",
        None,
        settings::environment(),
        "database",
    )?;
    let database = Database::new(&settings, "bench");
    let password = std::env::var("IGNY8_PASSWORD").context("IGNY8_PASSWORD")?;
    let api = Api::log_in(&options.api, &options.email, &password).await?;
    let site = api.connected_site().await?;
    println!(
        "\nbulk requests of {MOST} contents of {TEXT} bytes, {} rounds; load before: {}",
        options.rounds,
        processes::load()
    );
    let (mut schedule, mut publish, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    // The first round warms up.
    for round in 0..=options.rounds {
        let ids = write_contents(&database, site).await?;
        let planned = api.bulk("bulk-schedule", &ids, "scheduled").await?;
        let queued = api.bulk("bulk-publish", &ids, "queued").await?;
        let alone = rows_alone(&database, &ids).await?;
        if round > 0 {
            schedule.push(planned);
            publish.push(queued);
            bare.push(alone);
        }
    }
    print(&[("bulk-schedule", schedule), ("bulk-publish", publish)], &bare)
}

fn print(ours: &[(&str, Vec<f64>)], bare: &[f64]) -> anyhow::Result<()> {
    let alone = median(bare);
    let mut table = Table::default();
    table.row(["one request, ms", "median", "longest", "ours / rows alone"]);
    let in_ms = |seconds: f64| format!("{:.0}", seconds * 1_000.0);
    let longest = |all: &[f64]| all.iter().copied().fold(0.0, f64::max);
    for (name, all) in ours {
        table.row([(*name).to_owned(), in_ms(median(all)), in_ms(longest(all)), ratio(median(all), alone)]);
    }
    table.row(["publish's rows alone".to_owned(), in_ms(alone), in_ms(longest(bare))]);
    print!("\n{}", table.to_text());
    let slowest = ours.iter().map(|(_, all)| longest(all)).fold(0.0, f64::max);
    anyhow::ensure!(slowest < TARGET.as_secs_f64(), "a bulk request took longer than {TARGET:?}");
    Ok(())
}

/// integration-api, as an owner uses it.
struct Api {
    base: String,
    token: String,
    http: Client,
}

impl Api {
    async fn log_in(base: &str, email: &str, password: &str) -> anyhow::Result<Self> {
        let http = Client::builder().no_proxy().build()?;
        let mut api = Self { base: base.to_owned(), token: String::new(), http };
        let login = json!({"email": email, "password": password});
        api.token = text(&api.post("/api/v1/auth/login/", &login).await?, "/token")?;
        Ok(api)
    }

    async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.call(Method::POST, path, &self.token, body).await
    }

    async fn call(&self, method: Method, path: &str, bearer: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.http.request(method, format!("{}{path}", self.base)).json(body);
        let request = if bearer.is_empty() { request } else { request.bearer_auth(bearer) };
        let response = request.send().await?;
        let status = response.status();
        let mut answer: Value = response.json().await?;
        anyhow::ensure!(status.is_success(), "{path}: {status} {answer}");
        Ok(answer["data"].take())
    }

    /// A site whose plugin has paired; nobody calls it here. Its calendar has room for all.
    async fn connected_site(&self) -> anyhow::Result<i64> {
        let site = self.post("/api/v1/sites/", &json!({"name": "Bench", "url": SITE})).await?;
        let id = site["id"].as_i64().context("a site has an id")?;
        let made =
            self.post("/api/v1/integration/integrations/generate-api-key/", &json!({"site_id": id})).await?;
        let pairing = json!({
            "site_id": id, "site_url": SITE, "rest_url": format!("{SITE}/wp-json/"), "plugin_version": "2.0.0", "wp_version": "6.5.5",
            "php_version": "8.2.1", "public_key": SigningKey::generate().verifying_key().to_base64(),
        });
        let key = text(&made, "/api_key")?;
        let path = "/api/v1/integration/integrations/test-connection/";
        self.call(Method::POST, path, &key, &pairing).await?;
        let room = json!({"daily_limit": null, "weekly_limit": null, "monthly_limit": null, "min_gap": 1});
        let path = format!("/api/v1/sites/{id}/publishing-settings/");
        self.call(Method::PUT, &path, &self.token, &room).await?;
        Ok(id)
    }

    /// Seconds that one request over all of them takes.
    async fn bulk(&self, what: &str, ids: &[i64], expected: &str) -> anyhow::Result<f64> {
        let begun = Instant::now();
        let answer = self.post(&format!("{CONTENT}/{what}/"), &json!({ "content_ids": ids })).await?;
        let took = begun.elapsed().as_secs_f64();
        anyhow::ensure!(answer[expected] == json!(MOST), "{what}: not all are {expected}: {answer}");
        Ok(took)
    }
}

fn text(answer: &Value, pointer: &str) -> anyhow::Result<String> {
    Ok(answer.pointer(pointer).and_then(Value::as_str).with_context(|| format!("no {pointer}"))?.to_owned())
}

#[derive(diesel::QueryableByName)]
struct Made {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

async fn write_contents(database: &Database, site: i64) -> anyhow::Result<Vec<i64>> {
    let made: Vec<Made> = diesel::sql_query(
        "WITH made AS (
             INSERT INTO content (account_id, site_id, title, content_html, slug, post_type, post_status, status, seo_title, seo_description,
                 primary_keyword, secondary_keywords, author, gallery_images, cluster_name, meta, created_at, updated_at)
             SELECT account_id, id, 'Tide ' || n, '<p>' || repeat('Twice a day. ', $2::integer / 13) || '</p>', '', 'post', 'publish',
                    'approved', '', '', 'tides', '{}', '', '[]', 'Sea', '{}', now(), now()
             FROM sites, generate_series(1, $3) AS n WHERE sites.id = $1 RETURNING id, account_id, site_id)
         INSERT INTO publications (content_id, account_id, site_id, state, changed_at)
         SELECT id, account_id, site_id, 'none', now() FROM made RETURNING content_id AS id",
    )
    .bind::<BigInt, _>(site)
    .bind::<BigInt, _>(i64::try_from(TEXT)?)
    .bind::<BigInt, _>(MOST)
    .load(&mut *database.connection().await?)
    .await?;
    Ok(made.into_iter().map(|row| row.id).collect())
}

/// What a bulk publish leaves, by key alone and in one transaction: nothing is decided, nothing is made of the texts.
async fn rows_alone(database: &Database, ids: &[i64]) -> anyhow::Result<f64> {
    use diesel::sql_types::Array;
    let connection = &mut *database.connection().await?;
    for table in ["outbox", "sync_events", "calendar_entries"] {
        let make = format!("CREATE TABLE IF NOT EXISTS bare_{table} (LIKE {table} INCLUDING ALL)");
        diesel::sql_query(make).execute(connection).await?;
    }
    let begun = Instant::now();
    let mut tx = database.begin().await?;
    let statements = [
        "SELECT content_html FROM content WHERE id = ANY ($1) FOR NO KEY UPDATE",
        "UPDATE publications SET state = 'queued', revision = repeat('a', 64), operation_id = gen_random_uuid(), changed_at = now()
         WHERE content_id = ANY ($1)",
        "UPDATE content SET status = 'published', updated_at = now() WHERE id = ANY ($1)",
        "INSERT INTO bare_calendar_entries (account_id, site_id, content_id, at, kind, asked_at, released_at)
         SELECT account_id, site_id, content_id, now(), 'now', now(), now() FROM publications WHERE content_id = ANY ($1)",
        "INSERT INTO bare_sync_events (event_id, account_id, site_id, content_id, event_type, action, direction, description, success,
             error_message, details, created_at)
         SELECT gen_random_uuid(), account_id, site_id, content_id, 'publish', 'publish_queued', 'igny8_to_wp', 'Queued', true, '', '{}', now()
         FROM publications WHERE content_id = ANY ($1)",
    ];
    for statement in statements {
        diesel::sql_query(statement).bind::<Array<BigInt>, _>(ids).execute(tx.conn()).await?;
    }
    diesel::sql_query(
        "INSERT INTO bare_outbox (message_id, exchange, routing_key, type_name, subject, body)
         SELECT gen_random_uuid(), 'publisher.commands', 'content.publish.v1', 'igny8.publishing.v1.PublishContent', 'content:' || id, $2
         FROM unnest($1) AS id",
    )
    .bind::<Array<BigInt>, _>(ids)
    .bind::<Binary, _>(vec![b'x'; TEXT + 500])
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(begun.elapsed().as_secs_f64())
}
