//! A site says how its plugin is doing. The site itself may.

use actix_web::HttpRequest;
use actix_web::web::Data;
use credentials::SignedRequest;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Json, Path, Problem, ProblemBody, Success};

use super::register::{Installation, Registered, keep};
use crate::AppState;

#[derive(Debug, Deserialize, ToSchema)]
pub struct Health {
    #[serde(flatten)]
    installation: Installation,
    /// `active`, `inactive` or `error`.
    #[serde(default)]
    status: Status,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Status {
    #[default]
    Active,
    Inactive,
    Error,
}

/// Report an installation's health
#[utoipa::path(
    post,
    path = "/api/plugins/{slug}/health-check/",
    operation_id = "report_health",
    tag = "plugins",
    params(("slug" = String, Path)),
    request_body = Health,
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
    let health: Health = Json::parse(&request.body)?;
    let status = match health.status {
        Status::Active => "active",
        Status::Inactive => "inactive",
        Status::Error => "error",
    };
    keep(&state, (&http, &request), &slug, &health.installation, status).await
}
