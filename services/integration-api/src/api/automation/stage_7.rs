use actix_web::HttpResponse;
use domain::SiteId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{IdempotencyKey, Json, Problem, ProblemBody, Success};

use crate::access::Editor;
use crate::api::content::bulk::schedule::BulkSchedule;
use crate::api::sites;
use crate::flows::schedule::{When, schedule};
use crate::idempotency::Once;
use crate::store::{self, automation};

/// More are left for the next request.
const MOST: i64 = 500;

#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub struct Stage7 {
    site_id: i64,
}

/// What was approved and got its time.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stage7Outcome {
    #[serde(flatten)]
    pub scheduled: BulkSchedule,
    /// There may be more: ask again.
    pub more: bool,
}

/// Approve what is in review at a site, and give it and all else that is approved the next free slots by the site's publishing settings;
/// at most 500 at a time. What a person took out of the calendar stays out. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/automation/stage-7/", operation_id = "run_stage_7", tag = "Calendar", request_body = Stage7,
    params(IdempotencyKey),
    responses(
        (status = 200, description = "One outcome each.", body = Success<Stage7Outcome>),
        (status = 404, description = "`site_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn run_stage_7(
    editor: Editor,
    once: Once,
    Json(body): Json<Stage7>,
) -> Result<HttpResponse, Problem> {
    let (account, site) = (editor.account_id, SiteId::new(body.site_id));
    once.run(&editor, &body, async |tx, now| {
        store::sites::find(tx.conn(), account, site).await?.ok_or_else(sites::not_found)?;
        let contents = automation::of_site(tx.conn(), account, site, MOST).await?;
        let wishes: Vec<_> = contents.into_iter().map(|id| (id, When::NextFree)).collect();
        let planned = schedule(tx, now, (account, Some(editor.user_id)), None, &wishes).await?;
        let scheduled = BulkSchedule::of(wishes.iter().map(|(id, _)| *id).zip(planned));
        let more = i64::try_from(wishes.len()).is_ok_and(|taken| taken >= MOST);
        Ok(Success::ok(Stage7Outcome { scheduled, more }))
    })
    .await
}
