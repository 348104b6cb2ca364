use actix_web::web::Data;
use domain::IntegrationId;
use uuid::Uuid;
use web::{List, Page, Path, Problem, ProblemBody};

use super::ImportView;
use crate::AppState;
use crate::access::Member;
use crate::api::integrations::not_found;
use crate::store::{imports, integrations};

/// List the runs through the site's posts, newest first.
#[utoipa::path(
    get, path = "/api/v1/integration/integrations/{id}/imports/", operation_id = "list_imports", tag = "Integrations",
    params(("id" = i64, Path), Page),
    responses(
        (status = 200, description = "A page of runs.", body = List<ImportView>),
        (status = 404, description = "`integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_query`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn list_imports(
    member: Member,
    state: Data<AppState>,
    id: Path<i64>,
    page: Page,
) -> Result<List<ImportView>, Problem> {
    let owner = (member.account_id, IntegrationId::new(*id));
    let before: Option<Uuid> = page.after()?;
    let connection = &mut *state.database.connection().await?;
    integrations::find(connection, owner.0, owner.1).await?.ok_or_else(not_found)?;
    let rows = imports::page(connection, owner, before, page.limit_plus_one()).await?;
    Ok(page.list(rows, |row| row.id, ImportView::from))
}
