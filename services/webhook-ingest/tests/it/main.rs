//! Stories over the running service, a real PostgreSQL and, where messages matter, a real RabbitMQ.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod gate;
mod service;
mod site;

mod bad_days;
mod copies;
mod crashes;
mod gaps;
mod identity;
mod input;
mod keeping;
mod limits;
mod messages;
mod older_plugins;
mod updates;
