//! How long integration-api takes over five hundred contents in one request, beside the rows alone that this leaves.

use std::time::{Duration, Instant};

use anyhow::Context;
use database::{Database, DatabaseSettings};
use diesel::sql_types::{BigInt, Binary};
use diesel_async::RunQueryDsl;

use crate::api::Api;
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

pub const MOST: i64 = 500;
/// Bytes of HTML in each content.
const TEXT: usize = 6_000;
const TARGET: Duration = Duration::from_secs(1);

pub async fn run(options: Options) -> anyhow::Result<()> {
    let database = database()?;
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

/// integration-api's own.
pub fn database() -> anyhow::Result<Database> {
    let settings: DatabaseSettings = settings::load_section(
        "[database]\npool_size = 4\nstatement_timeout_ms = 30000\n",
        None,
        settings::environment(),
        "database",
    )?;
    Ok(Database::new(&settings, "bench"))
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

#[derive(diesel::QueryableByName)]
struct Made {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// As many approved contents as one request may name.
pub async fn write_contents(database: &Database, site: i64) -> anyhow::Result<Vec<i64>> {
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
