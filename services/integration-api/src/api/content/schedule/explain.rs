use actix_web::http::StatusCode;
use actix_web::web::Data;
use domain::ContentId;
use domain::publishing::{DueKind, Taken, Timetable, explain};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Path, Problem, ProblemBody, Success};

use super::super::not_found;
use crate::access::Member;
use crate::flows::timetable::taken_at;
use crate::store::calendar::{self, Entry};
use crate::store::{content, publishing_settings};
use crate::{AppState, codes};

/// Why an item goes out when it does.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScheduleExplanation {
    pub content_id: i64,
    pub at: Timestamp,
    /// By the clocks at the site.
    #[schema(value_type = String)]
    pub local: DateTime,
    pub time_zone: String,
    /// exact or slot.
    pub kind: String,
    /// What was looked at, in the order of time; the last is the answer.
    pub reasons: Vec<ExplainedReason>,
    /// Why it has not gone out although its time has come: min_gap, publishing_paused, what keeps it from a slot, or what publish is refused
    /// for.
    pub hold: Option<String>,
    /// When that is looked at again.
    pub look_again_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainedReason {
    /// Such as week_full, blackout, too_near, or first_free.
    pub code: &'static str,
    pub text: String,
}

/// Tell why scheduled content goes out when it does, by the settings and the calendar as they are now.
#[utoipa::path(
    get, path = "/api/v1/writer/content/{id}/schedule/explain/", operation_id = "explain_schedule", tag = "Calendar",
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The reasons.", body = Success<ScheduleExplanation>),
        (status = 404, description = "`content_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`not_scheduled`, `publishing_settings_unreadable`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn explain_schedule(
    member: Member,
    state: Data<AppState>,
    id: Path<i64>,
) -> Result<Success<ScheduleExplanation>, Problem> {
    let connection = &mut *state.database.connection().await?;
    if !content::exists(connection, member.account_id, ContentId::new(*id)).await? {
        return Err(not_found());
    }
    let entry = calendar::waiting(connection, &[*id]).await?.pop().ok_or_else(not_scheduled)?;
    let settings = publishing_settings::of_sites(connection, &[entry.site_id]).await?.remove(&entry.site_id);
    let timetable = settings.map(|it| it.settings.0).unwrap_or_default().check().map_err(|_| unreadable())?;
    let taken = taken_at(connection, entry.site_id, &timetable, entry.asked_at).await?;
    Ok(Success::ok(explanation(entry, &timetable, &taken)))
}

fn explanation(entry: Entry, timetable: &Timetable, taken: &Taken) -> ScheduleExplanation {
    let is_exact = entry.kind == DueKind::Exact.as_str();
    let reasons = if is_exact {
        let text = "A person chose this time: days, windows and limits do not apply to it".to_owned();
        vec![ExplainedReason { code: "exact_time", text }]
    } else {
        let reasons = explain(timetable, taken, entry.asked_at, entry.at).reasons;
        reasons.iter().map(|it| ExplainedReason { code: it.code(), text: it.to_string() }).collect()
    };
    ScheduleExplanation {
        content_id: entry.content_id,
        at: entry.at,
        local: timetable.local(entry.at),
        time_zone: timetable.zone_name().to_owned(),
        kind: entry.kind,
        reasons,
        hold: entry.hold,
        look_again_at: entry.look_again_at,
    }
}

fn not_scheduled() -> Problem {
    let detail = "This content has no time in the calendar. Schedule it first.";
    Problem::new(StatusCode::CONFLICT, codes::NOT_SCHEDULED, detail)
}

fn unreadable() -> Problem {
    super::refusal(crate::flows::schedule::ScheduleError::Settings)
}
