use actix_web::web::Data;
use web::{Path, Problem, ProblemBody, Success};

use super::{VersionView, done, signer, which};
use crate::AppState;
use crate::access::Operator;
use crate::flows::withdraw;

/// Take a version back: nobody is given it any more, and sites refuse it
#[utoipa::path(
    post,
    path = "/api/plugins/{slug}/versions/{version}/withdraw/",
    operation_id = "withdraw_version",
    tag = "Operators",
    params(("slug" = String, Path), ("version" = String, Path)),
    security(("operator_token" = [])),
    responses(
        (status = 200, description = "How it stands now", body = Success<VersionView>),
        (status = 401, description = "unauthenticated, token_invalid", body = ProblemBody),
        (status = 404, description = "not_found, version_not_found", body = ProblemBody),
        (status = 409, description = "version_not_released, release_key_missing", body = ProblemBody),
    )
)]
pub async fn withdraw_version(
    _: Operator,
    path: Path<(String, String)>,
    state: Data<AppState>,
) -> Result<Success<VersionView>, Problem> {
    withdraw::withdraw(&state.works(), signer(&state)?, which(&path)).await?;
    done(&state, which(&path)).await
}
