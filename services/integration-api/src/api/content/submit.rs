use actix_web::web::Data;
use web::{Path, Problem, ProblemBody, Success};

use super::{ContentView, IfMatch, step};
use crate::AppState;
use crate::access::Editor;
use crate::flows::review::Step;

/// Hand a draft in for review. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/writer/content/{id}/submit/", operation_id = "submit_content", tag = "Content",
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version that is meant.")),
    responses(
        (status = 200, description = "The content, now in review.", body = Success<ContentView>),
        (status = 404, description = "`content_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`content_in_review`, `content_approved`, `content_published`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 412, description = "`version_mismatch`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn submit_content(
    editor: Editor,
    state: Data<AppState>,
    id: Path<i64>,
    if_match: IfMatch,
) -> Result<Success<ContentView>, Problem> {
    step::take(&editor, &state, *id, &if_match, Step::Submit).await
}
