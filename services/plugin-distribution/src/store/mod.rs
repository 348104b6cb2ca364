//! The tables of this service. Rows stop here; absence is `None`.

pub mod analytics;
pub mod catalogue;
pub mod compatibility;
pub mod downloads;
pub mod installations;
pub mod offers;
pub mod operator_tokens;
pub mod plugins;
pub mod refusals;
pub mod release_log;
mod schema;
pub mod versions;
