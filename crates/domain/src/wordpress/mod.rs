//! What WordPress' words mean here, which of two reports is the newer one, what its editor calls blocks, and where its terms stand.

mod blocks;
mod position;
mod status_map;
mod terms;

pub use blocks::to_blocks;
pub use position::{Position, is_newer};
pub use status_map::{Mapped, map};
pub use terms::{TermPlace, term_key, term_paths};
