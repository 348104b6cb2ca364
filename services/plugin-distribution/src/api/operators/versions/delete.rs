use actix_web::HttpResponse;
use actix_web::web::Data;
use web::{Path, Problem, ProblemBody};

use super::which;
use crate::AppState;
use crate::access::Operator;
use crate::flows::delete;

/// Delete a version in development, with its package
#[utoipa::path(
    delete,
    path = "/api/plugins/{slug}/versions/{version}/",
    operation_id = "delete_version",
    tag = "Operators",
    params(("slug" = String, Path), ("version" = String, Path)),
    security(("operator_token" = [])),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "unauthenticated, token_invalid", body = ProblemBody),
        (status = 404, description = "not_found, version_not_found", body = ProblemBody),
        (status = 409, description = "version_released, version_deprecated, version_withdrawn", body = ProblemBody),
    )
)]
pub async fn delete_version(
    _: Operator,
    path: Path<(String, String)>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    delete::delete_version(&state.works(), which(&path)).await?;
    Ok(HttpResponse::NoContent().finish())
}
