use actix_web::HttpResponse;
use domain::content::Command;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{IdempotencyKey, OptionalJson, Path, Problem, ProblemBody, Success};

use super::command::{self, CommandJob};
use crate::access::Editor;
use crate::idempotency::Once;

#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TakenTo {
    #[default]
    Draft,
    Trash,
}

impl TakenTo {
    pub const fn command(self) -> Command {
        match self {
            Self::Draft => Command::Unpublish,
            Self::Trash => Command::Trash,
        }
    }
}

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct UnpublishOptions {
    /// What the post becomes on the site.
    #[serde(default)]
    to: TakenTo,
}

/// Take a post down: it becomes a draft on the site, or goes into the trash. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/writer/content/{id}/unpublish/", operation_id = "unpublish_content", tag = "Content", request_body = Option<UnpublishOptions>,
    params(("id" = i64, Path), IdempotencyKey),
    responses(
        (status = 200, description = "It is so already.", body = Success<CommandJob>),
        (status = 202, description = "The job.", body = Success<CommandJob>),
        (status = 404, description = "`content_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (
            status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`not_on_site`, `post_gone`, `no_integration`, `integration_pending`, `integration_disabled`, `integration_suspended`",
        ),
        (status = 422, description = "`idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn unpublish_content(
    editor: Editor,
    once: Once,
    id: Path<i64>,
    OptionalJson(body): OptionalJson<UnpublishOptions>,
) -> Result<HttpResponse, Problem> {
    let body = body.unwrap_or_default();
    command::give(&editor, once, *id, body.to.command(), None, &body).await
}
