//! What WordPress' words mean here, which of two reports is the newer one, what its editor calls blocks,
//! where its terms stand, and in what two sides differ.

mod blocks;
mod drift;
mod position;
mod post_type;
mod status_map;
mod terms;

pub use blocks::to_blocks;
pub use drift::{Difference, Standing, differences};
pub use position::{Position, is_newer};
pub use post_type::{POST_TYPE_SHAPE, is_post_type};
pub use status_map::{Mapped, map};
pub use terms::{TermPlace, term_key, term_paths};
