use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Json, Path, Problem, ProblemBody, Success};

use super::{VersionView, done, signer, which};
use crate::AppState;
use crate::access::Operator;
use crate::flows::Which;
use crate::flows::release::Terms;
use crate::flows::revert::{Reversion, revert};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// The version whose code goes out again.
    #[schema(example = "2.0.0")]
    to: String,
    /// Its new number, higher than the latest.
    #[serde(rename = "as")]
    #[schema(example = "2.1.1")]
    new: String,
    /// Of all sites at first; all, if nothing is said. What is released already keeps its own.
    #[schema(maximum = 100)]
    rollout_percent: Option<u8>,
    /// Sign with a key that no released package carries: sites have to be updated by hand.
    #[serde(default)]
    new_key: bool,
}

/// Give out an older version's code again, under a higher number, in place of this one
#[utoipa::path(
    post,
    path = "/api/plugins/{slug}/versions/{version}/revert/",
    operation_id = "revert_version",
    tag = "Operators",
    params(("slug" = String, Path), ("version" = String, Path)),
    request_body = Wish,
    security(("operator_token" = [])),
    responses(
        (status = 200, description = "The version that was released", body = Success<VersionView>),
        (status = 401, description = "unauthenticated, token_invalid", body = ProblemBody),
        (status = 404, description = "not_found, version_not_found", body = ProblemBody),
        (status = 409, description = "release_key_missing, signing_key_unknown, version_not_higher, version_not_released, version_released, version_withdrawn", body = ProblemBody),
        (status = 422, description = "invalid_field, invalid_version, source_refused", body = ProblemBody),
        (status = 500, description = "package_damaged", body = ProblemBody),
    )
)]
pub async fn revert_version(
    _: Operator,
    path: Path<(String, String)>,
    wish: Json<Wish>,
    state: Data<AppState>,
) -> Result<Success<VersionView>, Problem> {
    let Wish { to, new, rollout_percent, new_key } = &wish.0;
    let terms = Terms { rollout: *rollout_percent, new_key: *new_key, ..Terms::default() };
    let replaced = which(&path);
    revert(&state.works(), signer(&state)?, Reversion { replaced, to, new }, terms).await?;
    done(&state, Which { version: new, ..replaced }).await
}
