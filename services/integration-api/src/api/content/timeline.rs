use actix_web::web::Data;
use domain::ContentId;
use web::{List, Page, Path, Problem, ProblemBody};

use super::not_found;
use crate::AppState;
use crate::access::Member;
use crate::api::events::EventView;
use crate::store::content;
use crate::store::sync_events::{self, Filter};

/// List everything that happened to one piece of content, newest first.
#[utoipa::path(
    get, path = "/api/v1/writer/content/{id}/timeline/", operation_id = "list_content_timeline", tag = "Content",
    params(("id" = i64, Path), Page),
    responses(
        (status = 200, description = "A page of events.", body = List<EventView>),
        (status = 404, description = "`content_not_found`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn list_content_timeline(
    member: Member,
    state: Data<AppState>,
    id: Path<i64>,
    page: Page,
) -> Result<List<EventView>, Problem> {
    let before: Option<i64> = page.after()?;
    let connection = &mut *state.database.connection().await?;
    if !content::exists(connection, member.account_id, ContentId::new(*id)).await? {
        return Err(not_found());
    }
    let filter = Filter { content_id: Some(*id), ..Filter::default() };
    let rows =
        sync_events::page(connection, member.account_id, &filter, before, page.limit_plus_one()).await?;
    Ok(page.list(rows, |row| row.id, EventView::from))
}
