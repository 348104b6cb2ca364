//! Stories over the running service and a real PostgreSQL.

#![allow(clippy::unwrap_used, reason = "tests")]

mod installations;
mod releases;
mod service;
