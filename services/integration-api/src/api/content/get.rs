use actix_web::web::Data;
use domain::ContentId;
use web::{Path, Problem, ProblemBody, Success};

use super::{ContentView, not_found};
use crate::AppState;
use crate::access::Member;
use crate::store::{calendar, content, content_terms};

/// Read one piece of content, and how it stands on its site.
#[utoipa::path(
    get, path = "/api/v1/writer/content/{id}/", operation_id = "get_content", tag = "Content", params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The content.", body = Success<ContentView>),
        (status = 404, description = "`content_not_found`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn get_content(
    member: Member,
    state: Data<AppState>,
    id: Path<i64>,
) -> Result<Success<ContentView>, Problem> {
    let id = ContentId::new(*id);
    let connection = &mut *state.database.connection().await?;
    let (found, publication) =
        content::find(connection, member.account_id, id).await?.ok_or_else(not_found)?;
    let terms = content_terms::of(connection, member.account_id, id).await?;
    let schedule = calendar::waiting(connection, &[found.id]).await?.pop();
    Ok(ContentView::new(found, terms, publication, schedule).answer())
}
