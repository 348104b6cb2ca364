use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::{IntegrationId, SiteId};
use web::{Path, Problem, ProblemBody};

use super::not_found;
use crate::AppState;
use crate::access::Owner;
use crate::flows::credentials;
use crate::store::{integrations, sites};

/// Disconnect a site: its keys end at once, and nothing goes in or out. The site and its content stay. Owners only.
#[utoipa::path(
    delete, path = "/api/v1/integration/integrations/{id}/", operation_id = "delete_integration", tag = "Integrations",
    params(("id" = i64, Path)),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "`integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn delete_integration(
    owner: Owner,
    state: Data<AppState>,
    id: Path<i64>,
) -> Result<HttpResponse, Problem> {
    let (account, id, now) = (owner.account_id, IntegrationId::new(*id), state.clock.now());
    state
        .database
        .transaction(async |tx| -> Result<(), Problem> {
            let found = integrations::find(tx.conn(), account, id).await?.ok_or_else(not_found)?;
            let site = SiteId::new(found.site_id);
            sites::lock(tx.conn(), account, site).await?.ok_or_else(not_found)?;
            credentials::disconnect(tx, account, site, now).await?;
            Ok(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
