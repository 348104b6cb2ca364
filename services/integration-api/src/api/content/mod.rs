pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod timeline;
pub mod update;

pub mod approve;
pub mod reject;
pub mod submit;

pub mod bulk;
pub mod cancel;
pub mod conflicts;
pub mod delete_post;
pub mod publish;
pub mod republish;
pub mod restore;
pub mod schedule;
pub mod unpublish;

mod command;
mod fields;
mod given;
mod if_match;
mod step;
mod view;

pub use fields::ContentFields;
pub use if_match::IfMatch;
pub use view::{ContentLine, ContentView, ImageView, MetadataView, PublicationView};

use actix_web::http::StatusCode;
use web::{BodyLimit, Problem};

use crate::codes;

/// An article of 5 MiB, with what JSON adds to it.
pub const BODY_LIMIT: BodyLimit = BodyLimit(8 * 1024 * 1024);

/// There is no such content, or it is a stranger's.
fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, codes::CONTENT_NOT_FOUND, "You have no content with this id.")
}

fn address(id: i64) -> String {
    format!("/api/v1/writer/content/{id}/")
}

#[cfg(test)]
mod tests;
