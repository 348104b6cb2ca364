//! Stories over the running service and a real PostgreSQL.

#![allow(clippy::unwrap_used, reason = "tests")]

mod analytics;
mod bucket;
mod compatibility;
mod countries;
mod downloads;
mod grants;
mod installations;
mod offers;
mod operators;
mod refusals;
mod release_log;
mod releases;
mod service;
mod signatures;
