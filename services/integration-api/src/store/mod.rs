//! Rows and queries, one file per table. Absence is an `Option`; what it means is for the door to say.

#[rustfmt::skip]
pub mod schema;

pub mod accounts;
pub mod api_keys;
pub mod idempotency_keys;
pub mod imports;
pub mod integrations;
pub mod post_bases;
pub mod probes;
pub mod sessions;
pub mod sites;
pub mod tokens;
pub mod users;

pub mod automation;
pub mod calendar;
pub mod conflicts;
pub mod content;
pub mod content_terms;
pub mod content_types;
pub mod drift;
pub mod json;
pub mod publications;
pub mod publishing_settings;
pub mod site_terms;
pub mod structures;
pub mod sync_events;
pub mod sync_facts;
