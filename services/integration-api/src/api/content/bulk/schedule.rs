use actix_web::HttpResponse;
use domain::ContentId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{IdempotencyKey, Json, Problem, ProblemBody, Success};

use super::{Refusal, each_once};
use crate::access::Editor;
use crate::api::content::schedule::{Scheduled, refusal, when};
use crate::flows::schedule::{Planned, ScheduleError, schedule};
use crate::idempotency::Once;

#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct BulkScheduleOptions {
    /// 1 to 500, in the order in which they are to go out; one that stands twice counts once.
    #[schema(min_items = 1, max_items = 500)]
    content_ids: Vec<i64>,
    /// The same exact time for all. Absent: each gets the next free slot.
    at: Option<String>,
}

#[derive(Debug, Default, Serialize, ToSchema)]
pub struct BulkSchedule {
    pub scheduled: usize,
    pub moved: usize,
    pub unchanged: usize,
    pub refused: usize,
    /// In the order asked.
    pub items: Vec<ScheduleItem>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ScheduleItem {
    pub content_id: i64,
    /// scheduled, moved, unchanged or refused.
    pub outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Scheduled>,
    #[serde(flatten)]
    pub refusal: Refusal,
}

/// Give many contents their times at once. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/writer/content/bulk-schedule/", operation_id = "bulk_schedule", tag = "Calendar", request_body = BulkScheduleOptions,
    params(IdempotencyKey),
    responses(
        (status = 200, description = "One outcome each.", body = Success<BulkSchedule>),
        (status = 422, description = "`invalid_field`, `idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn bulk_schedule(
    editor: Editor,
    once: Once,
    Json(body): Json<BulkScheduleOptions>,
) -> Result<HttpResponse, Problem> {
    let when = when(body.at.as_deref())?;
    let wishes: Vec<_> = each_once(&body.content_ids)?.into_iter().map(|id| (id, when)).collect();
    let who = (editor.account_id, Some(editor.user_id));
    once.run(&editor, &body, async |tx, now| {
        let planned = schedule(tx, now, who, None, &wishes).await?;
        Ok(Success::ok(BulkSchedule::of(wishes.iter().map(|(id, _)| *id).zip(planned))))
    })
    .await
}

impl BulkSchedule {
    pub fn of(planned: impl Iterator<Item = (ContentId, Result<Planned, ScheduleError>)>) -> Self {
        let mut all = Self::default();
        for (id, planned) in planned {
            let item = ScheduleItem::new(id, planned);
            match item.outcome {
                "scheduled" => all.scheduled += 1,
                "moved" => all.moved += 1,
                "unchanged" => all.unchanged += 1,
                _ => all.refused += 1,
            }
            all.items.push(item);
        }
        all
    }
}

impl ScheduleItem {
    fn new(id: ContentId, planned: Result<Planned, ScheduleError>) -> Self {
        let content_id = id.get();
        match planned {
            Ok(planned) => {
                let time = Scheduled::new(id, planned);
                Self { content_id, outcome: time.outcome, time: Some(time), refusal: Refusal::default() }
            }
            Err(error) => Self { content_id, outcome: "refused", time: None, refusal: refusal(error).into() },
        }
    }
}
