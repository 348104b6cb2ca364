//! Stories over the running service and a real PostgreSQL.

#![allow(clippy::unwrap_used, reason = "tests")]

mod acts;
mod analytics;
mod bucket;
mod channels;
mod compatibility;
mod countries;
mod desk;
mod downloads;
mod grants;
mod halts;
mod installations;
mod offers;
mod operators;
mod operators_calls;
mod refusals;
mod release_log;
mod releases;
mod reverts;
mod service;
mod signatures;
mod uploads;
