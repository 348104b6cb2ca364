use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Json, Path, Problem, ProblemBody, RawBody, Success};

use super::{VersionView, shown};
use crate::AppState;
use crate::access::Operator;
use crate::artifact::{Source, is_slug};
use crate::flows::upload::upload;
use crate::flows::{Which, Works};

/// Instead of a ZIP.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FromFolder {
    /// A folder in the directory that `release.sources` names; no path.
    source: String,
}

/// Upload a version, as a ZIP or by naming its source's folder
///
/// It is checked and built anew, and given to nobody until it is released. One in development under the same number is replaced.
#[utoipa::path(
    post,
    path = "/api/plugins/{slug}/versions/",
    operation_id = "upload_version",
    tag = "Operators",
    params(("slug" = String, Path)),
    request_body(content((Vec<u8> = "application/zip"), (FromFolder = "application/json"))),
    security(("operator_token" = [])),
    responses(
        (status = 201, body = Success<VersionView>),
        (status = 401, description = "unauthenticated, token_invalid", body = ProblemBody),
        (status = 404, description = "not_found, source_not_found", body = ProblemBody),
        (status = 409, description = "version_released, version_deprecated, version_withdrawn, sources_not_set", body = ProblemBody),
        (status = 413, description = "body_too_large", body = ProblemBody),
        (status = 415, description = "unsupported_media_type", body = ProblemBody),
        (status = 422, description = "source_refused, other_plugin, invalid_field", body = ProblemBody),
    )
)]
pub async fn upload_version(
    _: Operator,
    request: HttpRequest,
    slug: Path<String>,
    body: RawBody,
    state: Data<AppState>,
) -> Result<Success<VersionView>, Problem> {
    let works = state.works();
    let source = match media_type(&request) {
        "application/zip" => works.unpack(body.into_inner()).await?,
        "application/json" => in_folder(&state, &works, &Json::<FromFolder>::parse(&body)?.source).await?,
        _ => {
            let detail = "Send the ZIP as application/zip, or {\"source\": \"…\"} as application/json.";
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                web::codes::UNSUPPORTED_MEDIA_TYPE,
                detail,
            ));
        }
    };
    let version = upload(&works, &slug, source).await?;
    let view = shown(&state, Which { slug: &slug, version: &version }).await?;
    Ok(Success::created(format!("/api/plugins/{}/versions/{version}/", *slug), view))
}

fn media_type(request: &HttpRequest) -> &str {
    let declared = request.headers().get(CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    declared.split(';').next().unwrap_or_default().trim()
}

async fn in_folder(state: &AppState, works: &Works, name: &str) -> Result<Source, Problem> {
    let Some(sources) = &state.settings.release.sources else {
        let detail = "This service has no sources to build from: set `release.sources`, or upload a ZIP.";
        return Err(Problem::new(StatusCode::CONFLICT, "sources_not_set", detail));
    };
    if !is_slug(name) {
        return Err(Problem::invalid_field("/source", "is the name of a plugin's folder, not a path"));
    }
    let folder = sources.join(name);
    if !tokio::fs::metadata(&folder).await.is_ok_and(|it| it.is_dir()) {
        let detail = "There is no such folder among the sources.";
        return Err(Problem::new(StatusCode::NOT_FOUND, "source_not_found", detail));
    }
    Ok(works.read(folder).await?)
}
