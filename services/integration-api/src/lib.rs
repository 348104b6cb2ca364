#![doc = include_str!("../README.md")]

pub mod access;
pub mod app;
pub mod cli;
pub mod codes;
pub mod idempotency;
pub mod openapi;
pub mod routes;
pub mod settings;

pub mod api;
pub mod consumers;
pub mod jobs;

pub mod flows;
pub mod store;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "tests")]
pub mod testing;

pub use app::AppState;

/// Everything this service's schema has been through.
pub const MIGRATIONS: database::EmbeddedMigrations =
    diesel_migrations::embed_migrations!("../../migrations/integration");
