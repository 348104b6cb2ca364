use actix_web::http::StatusCode;
use actix_web::web::Data;
use domain::IntegrationId;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use web::{BodyLimit, Json, Path, Problem, ProblemBody, Success};

use self::given::GivenStructure;
use super::not_found;
use crate::access::SiteKey;
use crate::flows::structure::take_structure;
use crate::flows::suspect_clone::{is_elsewhere, suspect_clone};
use crate::store::integrations::{self, Integration, State};
use crate::{AppState, codes};

mod given;

pub const BODY_LIMIT: BodyLimit = BodyLimit(4 * 1024 * 1024);

#[derive(Debug, Serialize, ToSchema)]
pub struct StructureTaken {
    message: &'static str,
    post_types_count: usize,
    taxonomies_count: usize,
    last_structure_fetch: Timestamp,
    sync: SyncWish,
}

/// What the site is to report of posts that were not made here.
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncWish {
    enabled: bool,
    post_types: Vec<String>,
}

/// Tell what the site has: post types, taxonomies, terms, authors, capabilities. What people chose of it here is not changed.
#[utoipa::path(
    post, path = "/api/v1/integration/integrations/{id}/update-structure/", operation_id = "update_structure", tag = "From sites",
    security(("site_key" = []), ("site_key_bearer" = [])), params(("id" = i64, Path)), request_body = GivenStructure,
    responses(
        (status = 200, description = "It is stored.", body = Success<StructureTaken>),
        (status = 401, description = "`key_missing`, `key_invalid` or `key_revoked`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "`integration_not_found`: the integration is not of the key's site.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`site_url_mismatch`: the body names another address than the site's. `integration_suspended`: the site's address is not proven.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "`body_too_large`: more than 4 MiB", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_field`: more than 200 post types or taxonomies, 2,000 terms of one or 20,000 in all, or not of this shape", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn update_structure(
    key: SiteKey,
    state: Data<AppState>,
    id: Path<i64>,
    Json(body): Json<GivenStructure>,
) -> Result<Success<StructureTaken>, Problem> {
    let (id, now) = (IntegrationId::new(*id), state.clock.now());
    let site_url = body.site_url.clone().filter(|it| !it.trim().is_empty());
    let (post_types_count, taxonomies_count) = body.counts();
    let structure = body.checked()?;
    let taken = state
        .database
        .transaction(async |tx| -> Result<_, Problem> {
            let found = integrations::find(tx.conn(), key.account_id, id).await?;
            let integration = found.filter(|it| it.site_id == key.site_id.get()).ok_or_else(not_found)?;
            if let Some(elsewhere) = site_url.filter(|it| is_elsewhere(it, &integration)) {
                // The note outlives the refusal.
                suspect_clone(tx, key.site_id, &shown(&elsewhere), now).await?;
                return Ok(Err(mismatch(&elsewhere, &integration)));
            }
            if integration.state() == State::Suspended {
                return Err(suspended());
            }
            let taken = take_structure(tx, &integration, structure, now).await?;
            Ok(Ok((integration.sync_enabled, taken)))
        })
        .await?;
    let (enabled, taken) = taken?;
    Ok(Success::ok(StructureTaken {
        message: "Site structure updated successfully",
        post_types_count,
        taxonomies_count,
        last_structure_fetch: now,
        sync: SyncWish { enabled, post_types: taken.sync_post_types },
    }))
}

fn shown(url: &str) -> String {
    url.trim().chars().take(500).collect()
}

fn mismatch(given: &str, integration: &Integration) -> Problem {
    let detail = format!(
        "This WordPress is at {}, but the site is connected as {}. If this is a copy, give it a site and key of its own.",
        shown(given),
        integration.site_url
    );
    Problem::new(StatusCode::CONFLICT, codes::SITE_URL_MISMATCH, detail).field("/site_url", "another origin")
}

fn suspended() -> Problem {
    let detail = "The site's address was changed. Test the connection in the plugin to prove the new one.";
    Problem::new(StatusCode::CONFLICT, codes::INTEGRATION_SUSPENDED, detail)
}

#[cfg(test)]
mod tests;
