use actix_web::web::Data;
use domain::IntegrationId;
use web::{List, Page, Path, Problem, ProblemBody};

use super::DriftView;
use crate::AppState;
use crate::access::Member;
use crate::api::integrations::not_found;
use crate::store::{drift, integrations};

/// List the posts that the site and the platform do not agree on, as the last comparison found them, each with what would settle it.
#[utoipa::path(
    get, path = "/api/v1/integration/integrations/{id}/drift/", operation_id = "list_drift", tag = "Integrations",
    params(("id" = i64, Path), Page),
    responses(
        (status = 200, description = "A page of posts, by id.", body = List<DriftView>),
        (status = 404, description = "`integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_query`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn list_drift(
    member: Member,
    state: Data<AppState>,
    id: Path<i64>,
    page: Page,
) -> Result<List<DriftView>, Problem> {
    let id = IntegrationId::new(*id);
    let after: Option<i64> = page.after()?;
    let connection = &mut *state.database.connection().await?;
    integrations::find(connection, member.account_id, id).await?.ok_or_else(not_found)?;
    let rows = drift::page(connection, id, after, page.limit_plus_one()).await?;
    Ok(page.list(rows, |row| row.post_id, DriftView::from))
}
