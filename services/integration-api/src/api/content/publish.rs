use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use domain::content::publish::PublishRefusal;
use domain::{ContentId, IntegrationId, OperationId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{OptionalJson, Path, Problem, ProblemBody, Success};

use super::not_found;
use crate::access::Editor;
use crate::codes;
use crate::flows::publish::{Job, PublishError, Wish, publish};
use crate::idempotency::Once;

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct PublishOptions {
    /// The integration to publish through; without it, the site's.
    site_integration_id: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PublishJob {
    pub content_id: i64,
    /// What the site is going to be told, however often it has to be told.
    pub operation_id: Uuid,
    #[schema(examples("queued"))]
    pub state: String,
}

impl From<Job> for PublishJob {
    fn from(job: Job) -> Self {
        Self {
            content_id: job.content_id.get(),
            operation_id: OperationId::as_uuid(job.operation_id),
            state: job.state.to_string(),
        }
    }
}

/// Publish content that is in review (which approves it) or approved. It is queued; the content's `publication` tells what becomes of
/// it. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/writer/content/{id}/publish/", operation_id = "publish_content", tag = "Content", request_body = Option<PublishOptions>,
    params(
        ("id" = i64, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the first answer again."),
    ),
    responses(
        (status = 202, description = "The job.", body = Success<PublishJob>),
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
    let wish = Wish {
        account_id: editor.account_id,
        user_id: editor.user_id,
        content_id: ContentId::new(*id),
        integration_id: body.site_integration_id.map(IntegrationId::new),
    };
    once.run(&editor, &body, async |tx, now| {
        let job = publish(tx, now, wish).await.map_err(refusal)?;
        Ok(Success::accepted(super::address(wish.content_id.get()), PublishJob::from(job)))
    })
    .await
}

fn refusal(error: PublishError) -> Problem {
    match error {
        PublishError::NoContent => not_found(),
        PublishError::NoSuchIntegration => {
            let detail = "The content's site has no integration with this id.";
            Problem::new(StatusCode::NOT_FOUND, codes::INTEGRATION_NOT_FOUND, detail)
        }
        PublishError::Refused(refusal) => {
            let problem = Problem::new(StatusCode::CONFLICT, refusal.code(), refusal.to_string());
            match refusal {
                PublishRefusal::AlreadyPublished { external_id } => problem.with("external_id", external_id),
                PublishRefusal::InProgress { state } => problem.with("state", state.as_str()),
                PublishRefusal::Draft
                | PublishRefusal::Gone
                | PublishRefusal::NoIntegration
                | PublishRefusal::IntegrationPending
                | PublishRefusal::IntegrationDisabled
                | PublishRefusal::IntegrationSuspended => problem,
            }
        }
        PublishError::Unknown(error) => Problem::internal(&error),
        PublishError::Query(error) => error.into(),
    }
}
