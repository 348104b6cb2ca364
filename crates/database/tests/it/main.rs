//! Against a real server.

#![allow(clippy::unwrap_used, reason = "a missing value is a failed test")]

mod listen;
mod migrate;
mod transactions;
