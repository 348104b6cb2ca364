#![doc = include_str!("../README.md")]

pub mod app;
pub mod cli;
pub mod routes;
pub mod settings;

pub mod artifact;

mod access;
mod api;
mod consumers;
mod flows;
mod jobs;

mod countries;
mod counts;
mod grants;
mod limits;
mod offers;
mod refusals;
mod signing;

mod openapi;
mod store;

pub use app::AppState;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};

pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/plugin");
