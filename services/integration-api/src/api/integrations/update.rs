use actix_web::web::Data;
use domain::IntegrationId;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Json, Path, Problem, ProblemBody, Success};

use super::{IntegrationView, not_found};
use crate::AppState;
use crate::access::Owner;
use crate::store::integrations::{self, Choice};

#[derive(Debug, Deserialize, ToSchema)]
pub struct IntegrationChange {
    /// Whether posts may be sent.
    is_active: Option<bool>,
    /// Whether changes are synchronised by themselves.
    sync_enabled: Option<bool>,
}

/// Change what the owner decides of an integration; what the site says of itself changes when the site says so. Owners only.
#[utoipa::path(
    patch, path = "/api/v1/integration/integrations/{id}/", operation_id = "update_integration", tag = "Integrations",
    params(("id" = i64, Path)), request_body = IntegrationChange,
    responses(
        (status = 200, description = "The integration as it is now.", body = Success<IntegrationView>),
        (status = 404, description = "`integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn update_integration(
    owner: Owner,
    state: Data<AppState>,
    id: Path<i64>,
    Json(body): Json<IntegrationChange>,
) -> Result<Success<IntegrationView>, Problem> {
    let id = IntegrationId::new(*id);
    let choice = Choice { is_active: body.is_active, sync_enabled: body.sync_enabled };
    let changed = state
        .database
        .transaction(async |tx| -> Result<_, Problem> {
            integrations::find(tx.conn(), owner.account_id, id).await?.ok_or_else(not_found)?;
            Ok(integrations::choose(tx.conn(), id, &choice, state.clock.now()).await?)
        })
        .await?;
    Ok(Success::ok(changed.into()))
}

/// The same as PATCH, for older programs.
#[utoipa::path(
    put, path = "/api/v1/integration/integrations/{id}/", operation_id = "replace_integration", tag = "Integrations",
    params(("id" = i64, Path)), request_body = IntegrationChange,
    responses(
        (status = 200, description = "The integration as it is now.", body = Success<IntegrationView>),
        (status = 404, description = "`integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn replace_integration(
    owner: Owner,
    state: Data<AppState>,
    id: Path<i64>,
    body: Json<IntegrationChange>,
) -> Result<Success<IntegrationView>, Problem> {
    update_integration(owner, state, id, body).await
}
