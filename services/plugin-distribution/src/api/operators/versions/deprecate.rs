use actix_web::web::Data;
use web::{Path, Problem, ProblemBody, Success};

use super::{VersionView, done, which};
use crate::AppState;
use crate::access::Operator;
use crate::flows::deprecate;

/// Offer a version no longer; who names it still gets it
#[utoipa::path(
    post,
    path = "/api/plugins/{slug}/versions/{version}/deprecate/",
    operation_id = "deprecate_version",
    tag = "Operators",
    params(("slug" = String, Path), ("version" = String, Path)),
    security(("operator_token" = [])),
    responses(
        (status = 200, description = "How it stands now", body = Success<VersionView>),
        (status = 401, description = "unauthenticated, token_invalid", body = ProblemBody),
        (status = 404, description = "not_found, version_not_found", body = ProblemBody),
        (status = 409, description = "version_not_released, version_withdrawn", body = ProblemBody),
    )
)]
pub async fn deprecate_version(
    _: Operator,
    path: Path<(String, String)>,
    state: Data<AppState>,
) -> Result<Success<VersionView>, Problem> {
    deprecate::deprecate(&state.works(), which(&path)).await?;
    done(&state, which(&path)).await
}
