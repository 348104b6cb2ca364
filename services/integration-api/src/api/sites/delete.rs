use actix_web::HttpResponse;
use actix_web::web::Data;
use domain::SiteId;
use web::{Path, Problem, ProblemBody};

use super::not_found;
use crate::AppState;
use crate::access::Owner;
use crate::flows::credentials;
use crate::store::{calendar, sites};

/// Delete a site: its keys end at once, its integration is gone, its content stays in the history. Owners only.
#[utoipa::path(
    delete, path = "/api/v1/sites/{id}/", operation_id = "delete_site", tag = "Sites", params(("id" = i64, Path)),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, description = "`site_not_found`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn delete_site(
    owner: Owner,
    state: Data<AppState>,
    id: Path<i64>,
) -> Result<HttpResponse, Problem> {
    let (site, now) = (SiteId::new(*id), state.clock.now());
    state
        .database
        .transaction(async |tx| -> Result<(), Problem> {
            sites::lock(tx.conn(), owner.account_id, site).await?.ok_or_else(not_found)?;
            calendar::clear(tx.conn(), site).await?;
            credentials::disconnect(tx, owner.account_id, site, now).await?;
            sites::delete(tx.conn(), site, now).await?;
            Ok(())
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
