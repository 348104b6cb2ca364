use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{OptionalJson, Path, Problem, ProblemBody, Success};

use super::{ContentView, IfMatch, step};
use crate::AppState;
use crate::access::Editor;
use crate::flows::review::Step;

#[derive(Debug, Deserialize, ToSchema)]
pub struct Rejection {
    /// What the writer should know.
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

/// Hand content back to its writer, also after it was approved. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/writer/content/{id}/reject/", operation_id = "reject_content", tag = "Content", request_body = Option<Rejection>,
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version that is meant.")),
    responses(
        (status = 200, description = "The content, now a draft.", body = Success<ContentView>),
        (status = 404, description = "`content_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`content_is_draft`, `content_published`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 412, description = "`version_mismatch`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_field`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn reject_content(
    editor: Editor,
    state: Data<AppState>,
    id: Path<i64>,
    if_match: IfMatch,
    OptionalJson(body): OptionalJson<Rejection>,
) -> Result<Success<ContentView>, Problem> {
    let reason = body.and_then(|it| it.reason);
    if reason.as_deref().is_some_and(|it| it.chars().count() > 2_000) {
        return Err(Problem::invalid_field("/reason", "at most 2000 characters"));
    }
    step::take(&editor, &state, *id, &if_match, Step::Reject(reason)).await
}
