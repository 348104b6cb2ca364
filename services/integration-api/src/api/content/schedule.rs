pub mod explain;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use domain::{ContentId, IntegrationId};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{IdempotencyKey, OptionalJson, Path, Problem, ProblemBody, Success};

use super::command;
use crate::access::Editor;
use crate::codes;
use crate::flows::schedule::{Outcome, Planned, ScheduleError, When, schedule};
use crate::idempotency::Once;

#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct ScheduleOptions {
    /// RFC 3339, or without an offset: by the clocks at the site. Absent: the next free slot.
    #[schema(examples("2026-12-01T10:00:00+01:00", "2026-12-01T10:00"))]
    at: Option<String>,
    /// The integration to publish through; without it, the site's.
    site_integration_id: Option<i64>,
}

/// When it goes out.
#[derive(Debug, Serialize, ToSchema)]
pub struct Scheduled {
    pub content_id: i64,
    /// `scheduled`; `moved`: it had another time; `unchanged`: it had this one.
    pub outcome: &'static str,
    pub at: Timestamp,
    /// By the clocks at the site.
    #[schema(value_type = String, examples("2026-12-01T10:00:00"))]
    pub local: DateTime,
    #[schema(examples("Europe/Berlin"))]
    pub time_zone: String,
    /// `exact` or `slot`.
    pub kind: &'static str,
}

impl Scheduled {
    pub fn new(content: ContentId, planned: Planned) -> Self {
        Self {
            content_id: content.get(),
            outcome: match planned.outcome {
                Outcome::Scheduled => "scheduled",
                Outcome::Moved => "moved",
                Outcome::Unchanged => "unchanged",
            },
            at: planned.at,
            local: planned.local,
            time_zone: planned.zone,
            kind: planned.kind.as_str(),
        }
    }
}

/// Give content a time to go out: an exact one, which limits and windows do not touch, or the next free slot. What is in review is
/// approved by it. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/writer/content/{id}/schedule/", operation_id = "schedule_content", tag = "Calendar", request_body = Option<ScheduleOptions>,
    params(("id" = i64, Path), IdempotencyKey),
    responses(
        (status = 200, description = "When it goes out.", body = Success<Scheduled>),
        (status = 404, description = "`content_not_found`, `integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (
            status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "What publish is refused for; for the next free slot also `publishing_paused`, `no_publishing_day`, \
                `no_publishing_window`, `limit_is_zero`, `no_free_slot`; `publishing_settings_unreadable`",
        ),
        (status = 422, description = "`invalid_field`, `idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn schedule_content(
    editor: Editor,
    once: Once,
    id: Path<i64>,
    OptionalJson(body): OptionalJson<ScheduleOptions>,
) -> Result<HttpResponse, Problem> {
    let body = body.unwrap_or_default();
    let (id, when) = (ContentId::new(*id), when(body.at.as_deref())?);
    let integration = body.site_integration_id.map(IntegrationId::new);
    let who = (editor.account_id, Some(editor.user_id));
    once.run(&editor, &body, async |tx, now| {
        let mut planned = schedule(tx, now, who, integration, &[(id, when)]).await?;
        let planned = planned.pop().expect("invariant: every wish has its outcome").map_err(refusal)?;
        Ok(Success::ok(Scheduled::new(id, planned)))
    })
    .await
}

pub fn when(given: Option<&str>) -> Result<When, Problem> {
    let Some(text) = given else { return Ok(When::NextFree) };
    let at = text.parse().map(When::At);
    at.or_else(|_| text.parse().map(When::Local)).map_err(|_| {
        Problem::invalid_field("/at", "a time such as 2026-12-01T10:00:00+01:00 or 2026-12-01T10:00")
    })
}

pub fn refusal(error: ScheduleError) -> Problem {
    match error {
        ScheduleError::Command(error) => command::refusal(error),
        ScheduleError::NoSlot(error) => Problem::new(StatusCode::CONFLICT, error.code(), error.to_string()),
        ScheduleError::Past => {
            Problem::invalid_field("/at", "in the past; publish it now, or choose a later time")
        }
        ScheduleError::TooFar => Problem::invalid_field("/at", "at most two years ahead"),
        ScheduleError::Settings => {
            let detail = "The site's publishing settings can't be read. Set them anew.";
            Problem::new(StatusCode::CONFLICT, codes::PUBLISHING_SETTINGS_UNREADABLE, detail)
        }
    }
}
