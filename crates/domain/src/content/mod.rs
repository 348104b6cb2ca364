//! A piece of content: what it says, how far it is, and whether it may go out.

pub mod publish;

mod article;
mod excerpt;
mod revision;
mod status;

pub use article::{Article, Image, PostStatus, Seo};
pub use excerpt::{EXCERPT_LENGTH, excerpt};
pub use revision::{InvalidRevision, Revision, stored_revision};
pub use status::{ContentStatus, PublicationState, TransitionRefusal};
