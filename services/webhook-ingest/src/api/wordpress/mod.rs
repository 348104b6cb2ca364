//! What WordPress sites send.

pub mod events;
pub mod metadata;
pub mod status;
pub mod thin;

mod json;
mod post;
mod rest;
mod single;
