//! One command, or one step of the review, for many contents: one outcome each, and one bad id spoils nothing.

pub mod review;
pub mod schedule;

use std::collections::HashSet;

use actix_web::HttpResponse;
use domain::ContentId;
use domain::content::Command;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{IdempotencyKey, Json, Problem, ProblemBody, Success};

use super::command::{CommandJob, refusal};
use super::unpublish::TakenTo;
use crate::access::Editor;
use crate::flows::command::{Ordered, Wish, order};
use crate::idempotency::Once;

/// More are refused: send them in portions.
const MOST: usize = 500;

#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct BulkContent {
    /// 1 to 500; one that stands twice counts once.
    #[schema(min_items = 1, max_items = 500)]
    content_ids: Vec<i64>,
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct BulkUnpublish {
    /// 1 to 500; one that stands twice counts once.
    #[schema(min_items = 1, max_items = 500)]
    content_ids: Vec<i64>,
    #[serde(default)]
    to: TakenTo,
}

#[derive(Debug, Default, Serialize, ToSchema)]
pub struct BulkOutcome {
    pub queued: usize,
    pub follows: usize,
    pub unchanged: usize,
    pub refused: usize,
    /// In the order asked.
    pub items: Vec<BulkItem>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BulkItem {
    pub content_id: i64,
    /// queued, follows, unchanged or refused.
    pub outcome: String,
    pub operation_id: Option<Uuid>,
    #[serde(flatten)]
    pub refusal: Refusal,
}

/// Why one of many was refused, as a single request would say.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Refusal {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self { code: Some(problem.code().to_owned()), detail: Some(problem.body().detail.clone()) }
    }
}

/// Publish many at once. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/writer/content/bulk-publish/", operation_id = "bulk_publish", tag = "Content", request_body = BulkContent,
    params(IdempotencyKey),
    responses(
        (status = 200, description = "One outcome each.", body = Success<BulkOutcome>),
        (status = 422, description = "`invalid_field`, `idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn bulk_publish(
    editor: Editor,
    once: Once,
    Json(body): Json<BulkContent>,
) -> Result<HttpResponse, Problem> {
    give(&editor, once, &body.content_ids, Command::Publish, &body).await
}

/// Send the latest texts of many at once. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/writer/content/bulk-republish/", operation_id = "bulk_republish", tag = "Content", request_body = BulkContent,
    params(IdempotencyKey),
    responses(
        (status = 200, description = "One outcome each.", body = Success<BulkOutcome>),
        (status = 422, description = "`invalid_field`, `idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn bulk_republish(
    editor: Editor,
    once: Once,
    Json(body): Json<BulkContent>,
) -> Result<HttpResponse, Problem> {
    give(&editor, once, &body.content_ids, Command::Update, &body).await
}

/// Take many posts down at once. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/writer/content/bulk-unpublish/", operation_id = "bulk_unpublish", tag = "Content", request_body = BulkUnpublish,
    params(IdempotencyKey),
    responses(
        (status = 200, description = "One outcome each.", body = Success<BulkOutcome>),
        (status = 422, description = "`invalid_field`, `idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn bulk_unpublish(
    editor: Editor,
    once: Once,
    Json(body): Json<BulkUnpublish>,
) -> Result<HttpResponse, Problem> {
    give(&editor, once, &body.content_ids, body.to.command(), &body).await
}

/// Bring many posts back at once. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/writer/content/bulk-restore/", operation_id = "bulk_restore", tag = "Content", request_body = BulkContent,
    params(IdempotencyKey),
    responses(
        (status = 200, description = "One outcome each.", body = Success<BulkOutcome>),
        (status = 422, description = "`invalid_field`, `idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn bulk_restore(
    editor: Editor,
    once: Once,
    Json(body): Json<BulkContent>,
) -> Result<HttpResponse, Problem> {
    give(&editor, once, &body.content_ids, Command::Restore, &body).await
}

/// Delete many posts on their sites for good. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/writer/content/bulk-delete/", operation_id = "bulk_delete", tag = "Content", request_body = BulkContent,
    params(IdempotencyKey),
    responses(
        (status = 200, description = "One outcome each.", body = Success<BulkOutcome>),
        (status = 422, description = "`invalid_field`, `idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn bulk_delete(
    editor: Editor,
    once: Once,
    Json(body): Json<BulkContent>,
) -> Result<HttpResponse, Problem> {
    give(&editor, once, &body.content_ids, Command::Delete, &body).await
}

async fn give(
    editor: &Editor,
    once: Once,
    ids: &[i64],
    command: Command,
    body: &impl Serialize,
) -> Result<HttpResponse, Problem> {
    let wish = |content_id| Wish {
        account_id: editor.account_id,
        user_id: Some(editor.user_id),
        content_id,
        integration_id: None,
        command,
    };
    let wishes: Vec<Wish> = each_once(ids)?.into_iter().map(wish).collect();
    once.run(editor, body, async |tx, now| {
        let ordered = order(tx, now, &wishes).await?;
        let mut all = BulkOutcome::default();
        for (wish, ordered) in wishes.iter().zip(ordered) {
            all.add(wish.content_id, ordered.map_err(refusal));
        }
        Ok(Success::ok(all))
    })
    .await
}

/// In the order asked.
fn each_once(ids: &[i64]) -> Result<Vec<ContentId>, Problem> {
    if ids.is_empty() || ids.len() > MOST {
        return Err(Problem::invalid_field("/content_ids", format!("1 to {MOST} ids, not {}", ids.len())));
    }
    let mut seen = HashSet::new();
    Ok(ids.iter().filter(|id| seen.insert(**id)).map(|id| ContentId::new(*id)).collect())
}

impl BulkOutcome {
    fn add(&mut self, id: ContentId, ordered: Result<Ordered, Problem>) {
        let item = match ordered {
            Ok(ordered) => {
                let count = match ordered {
                    Ordered::Queued { .. } => &mut self.queued,
                    Ordered::Follows { .. } => &mut self.follows,
                    Ordered::Unchanged { .. } => &mut self.unchanged,
                };
                *count += 1;
                let job = CommandJob::new(id, ordered);
                BulkItem {
                    content_id: id.get(),
                    outcome: job.outcome,
                    operation_id: job.operation_id,
                    refusal: Refusal::default(),
                }
            }
            Err(problem) => {
                self.refused += 1;
                BulkItem {
                    content_id: id.get(),
                    outcome: "refused".to_owned(),
                    operation_id: None,
                    refusal: problem.into(),
                }
            }
        };
        self.items.push(item);
    }
}
