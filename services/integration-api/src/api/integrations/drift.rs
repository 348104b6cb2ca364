//! Where a site and the platform do not say the same of a post.

pub mod list;
pub mod repair;
pub mod scan;

use actix_web::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;

use crate::codes;
use crate::store::drift::{Drift, Standing};
use crate::store::integrations::{Connection, Integration};

/// A post that the two sides do not agree on, and what would settle it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DriftView {
    pub post_id: i64,
    pub post_type: String,
    /// Null: the post is no content here.
    pub content_id: Option<i64>,
    /// `differs`, `missing_there` or `missing_here`.
    pub kind: String,
    /// What we believe the post to be.
    pub ours: Option<Standing>,
    /// What it is.
    pub theirs: Option<Standing>,
    /// What `repair/` would do.
    pub proposal: &'static str,
    pub found_at: Timestamp,
    /// It was asked for, and the answer is awaited.
    pub repair_ordered_at: Option<Timestamp>,
}

impl From<Drift> for DriftView {
    fn from(it: Drift) -> Self {
        Self {
            post_id: it.post_id,
            post_type: it.post_type,
            content_id: it.content_id,
            proposal: proposal(&it.kind),
            kind: it.kind,
            ours: it.ours.map(|side| side.0),
            theirs: it.theirs.map(|side| side.0),
            found_at: it.found_at,
            repair_ordered_at: it.repair_ordered_at,
        }
    }
}

fn proposal(kind: &str) -> &'static str {
    match kind {
        "missing_there" => {
            "Ask the site for the post: if it lies in the trash or was deleted, the content will say so."
        }
        "missing_here" => "Read the post: it becomes content.",
        _ => {
            "Read the post: what was written on the site is taken over, or, if both sides wrote, shown beside ours."
        }
    }
}

/// Only our plugin makes checksums.
pub(super) fn check_comparable(integration: &Integration) -> Result<(), Problem> {
    if integration.connection() == Connection::Plugin && integration.site_public_key.is_some() {
        return Ok(());
    }
    let detail = "Only a site with the current plugin can be compared. Install or update the plugin, and run its connection test.";
    Err(Problem::new(StatusCode::CONFLICT, codes::DRIFT_UNSUPPORTED, detail))
}
