//! Stories over a real database and a real broker.

#![allow(clippy::unwrap_used, reason = "a test")]

mod once;
mod outages;
mod parked;
mod plans;
mod post_office;
mod rush;
mod schema;
