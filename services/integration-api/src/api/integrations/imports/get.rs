use actix_web::web::Data;
use domain::IntegrationId;
use uuid::Uuid;
use web::{Path, Problem, ProblemBody, Success};

use super::{ImportView, not_found};
use crate::AppState;
use crate::access::Member;
use crate::store::imports;

/// Look how far a run through the site's posts is.
#[utoipa::path(
    get, path = "/api/v1/integration/integrations/{id}/imports/{import_id}/", operation_id = "get_import", tag = "Integrations",
    params(("id" = i64, Path), ("import_id" = Uuid, Path)),
    responses(
        (status = 200, description = "How far it is.", body = Success<ImportView>),
        (status = 404, description = "`import_not_found`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn get_import(
    member: Member,
    state: Data<AppState>,
    path: Path<(i64, Uuid)>,
) -> Result<Success<ImportView>, Problem> {
    let (integration, import) = path.into_inner();
    let owner = (member.account_id, IntegrationId::new(integration));
    let found = imports::find(&mut *state.database.connection().await?, owner, import).await?;
    Ok(Success::ok(found.ok_or_else(not_found)?.into()))
}
