use actix_web::HttpResponse;
use actix_web::web::Data;
use web::{Path, Problem, ProblemBody};

use crate::AppState;
use crate::access::Operator;
use crate::flows::delete;

/// Delete a plugin that has no versions
#[utoipa::path(
    delete,
    path = "/api/plugins/{slug}/",
    operation_id = "delete_plugin",
    tag = "Operators",
    params(("slug" = String, Path)),
    security(("operator_token" = [])),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "unauthenticated, token_invalid", body = ProblemBody),
        (status = 404, description = "not_found", body = ProblemBody),
        (status = 409, description = "plugin_has_versions", body = ProblemBody),
    )
)]
pub async fn delete_plugin(
    _: Operator,
    slug: Path<String>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    delete::delete_plugin(&state.works(), &slug).await?;
    Ok(HttpResponse::NoContent().finish())
}
