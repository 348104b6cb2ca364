//! The tables of this service. Rows stop here; absence is `None`.

pub mod downloads;
pub mod installations;
pub mod plugins;
mod schema;
pub mod versions;
