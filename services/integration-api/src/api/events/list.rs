use actix_web::web::Data;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{List, Page, Problem, ProblemBody, Query};

use super::EventView;
use crate::AppState;
use crate::access::Member;
use crate::store::sync_events::{self, Filter};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventFilter {
    /// Of this site only.
    #[serde(alias = "site_id")]
    site: Option<i64>,
    /// Of this content only.
    #[serde(alias = "content_id")]
    content: Option<i64>,
    /// content, publish, sync, error, webhook or metadata_sync.
    #[serde(rename = "type", alias = "event_type")]
    event_type: Option<String>,
    /// What went well, or what did not.
    success: Option<bool>,
    /// From this time on.
    since: Option<Timestamp>,
}

impl From<EventFilter> for Filter {
    fn from(wanted: EventFilter) -> Self {
        Self {
            site_id: wanted.site,
            content_id: wanted.content,
            event_type: wanted.event_type.filter(|it| !it.is_empty()),
            success: wanted.success,
            since: wanted.since,
        }
    }
}

/// List what happened between the platform and the account's sites, newest first.
#[utoipa::path(
    get, path = "/api/v1/integration/events/", operation_id = "list_events", tag = "Events", params(EventFilter, Page),
    responses(
        (status = 200, description = "A page of events.", body = List<EventView>),
        (status = 422, description = "`invalid_query`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn list_events(
    member: Member,
    state: Data<AppState>,
    Query(wanted): Query<EventFilter>,
    page: Page,
) -> Result<List<EventView>, Problem> {
    let before: Option<i64> = page.after()?;
    let connection = &mut *state.database.connection().await?;
    let rows =
        sync_events::page(connection, member.account_id, &wanted.into(), before, page.limit_plus_one())
            .await?;
    Ok(page.list(rows, |row| row.id, EventView::from))
}
