use actix_web::web::Data;
use domain::SiteId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Path, Problem, ProblemBody, Query, Success};

use super::not_found;
use crate::AppState;
use crate::access::Member;
use crate::store::{calendar, sites};

/// More fits on no screen.
const MOST: i64 = 1000;
const SPAN: SignedDuration = SignedDuration::from_hours(24 * 62);

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CalendarSpan {
    /// Absent: now.
    #[param(value_type = Option<String>)]
    from: Option<Timestamp>,
    /// Absent: 62 days later, which is the longest span.
    #[param(value_type = Option<String>)]
    to: Option<Timestamp>,
}

/// Something that goes out, or went out.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarEntry {
    pub content_id: i64,
    pub title: String,
    pub at: Timestamp,
    /// exact, slot or now.
    pub kind: String,
    /// Null: it waits.
    pub released_at: Option<Timestamp>,
    /// Why it has not gone out although its time has come: min_gap, publishing_paused, what keeps it from a slot, or what publish is refused
    /// for.
    pub hold: Option<String>,
}

/// Show what goes out at a site, and what went out, in its order; at most 1000 entries.
#[utoipa::path(
    get, path = "/api/v1/sites/{id}/calendar/", operation_id = "get_site_calendar", tag = "Calendar", params(("id" = i64, Path), CalendarSpan),
    responses(
        (status = 200, description = "The entries.", body = Success<Vec<CalendarEntry>>),
        (status = 404, description = "`site_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_query`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn get_site_calendar(
    member: Member,
    state: Data<AppState>,
    id: Path<i64>,
    Query(span): Query<CalendarSpan>,
) -> Result<Success<Vec<CalendarEntry>>, Problem> {
    let (site, account) = (SiteId::new(*id), member.account_id);
    let from = span.from.unwrap_or_else(|| state.clock.now());
    let latest = from.saturating_add(SPAN).unwrap_or(Timestamp::MAX);
    let to = span.to.unwrap_or(latest).min(latest);
    let connection = &mut *state.database.connection().await?;
    sites::find(connection, account, site).await?.ok_or_else(not_found)?;
    let rows = calendar::between(connection, account, site, (from, to), MOST).await?;
    let entry = |(row, title): (calendar::Entry, String)| CalendarEntry {
        content_id: row.content_id,
        title,
        at: row.at,
        kind: row.kind,
        released_at: row.released_at,
        hold: row.hold,
    };
    Ok(Success::ok(rows.into_iter().map(entry).collect()))
}
