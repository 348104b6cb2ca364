use actix_web::HttpResponse;
use domain::ContentId;
use domain::content::TransitionRefusal;
use serde::Serialize;
use utoipa::ToSchema;
use web::{IdempotencyKey, Json, Problem, ProblemBody, Success};

use super::{BulkContent, Refusal, each_once};
use crate::access::Editor;
use crate::api::content::step::refusal;
use crate::flows::review::{Step, StepError, take_all};
use crate::idempotency::Once;

#[derive(Debug, Default, Serialize, ToSchema)]
pub struct BulkReview {
    pub done: usize,
    pub unchanged: usize,
    pub refused: usize,
    /// In the order asked.
    pub items: Vec<ReviewItem>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewItem {
    pub content_id: i64,
    /// done, unchanged (it is so already) or refused.
    pub outcome: &'static str,
    #[serde(flatten)]
    pub refusal: Refusal,
}

/// Hand many drafts in for review at once. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/writer/content/bulk-submit/", operation_id = "bulk_submit", tag = "Content", request_body = BulkContent,
    params(IdempotencyKey),
    responses(
        (status = 200, description = "One outcome each.", body = Success<BulkReview>),
        (status = 422, description = "`invalid_field`, `idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn bulk_submit(
    editor: Editor,
    once: Once,
    Json(body): Json<BulkContent>,
) -> Result<HttpResponse, Problem> {
    take(&editor, once, &body, Step::Submit).await
}

/// Let many go out at once. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/writer/content/bulk-approve/", operation_id = "bulk_approve", tag = "Content", request_body = BulkContent,
    params(IdempotencyKey),
    responses(
        (status = 200, description = "One outcome each.", body = Success<BulkReview>),
        (status = 422, description = "`invalid_field`, `idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn bulk_approve(
    editor: Editor,
    once: Once,
    Json(body): Json<BulkContent>,
) -> Result<HttpResponse, Problem> {
    take(&editor, once, &body, Step::Approve).await
}

async fn take(editor: &Editor, once: Once, body: &BulkContent, step: Step) -> Result<HttpResponse, Problem> {
    let ids = each_once(&body.content_ids)?;
    once.run(editor, body, async |tx, now| {
        let outcomes = take_all(tx, now, (editor.account_id, Some(editor.user_id)), &ids, &step).await?;
        let mut all = BulkReview::default();
        for (id, outcome) in ids.iter().zip(outcomes) {
            all.add(*id, &step, outcome);
        }
        Ok(Success::ok(all))
    })
    .await
}

impl BulkReview {
    fn add(&mut self, id: ContentId, step: &Step, taken: Result<(), StepError>) {
        let (outcome, count, problem) = match (step, taken) {
            (_, Ok(())) => ("done", &mut self.done, None),
            (Step::Approve, Err(StepError::Refused(TransitionRefusal::ApprovedAlready)))
            | (Step::Submit, Err(StepError::Refused(TransitionRefusal::InReviewAlready))) => {
                ("unchanged", &mut self.unchanged, None)
            }
            (_, Err(error)) => ("refused", &mut self.refused, Some(refusal(error))),
        };
        *count += 1;
        self.items.push(ReviewItem {
            content_id: id.get(),
            outcome,
            refusal: problem.map(Refusal::from).unwrap_or_default(),
        });
    }
}
