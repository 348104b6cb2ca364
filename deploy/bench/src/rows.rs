//! What the worker wrote.

use std::time::Duration;

use database::Database;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;

use crate::stack::until;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, diesel::QueryableByName)]
pub struct Rows {
    #[diesel(sql_type = BigInt)]
    pub done: i64,
    #[diesel(sql_type = BigInt)]
    pub not_done: i64,
    #[diesel(sql_type = BigInt)]
    pub attempts: i64,
    #[diesel(sql_type = BigInt)]
    pub inbox: i64,
    #[diesel(sql_type = BigInt)]
    pub outbox: i64,
    #[diesel(sql_type = BigInt)]
    pub dead_letters: i64,
}

pub async fn count(database: &Database) -> anyhow::Result<Rows> {
    let rows = diesel::sql_query(
        "SELECT (SELECT count(*) FROM jobs WHERE state = 'done') AS done, (SELECT count(*) FROM jobs WHERE state <> 'done') AS not_done,
                (SELECT count(*) FROM attempts) AS attempts, (SELECT count(*) FROM inbox WHERE consumer = 'orders') AS inbox,
                (SELECT count(*) FROM outbox) AS outbox, (SELECT count(*) FROM dead_letters) AS dead_letters",
    );
    Ok(rows.get_result(&mut database.connection().await?).await?)
}

/// The relay deletes what was confirmed a moment after everybody could read it.
pub async fn outbox_is_empty(database: &Database) -> anyhow::Result<()> {
    let empty = async || Ok(number(database, "SELECT count(*) AS n FROM outbox").await? == Some(0));
    until("the outbox is empty", Duration::from_secs(10), empty).await
}

/// When the first job made since then was begun.
pub async fn first_claim(database: &Database, since: Timestamp) -> anyhow::Result<Option<Timestamp>> {
    let query = format!(
        "SELECT (extract(epoch FROM min(started_at)) * 1000000)::bigint AS n FROM jobs WHERE created_at >= '{since}'"
    );
    let microseconds = number(database, &query).await?;
    Ok(microseconds.map(Timestamp::from_microsecond).transpose()?)
}

/// How many sites the worker would look for at this port.
pub async fn sites_at(database: &Database, port: u16) -> anyhow::Result<i64> {
    let query =
        format!("SELECT count(*) AS n FROM sites WHERE state = 'connected' AND rest_url LIKE '%:{port}/%'");
    Ok(number(database, &query).await?.unwrap_or_default())
}

/// What a site that was made to hang has left undone; what it is at loses its row, and its result is dropped.
pub async fn forget_jobs_of(database: &Database, site: i64) -> anyhow::Result<()> {
    let mut connection = database.connection().await?;
    diesel::sql_query("DELETE FROM jobs WHERE site_id = $1 AND finished_at IS NULL")
        .bind::<BigInt, _>(site)
        .execute(&mut connection)
        .await?;
    Ok(())
}

/// The settings that decide whether a commit is one.
pub async fn durability(database: &Database) -> anyhow::Result<String> {
    #[derive(diesel::QueryableByName)]
    struct Setting {
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        setting: String,
    }
    let settings: Vec<Setting> = diesel::sql_query(
        "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') ORDER BY name",
    )
    .load(&mut database.connection().await?)
    .await?;
    Ok(settings.iter().map(|it| format!("{} {}", it.name, it.setting)).collect::<Vec<_>>().join(", "))
}

async fn number(database: &Database, query: &str) -> anyhow::Result<Option<i64>> {
    #[derive(diesel::QueryableByName)]
    struct Number {
        #[diesel(sql_type = Nullable<BigInt>)]
        n: Option<i64>,
    }
    let number: Number = diesel::sql_query(query).get_result(&mut database.connection().await?).await?;
    Ok(number.n)
}
