//! Which version of a plugin a site is offered, and how it knows that it is ours.

pub mod compatibility;
pub mod halt;
pub mod log;
pub mod offer;
pub mod rollout;
pub mod status;

mod numbers;
mod statement;

pub use numbers::Numbers;
pub use rollout::reaches;
pub use statement::{Statement, key_id};
pub use status::Status;
