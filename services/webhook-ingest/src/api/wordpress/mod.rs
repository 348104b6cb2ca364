//! What WordPress sites send.

pub mod events;
pub mod status;

mod post;
