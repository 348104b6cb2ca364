use actix_web::web::Data;
use domain::SiteId;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Json, Problem, ProblemBody, Success};

use super::generate_api_key::WhichSite;
use super::rotate_api_key::no_active_key;
use crate::AppState;
use crate::access::Owner;
use crate::api::sites;
use crate::flows::credentials;
use crate::store;

#[derive(Debug, Serialize, ToSchema)]
pub struct Revoked {
    site_id: i64,
    /// The present one and those still in their grace.
    revoked_keys: usize,
}

/// End all of the site's API keys at once. It is locked out until it gets a new one. Owners only.
#[utoipa::path(
    post, path = "/api/v1/integration/integrations/revoke-api-key/", operation_id = "revoke_api_key", tag = "Integrations",
    request_body = WhichSite,
    responses(
        (status = 200, description = "They are accepted no more.", body = Success<Revoked>),
        (status = 404, description = "`site_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`no_active_key`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn revoke_api_key(
    owner: Owner,
    state: Data<AppState>,
    Json(body): Json<WhichSite>,
) -> Result<Success<Revoked>, Problem> {
    let (account, site, now) = (owner.account_id, SiteId::new(body.site_id), state.clock.now());
    let revoked_keys = state
        .database
        .transaction(async |tx| -> Result<usize, Problem> {
            store::sites::lock(tx.conn(), account, site).await?.ok_or_else(sites::not_found)?;
            match credentials::revoke_keys(tx, account, site, now).await? {
                0 => Err(no_active_key()),
                count => Ok(count),
            }
        })
        .await?;
    tracing::info!(account.id = account.get(), site.id = site.get(), "API keys revoked");
    Ok(Success::ok(Revoked { site_id: site.get(), revoked_keys }))
}
