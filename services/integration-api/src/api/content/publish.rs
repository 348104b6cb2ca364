use actix_web::HttpResponse;
use domain::content::Command;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{IdempotencyKey, OptionalJson, Path, Problem, ProblemBody, Success};

use super::command::{self, CommandJob};
use crate::access::Editor;
use crate::idempotency::Once;

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct PublishOptions {
    /// The integration to publish through; without it, the site's.
    site_integration_id: Option<i64>,
}

/// Publish content that is in review (which approves it) or approved. It is queued; the content's `publication` tells what becomes of
/// it. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/writer/content/{id}/publish/", operation_id = "publish_content", tag = "Content", request_body = Option<PublishOptions>,
    params(("id" = i64, Path), IdempotencyKey),
    responses(
        (status = 202, description = "The job.", body = Success<CommandJob>),
        (status = 404, description = "`content_not_found`, `integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (
            status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`content_is_draft`, `publish_in_progress`, `already_published`, `post_gone`, `no_integration`, \
                `integration_pending`, `integration_disabled`, `integration_suspended`",
        ),
        (status = 422, description = "`idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn publish_content(
    editor: Editor,
    once: Once,
    id: Path<i64>,
    OptionalJson(body): OptionalJson<PublishOptions>,
) -> Result<HttpResponse, Problem> {
    let body = body.unwrap_or_default();
    command::give(&editor, once, *id, Command::Publish, body.site_integration_id, &body).await
}
