use std::time::Duration;

use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel_async::{AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};
use secrecy::ExposeSecret;

use crate::DatabaseSettings;
use crate::connect::connect;

#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error("can't connect to the database")]
    Connect(#[from] diesel::ConnectionError),
    #[error("can't take the migration lock")]
    Lock(#[from] diesel::result::Error),
    #[error("a migration failed: {0}")]
    Migration(String),
}

/// Brings the schema to the newest version and says which migrations ran.
///
/// A lock per schema lets any number of replicas call this at once: one migrates, the others wait and find nothing to do.
pub async fn migrate(
    settings: &DatabaseSettings,
    migrations: EmbeddedMigrations,
) -> Result<Vec<String>, MigrateError> {
    on_harness(settings, move |harness| {
        let ran = harness.run_pending_migrations(migrations)?;
        Ok(ran.iter().map(ToString::to_string).collect())
    })
    .await
}

/// Undoes every migration, newest first.
pub async fn revert_all(
    settings: &DatabaseSettings,
    migrations: EmbeddedMigrations,
) -> Result<Vec<String>, MigrateError> {
    on_harness(settings, move |harness| {
        let reverted = harness.revert_all_migrations(migrations)?;
        Ok(reverted.iter().map(ToString::to_string).collect())
    })
    .await
}

/// The migrations this binary carries and the database has not seen.
pub async fn pending_migrations(
    connection: &mut AsyncPgConnection,
    migrations: &EmbeddedMigrations,
) -> Result<Vec<String>, MigrateError> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        version: String,
    }
    let applied: Vec<String> = diesel::sql_query("SELECT version FROM __diesel_schema_migrations")
        .load::<Row>(connection)
        .await
        .map(|rows| rows.into_iter().map(|row| row.version).collect())?;
    let known =
        MigrationSource::<Pg>::migrations(migrations).map_err(|e| MigrateError::Migration(e.to_string()))?;
    Ok(known
        .iter()
        .map(|migration| migration.name().version().to_string())
        .filter(|version| !applied.contains(version))
        .collect())
}

type Harness = AsyncMigrationHarness<AsyncPgConnection>;
type MigrationResult = Result<Vec<String>, Box<dyn std::error::Error + Send + Sync>>;

async fn on_harness(
    settings: &DatabaseSettings,
    work: impl FnOnce(&mut Harness) -> MigrationResult + Send + 'static,
) -> Result<Vec<String>, MigrateError> {
    // Waiting for another replica's migration may take as long as that one does.
    let no_limit = Duration::ZERO;
    let mut connection = connect(settings.url.expose_secret(), "migrate", no_limit).await?;
    diesel::sql_query("SET lock_timeout = 0").execute(&mut connection).await?;
    diesel::sql_query("SELECT pg_advisory_lock(1198077, hashtext(current_schema()))")
        .execute(&mut connection)
        .await?;
    tokio::task::spawn_blocking(move || work(&mut Harness::new(connection)))
        .await
        .map_err(|panic| MigrateError::Migration(panic.to_string()))?
        .map_err(|error| MigrateError::Migration(error.to_string()))
    // The lock goes with the connection.
}
