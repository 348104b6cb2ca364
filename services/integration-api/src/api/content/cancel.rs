use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use domain::ContentId;
use domain::content::command::Cancellation;
use serde::Serialize;
use utoipa::ToSchema;
use web::{IdempotencyKey, Path, Problem, ProblemBody, Success};

use super::not_found;
use crate::access::Editor;
use crate::flows::cancel::{CancelError, call_off};
use crate::idempotency::Once;

#[derive(Debug, Serialize, ToSchema)]
pub struct Cancelled {
    pub content_id: i64,
    /// `dropped`: it is called off. `asked`: the worker leaves it, unless it has begun by then; the publication's state tells.
    pub outcome: String,
    /// The publication's.
    pub state: String,
}

/// Call off what is scheduled, what follows, or what has not begun yet, whichever was wished for last. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/writer/content/{id}/cancel/", operation_id = "cancel_content", tag = "Content",
    params(("id" = i64, Path), IdempotencyKey),
    responses(
        (status = 200, description = "It is called off.", body = Success<Cancelled>),
        (status = 202, description = "The worker is asked.", body = Success<Cancelled>),
        (status = 404, description = "`content_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (
            status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`nothing_to_cancel`, `too_late_to_cancel`",
        ),
        (status = 422, description = "`idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn cancel_content(editor: Editor, once: Once, id: Path<i64>) -> Result<HttpResponse, Problem> {
    let content_id = ContentId::new(*id);
    once.run(&editor, &(), async |tx, now| {
        let (cancellation, state) =
            call_off(tx, now, editor.account_id, editor.user_id, content_id).await.map_err(refusal)?;
        let is_asked = cancellation == Cancellation::AskWorker;
        let outcome = if is_asked { "asked" } else { "dropped" };
        let cancelled = Cancelled { content_id: *id, outcome: outcome.to_owned(), state: state.to_string() };
        Ok(if is_asked { Success::accepted(super::address(*id), cancelled) } else { Success::ok(cancelled) })
    })
    .await
}

fn refusal(error: CancelError) -> Problem {
    match error {
        CancelError::NoContent => not_found(),
        CancelError::Refused(refusal) => {
            Problem::new(StatusCode::CONFLICT, refusal.code(), refusal.to_string())
        }
        CancelError::Unknown(error) => Problem::internal(&error),
        CancelError::Query(error) => error.into(),
    }
}
