//! What WordPress' words mean here, and which of two reports is the newer one.

mod position;
mod status_map;

pub use position::{Position, is_newer};
pub use status_map::{Mapped, map};
