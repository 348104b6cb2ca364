pub mod attempts;
pub mod claims;
pub mod jobs;
pub mod schema;
pub mod sites;
