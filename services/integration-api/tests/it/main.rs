#![allow(clippy::unwrap_used, reason = "tests")]

mod operators;
mod publishing;
mod running;
mod schema;
mod stories;
