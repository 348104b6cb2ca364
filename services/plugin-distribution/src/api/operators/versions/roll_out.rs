//! How far a version goes: three addresses for one flow.

use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Json, OptionalJson, Path, Problem, ProblemBody, Success};

use super::{VersionView, done, which};
use crate::AppState;
use crate::access::Operator;
use crate::flows::roll_out::{Change, roll_out};

type VersionPath = Path<(String, String)>;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// For whoever wonders later.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RollOut {
    /// Of all sites. The same ones come first, whatever it was before.
    #[schema(maximum = 100)]
    percent: u8,
}

/// Offer a version to nobody for now
#[utoipa::path(
    post,
    path = "/api/plugins/{slug}/versions/{version}/pause/",
    operation_id = "pause_version",
    tag = "Operators",
    params(("slug" = String, Path), ("version" = String, Path)),
    request_body = Option<Pause>,
    security(("operator_token" = [])),
    responses(
        (status = 200, description = "How it stands now", body = Success<VersionView>),
        (status = 401, description = "unauthenticated, token_invalid", body = ProblemBody),
        (status = 404, description = "not_found, version_not_found", body = ProblemBody),
        (status = 409, description = "version_not_released, version_deprecated, version_withdrawn", body = ProblemBody),
        (status = 422, description = "invalid_field", body = ProblemBody),
    )
)]
pub async fn pause_version(
    operator: Operator,
    path: VersionPath,
    pause: OptionalJson<Pause>,
    state: Data<AppState>,
) -> Result<Success<VersionView>, Problem> {
    let reason = pause.0.unwrap_or_default().reason;
    let reason = reason.unwrap_or_else(|| format!("by {}", operator.email));
    if reason.chars().count() > 500 {
        return Err(Problem::invalid_field("/reason", "is longer than 500 characters"));
    }
    change(&state, &path, Change::Pause { reason: &reason }).await
}

/// Offer a paused version again. Updates to it that were undone before count no longer
#[utoipa::path(
    post,
    path = "/api/plugins/{slug}/versions/{version}/resume/",
    operation_id = "resume_version",
    tag = "Operators",
    params(("slug" = String, Path), ("version" = String, Path)),
    security(("operator_token" = [])),
    responses(
        (status = 200, description = "How it stands now", body = Success<VersionView>),
        (status = 401, description = "unauthenticated, token_invalid", body = ProblemBody),
        (status = 404, description = "not_found, version_not_found", body = ProblemBody),
        (status = 409, description = "version_not_released, version_deprecated, version_withdrawn", body = ProblemBody),
    )
)]
pub async fn resume_version(
    _: Operator,
    path: VersionPath,
    state: Data<AppState>,
) -> Result<Success<VersionView>, Problem> {
    change(&state, &path, Change::Resume).await
}

/// Offer a version to this share of all sites
#[utoipa::path(
    post,
    path = "/api/plugins/{slug}/versions/{version}/roll-out/",
    operation_id = "roll_out_version",
    tag = "Operators",
    params(("slug" = String, Path), ("version" = String, Path)),
    request_body = RollOut,
    security(("operator_token" = [])),
    responses(
        (status = 200, description = "How it stands now", body = Success<VersionView>),
        (status = 401, description = "unauthenticated, token_invalid", body = ProblemBody),
        (status = 404, description = "not_found, version_not_found", body = ProblemBody),
        (status = 409, description = "version_not_released, version_deprecated, version_withdrawn", body = ProblemBody),
        (status = 422, description = "invalid_field", body = ProblemBody),
    )
)]
pub async fn roll_out_version(
    _: Operator,
    path: VersionPath,
    wish: Json<RollOut>,
    state: Data<AppState>,
) -> Result<Success<VersionView>, Problem> {
    change(&state, &path, Change::Percent(wish.0.percent)).await
}

async fn change(
    state: &AppState,
    path: &VersionPath,
    change: Change<'_>,
) -> Result<Success<VersionView>, Problem> {
    roll_out(&state.works(), which(path), change).await?;
    done(state, which(path)).await
}
