#![doc = include_str!("../README.md")]

mod apply;
mod description;
mod directory;
mod keys;
mod presented;
mod refusal;
mod schema;
mod signed;
mod site;

pub use apply::apply;
pub use description::describe;
pub use directory::Directory;
pub use refusal::Refusal;
pub use signed::{SignedRequest, SiteKey};
pub use site::{Site, State};
