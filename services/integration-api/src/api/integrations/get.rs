use actix_web::web::Data;
use domain::IntegrationId;
use web::{Path, Problem, ProblemBody, Success};

use super::{IntegrationView, not_found};
use crate::AppState;
use crate::access::Member;
use crate::store::integrations;

/// Show one integration.
#[utoipa::path(
    get, path = "/api/v1/integration/integrations/{id}/", operation_id = "get_integration", tag = "Integrations", params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The integration.", body = Success<IntegrationView>),
        (status = 404, description = "`integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn get_integration(
    member: Member,
    state: Data<AppState>,
    id: Path<i64>,
) -> Result<Success<IntegrationView>, Problem> {
    let connection = &mut *state.database.connection().await?;
    let found = integrations::find(connection, member.account_id, IntegrationId::new(*id)).await?;
    Ok(Success::ok(found.ok_or_else(not_found)?.into()))
}
