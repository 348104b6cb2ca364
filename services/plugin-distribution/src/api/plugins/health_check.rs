//! A site says how its plugin is doing. The site itself may.

use actix_web::HttpRequest;
use actix_web::web::Data;
use credentials::SignedRequest;
use web::{Json, Path, Problem, ProblemBody, Success};

use super::register::{Installation, Registered, keep};
use crate::AppState;

/// Report an installation's health
#[utoipa::path(
    post,
    path = "/api/plugins/{slug}/health-check/",
    operation_id = "report_health",
    tag = "plugins",
    params(("slug" = String, Path)),
    request_body = Installation,
    responses(
        (status = 200, body = Success<Registered>),
        (status = 401, description = "key_missing, key_invalid, key_revoked, signature_missing, signature_invalid, timestamp_out_of_window", body = ProblemBody),
        (status = 404, description = "not_found", body = ProblemBody),
        (status = 422, description = "invalid_field", body = ProblemBody),
        (status = 429, description = "rate_limited", body = ProblemBody),
    )
)]
pub async fn report_health(
    http: HttpRequest,
    request: SignedRequest,
    slug: Path<String>,
    state: Data<AppState>,
) -> Result<Success<Registered>, Problem> {
    state.limits.take_for(request.site.id, &http)?;
    let installation: Installation = Json::parse(&request.body)?;
    keep(&state, (&http, &request), &slug, &installation).await
}
