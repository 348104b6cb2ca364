use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{OptionalJson, Path, Problem, ProblemBody, Success};

use super::{VersionView, done, signer, which};
use crate::AppState;
use crate::access::Operator;
use crate::flows::release::{Terms, release_stored};

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseTerms {
    /// Only for sites that want early versions.
    #[serde(default)]
    beta: bool,
    /// Of all sites at first; all, if nothing is said. What is released already keeps its own.
    #[schema(maximum = 100)]
    rollout_percent: Option<u8>,
    /// Sign with a key that no released package carries: sites have to be updated by hand.
    #[serde(default)]
    new_key: bool,
}

/// Release a version that is on the shelf: one in development, a beta to all, a deprecated one again
#[utoipa::path(
    post,
    path = "/api/plugins/{slug}/versions/{version}/release/",
    operation_id = "release_version",
    tag = "Operators",
    params(("slug" = String, Path), ("version" = String, Path)),
    request_body = Option<ReleaseTerms>,
    security(("operator_token" = [])),
    responses(
        (status = 200, description = "How it stands now", body = Success<VersionView>),
        (status = 401, description = "unauthenticated, token_invalid", body = ProblemBody),
        (status = 404, description = "not_found, version_not_found", body = ProblemBody),
        (status = 409, description = "release_key_missing, signing_key_unknown, version_paused, version_replaced, version_withdrawn", body = ProblemBody),
        (status = 422, description = "invalid_field, source_refused", body = ProblemBody),
        (status = 500, description = "package_damaged", body = ProblemBody),
    )
)]
pub async fn release_version(
    _: Operator,
    path: Path<(String, String)>,
    terms: OptionalJson<ReleaseTerms>,
    state: Data<AppState>,
) -> Result<Success<VersionView>, Problem> {
    let ReleaseTerms { beta, rollout_percent, new_key } = terms.0.unwrap_or_default();
    let terms = Terms { beta, rollout: rollout_percent, new_key, ..Terms::default() };
    release_stored(&state.works(), signer(&state)?, which(&path), terms).await?;
    done(&state, which(&path)).await
}
