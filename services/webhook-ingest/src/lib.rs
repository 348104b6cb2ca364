#![doc = include_str!("../README.md")]

pub mod app;
pub mod cli;
pub mod openapi;
pub mod routes;
pub mod settings;

pub mod api;
pub mod consumers;
pub mod jobs;

pub mod admission;
pub mod limits;

pub mod flows;
pub mod intake;
pub mod store;

/// Everything this service's schema has been through.
pub const MIGRATIONS: database::EmbeddedMigrations =
    diesel_migrations::embed_migrations!("../../migrations/webhook");
