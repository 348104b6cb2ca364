//! Few and whole: the article's road, and what happens when something dies on it.

#![allow(clippy::unwrap_used, reason = "a test")]

mod commands;
mod doctor;
mod kills;
mod passwords;
mod placement;
mod road;
mod schedule;
mod stack;
mod sync;
mod updates;
