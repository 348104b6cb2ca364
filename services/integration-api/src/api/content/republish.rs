use actix_web::HttpResponse;
use domain::content::Command;
use web::{IdempotencyKey, Path, Problem, ProblemBody, Success};

use super::command::{self, CommandJob};
use crate::access::Editor;
use crate::idempotency::Once;

/// Send the latest text to the post that is there. If somebody changed the post on the site meanwhile, nothing is overwritten: the two texts
/// become a conflict. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/writer/content/{id}/republish/", operation_id = "republish_content", tag = "Content",
    params(("id" = i64, Path), IdempotencyKey),
    responses(
        (status = 200, description = "It is so already.", body = Success<CommandJob>),
        (status = 202, description = "The job.", body = Success<CommandJob>),
        (status = 404, description = "`content_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (
            status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`content_is_draft`, `not_on_site`, `post_gone`, `no_integration`, `integration_pending`, `integration_disabled`, `integration_suspended`",
        ),
        (status = 422, description = "`idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn republish_content(editor: Editor, once: Once, id: Path<i64>) -> Result<HttpResponse, Problem> {
    command::give(&editor, once, *id, Command::Update, None, &()).await
}
