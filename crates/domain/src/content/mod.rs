//! A piece of content: what it says, how far it is, and whether it may go out.

pub mod command;
pub mod merge;

mod article;
mod elements;
mod excerpt;
mod revision;
mod status;

pub use article::{
    Article, CustomField, FieldKind, Image, ImagePolicy, MissingTerms, PostStatus, Seo, TextFormat,
};
pub use command::Command;
pub use excerpt::{EXCERPT_LENGTH, excerpt};
pub use revision::{InvalidRevision, Revision, stored_revision};
pub use status::{ContentStatus, PublicationState, TransitionRefusal};
