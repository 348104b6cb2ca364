//! The door as clients meet it: `app` without a socket, `socket` with one.

#![allow(clippy::unwrap_used, reason = "a missing value is a failed test")]

mod app;
mod openapi;
mod sendfile;
mod socket;
