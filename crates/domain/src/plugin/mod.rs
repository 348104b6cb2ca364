//! Which version of a plugin a site is offered.

pub mod offer;
pub mod rollout;

mod numbers;

pub use numbers::Numbers;
pub use rollout::reaches;
