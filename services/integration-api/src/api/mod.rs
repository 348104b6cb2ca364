//! The HTTP door: folders as in the URLs, one endpoint per file.

pub mod account;
pub mod auth;
pub mod integrations;
pub mod sites;

pub mod automation;
pub mod content;
pub mod events;
