//! What WordPress' words mean here, which of two reports is the newer one, and what its editor calls blocks.

mod blocks;
mod position;
mod status_map;

pub use blocks::to_blocks;
pub use position::{Position, is_newer};
pub use status_map::{Mapped, map};
