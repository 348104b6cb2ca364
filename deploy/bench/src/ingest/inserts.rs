//! The same rows by pgbench: a delivery and a message, committed one by one or a hundred at a time. Nothing is read, checked, sent or deleted.
//! So its waits at a steady rate are what this disk and this PostgreSQL take by themselves.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use diesel_async::RunQueryDsl;

use super::stack::Stack;
use super::{LEFT_OUT, Taken};
use crate::measure::Meter;

const CLIENTS: usize = 8;
/// As many as bring single events to the service.
const CLIENTS_AT_A_RATE: usize = 64;
/// As the events are: half of them with metadata.
const BODY: &str = r#"{"id":"0193511c-7a00-7000-8000-000000000001","seq":1795341598001,"type":"post.updated","occurred_at":"2026-11-22T10:00:00Z","data":{"post_id":77,"content_id":1077,"post_status":"publish","previous_status":"draft","post_url":"https://site-1.example/bread-and-butter-1795341598001/","post_title":"Bread and butter","post_type":"post","modified_gmt":"2026-11-22T09:59:58Z","operation_id":"","site_url":"https://site-1.example","changed":["text","terms"],"metadata":{"slug":"bread-and-butter","author":{"id":1,"login":"ann","name":"Ann"}}}}"#;
const MESSAGE_BYTES: usize = 850;

pub async fn measure(stack: &Stack, count: usize, per_transaction: usize) -> anyhow::Result<Taken> {
    let transactions = (count / per_transaction / CLIENTS).max(1);
    let meter = Meter::start(&stack.programs)?;
    let mut command = pgbench(stack, CLIENTS)?;
    command.arg("-t").arg(transactions.to_string());
    let text = run(command, per_transaction).await?;
    let count = transactions * CLIENTS * per_transaction;
    let mut taken = Taken::of(count, Duration::ZERO, &meter)?;
    let rate =
        text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse::<f64>().ok());
    let rate = rate.with_context(|| format!("pgbench said no rate: {text}"))?;
    // Its own rate: without connecting.
    taken.took = Duration::from_secs_f64((transactions * CLIENTS) as f64 / rate);
    Ok(taken)
}

/// How long each waited from when it was due until it was committed, one by one at a steady rate, but for the first second's.
pub async fn waits(stack: &Stack, per_second: f64, seconds: f64) -> anyhow::Result<Vec<Duration>> {
    let folder = tempfile::tempdir()?;
    let mut command = pgbench(stack, CLIENTS_AT_A_RATE)?;
    command.args(["-R", &per_second.to_string(), "-T", &seconds.ceil().to_string(), "--log"]);
    command.arg(format!("--log-prefix={}", folder.path().join("log").display()));
    run(command, 1).await?;
    let mut waited = Vec::new();
    for file in std::fs::read_dir(folder.path())? {
        for line in std::fs::read_to_string(file?.path())?.lines() {
            waited.push(due_and_wait(line).with_context(|| format!("pgbench logged: {line}"))?);
        }
    }
    let begun = waited.iter().map(|(due, _)| *due).min().context("pgbench logged nothing")?;
    Ok(waited.into_iter().filter(|(due, _)| *due >= begun + LEFT_OUT).map(|(_, wait)| wait).collect())
}

/// Of a line `client transaction wait script seconds micros lag`; the last time is when it was over.
fn due_and_wait(line: &str) -> Option<(Duration, Duration)> {
    let number = |nth| line.split(' ').nth(nth)?.parse().ok();
    let wait = Duration::from_micros(number(2)?);
    let over = Duration::from_secs(number(4)?) + Duration::from_micros(number(5)?);
    Some((over.checked_sub(wait)?, wait))
}

/// What pgbench says at the end.
async fn run(mut command: Command, per_transaction: usize) -> anyhow::Result<String> {
    let script = tempfile::NamedTempFile::new()?;
    tokio::fs::write(script.path(), statement(per_transaction)).await?;
    command.arg("-f").arg(script.path());
    let output = tokio::task::spawn_blocking(move || command.output()).await?;
    let output = output.context("pgbench can't be started")?;
    anyhow::ensure!(output.status.success(), "pgbench: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn pgbench(stack: &Stack, clients: usize) -> anyhow::Result<Command> {
    let url = &stack.database_url;
    let mut command = Command::new("pgbench");
    command.args(["-n", "-M", "prepared", "-c", &clients.to_string(), "-j", "1"]);
    command.args(["-h", url.host_str().context("no host")?, "-U", url.username()]);
    command.args(["-p", &url.port().unwrap_or(5432).to_string()]);
    command.env("PGPASSWORD", url.password().unwrap_or_default()).stdin(Stdio::null());
    command.env("PGDATABASE", url.path().trim_start_matches('/'));
    Ok(command)
}

/// Ids rise, as UUIDv7 do.
fn statement(per_transaction: usize) -> String {
    let id = "('0193511c-7a00-7000-8000-' || lpad(to_hex(nextval('bare_ids')), 12, '0'))::uuid";
    format!(
        "WITH kept AS (
             INSERT INTO bare_deliveries (id, account_id, site_id, webhook_id, type, seq, occurred_at, received_at, signed, body)
             SELECT id, 1, 1, id::text, 'post.updated', nth, now(), now(), true, '{BODY}'
             FROM (SELECT {id} AS id, nth FROM generate_series(1, {per_transaction}) AS nth) AS new RETURNING id
         )
         INSERT INTO bare_outbox (message_id, exchange, routing_key, type_name, subject, body)
         SELECT id, 'webhook.events', 'wordpress.updated.v1', 'igny8.webhook.v1.WordpressPostUpdated', 'site:1',
                convert_to(repeat('x', {MESSAGE_BYTES}), 'UTF8') FROM kept;\n"
    )
    .replace("\n         ", " ")
}

const TABLES: [&str; 2] = ["deliveries", "outbox"];

/// The tables stay: their files' going would take the disk from what is measured next.
pub async fn prepare(stack: &Stack) -> anyhow::Result<()> {
    let mut statements = vec!["CREATE SEQUENCE bare_ids CACHE 100".to_owned()];
    statements.extend(TABLES.map(|table| format!("CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")));
    let mut connection = stack.database.connection().await?;
    for statement in statements {
        diesel::sql_query(statement).execute(&mut connection).await?;
    }
    Ok(())
}
