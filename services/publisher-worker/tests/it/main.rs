//! Stories over real PostgreSQL and RabbitMQ, against a site that behaves as told.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod world;

mod commands;
mod conformance;
mod crashes;
mod egress;
mod images;
mod kills;
mod passwords;
mod probes;
mod publishing;
mod reads;
mod site_trouble;
