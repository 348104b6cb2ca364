use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Path, Problem, ProblemBody, Success};

use super::{VersionView, shown, which};
use crate::AppState;
use crate::access::Operator;
use crate::artifact::Digests;

/// A version with what is in its package.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionDetails {
    #[serde(flatten)]
    version: VersionView,
    /// By their path below the plugin's folder.
    files: Vec<FileView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FileView {
    path: String,
    /// In bytes, unpacked.
    size: usize,
    sha256: String,
}

/// Show a version and the files in its package
#[utoipa::path(
    get,
    path = "/api/plugins/{slug}/versions/{version}/",
    operation_id = "get_version",
    tag = "Operators",
    params(("slug" = String, Path), ("version" = String, Path)),
    security(("operator_token" = [])),
    responses(
        (status = 200, body = Success<VersionDetails>),
        (status = 401, description = "unauthenticated, token_invalid", body = ProblemBody),
        (status = 404, description = "not_found, version_not_found", body = ProblemBody),
        (status = 500, description = "package_damaged", body = ProblemBody),
    )
)]
pub async fn get_version(
    _: Operator,
    path: Path<(String, String)>,
    state: Data<AppState>,
) -> Result<Success<VersionDetails>, Problem> {
    let which = which(&path);
    let version = shown(&state, which).await?;
    let (_, stored) = state.works().stored(which).await?;
    let file = |(path, bytes): (&String, &Vec<u8>)| FileView {
        path: path.clone(),
        size: bytes.len(),
        sha256: Digests::of(bytes).sha256,
    };
    Ok(Success::ok(VersionDetails { version, files: stored.source.files.iter().map(file).collect() }))
}
