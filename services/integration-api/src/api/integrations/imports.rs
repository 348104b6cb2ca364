//! Runs through a site's posts, as people see them.

pub mod cancel;
pub mod get;
pub mod list;
pub mod start;
pub mod sync;

use actix_web::http::StatusCode;
use database::Tx;
use domain::UserId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Problem, Success};

use super::drift::check_comparable;
use super::not_found as not_found_integration;
use crate::codes;
use crate::flows::imports::start as start_run;
use crate::store::imports::{Counts, Import, Kind, Problem as ImportProblem, TypeProgress};
use crate::store::integrations::{Integration, State};
use crate::store::publications::Failure;

/// A run through a site's posts.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportView {
    pub import_id: Uuid,
    pub integration_id: i64,
    /// `import`: all posts; `changes`: those modified since the last run; `compare`: checksums of all, of which `updated` counts those that differ.
    pub kind: String,
    /// `running`, `done`, `failed` or `cancelled`.
    pub state: String,
    /// How far it is with each type, in the order they are read.
    pub post_types: Vec<TypeProgress>,
    #[serde(flatten)]
    pub counts: Counts,
    /// The first 50 posts that could not become content.
    pub problems: Vec<ImportProblem>,
    /// Why it failed.
    pub error: Option<Failure>,
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

impl From<Import> for ImportView {
    fn from(it: Import) -> Self {
        Self {
            import_id: it.id,
            integration_id: it.integration_id,
            kind: it.kind,
            state: it.state,
            post_types: it.post_types.0,
            counts: it.counts,
            problems: it.problems.0,
            error: it.error.map(|error| error.0),
            started_at: it.started_at,
            finished_at: it.finished_at,
        }
    }
}

/// Begins a run through these types, or those that are chosen, and answers with it; with the one that is under way, if there is one.
pub(super) async fn begin(
    tx: &mut Tx,
    now: Timestamp,
    found: Option<Integration>,
    (kind, post_types): (Kind, Option<Vec<String>>),
    user: UserId,
) -> Result<Success<ImportView>, Problem> {
    let integration = found.ok_or_else(not_found_integration)?;
    check_readable(&integration)?;
    if kind == Kind::Compare {
        check_comparable(&integration)?;
    }
    let started = start_run(tx, now, &integration, kind, post_types, Some(user)).await?;
    let import = started.ok_or_else(no_type_chosen)?;
    Ok(Success::accepted(address(&import), ImportView::from(import)))
}

/// Where a run is shown.
fn address(it: &Import) -> String {
    format!("/api/v1/integration/integrations/{}/imports/{}/", it.integration_id, it.id)
}

fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, codes::IMPORT_NOT_FOUND, "The integration has no such import.")
}

fn no_type_chosen() -> Problem {
    let detail =
        "No post type of the site is switched on. Switch one on in content-types first, or name one.";
    Problem::new(StatusCode::CONFLICT, codes::NO_TYPE_CHOSEN, detail)
}

/// Whether posts may be read through an integration at present.
pub(super) fn check_readable(integration: &Integration) -> Result<(), Problem> {
    let (code, detail) = match integration.state() {
        _ if !integration.is_active => {
            (codes::INTEGRATION_DISABLED, "The integration is switched off. Switch it on first.")
        }
        State::Connected if integration.sync_enabled => return Ok(()),
        State::Connected => (
            codes::SYNC_DISABLED,
            "Two-way sync is switched off for this integration. Switch sync_enabled on first.",
        ),
        State::Suspended => (
            codes::INTEGRATION_SUSPENDED,
            "The site's address changed. Run the connection test in the plugin's settings first.",
        ),
        State::Pending | State::Revoked | State::Deleted => (
            codes::INTEGRATION_PENDING,
            "The site is not connected. Run the connection test in the plugin's settings first.",
        ),
    };
    Err(Problem::new(StatusCode::CONFLICT, code, detail))
}
