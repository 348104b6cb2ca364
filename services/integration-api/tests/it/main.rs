#![allow(clippy::unwrap_used, reason = "tests")]

mod publishing;
mod running;
mod schema;
mod stories;
