use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use domain::{ApiKey, SiteId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{IdempotencyKey, Json, Problem, ProblemBody, Success};

use super::IntegrationView;
use crate::access::Owner;
use crate::api::sites;
use crate::flows::credentials;
use crate::idempotency::Once;
use crate::store;
use crate::store::api_keys;
use crate::store::integrations::Integration;
use crate::{AppState, codes};

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WhichSite {
    pub site_id: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ShownKey {
    /// Shown this once: to be copied into the plugin.
    #[schema(examples("igny8_live_…"))]
    pub api_key: String,
    /// Enough to recognise it later.
    #[schema(examples("igny8_live_…3kF9"))]
    pub hint: String,
    pub integration: IntegrationView,
}

impl ShownKey {
    pub fn new(key: &ApiKey, integration: Integration) -> Self {
        Self { api_key: key.expose().to_owned(), hint: key.prefix_hint(), integration: integration.into() }
    }
}

/// Make the site's API key, and its integration if there is none. The key is shown once. Owners only.
#[utoipa::path(
    post, path = "/api/v1/integration/integrations/generate-api-key/", operation_id = "generate_api_key", tag = "Integrations",
    request_body = WhichSite,
    params(IdempotencyKey),
    responses(
        (status = 201, description = "The key, this once.", body = Success<ShownKey>),
        (status = 404, description = "`site_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`key_exists`: rotate or revoke it.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn generate_api_key(
    owner: Owner,
    state: Data<AppState>,
    once: Once,
    Json(body): Json<WhichSite>,
) -> Result<HttpResponse, Problem> {
    let (account, site) = (owner.account_id, SiteId::new(body.site_id));
    once.run(&owner, &body, async |tx, now| {
        store::sites::lock(tx.conn(), account, site).await?.ok_or_else(sites::not_found)?;
        if api_keys::current(tx.conn(), site).await?.iter().any(api_keys::Key::is_active) {
            return Err(key_exists());
        }
        let (key, integration) = credentials::give_key(tx, &state.pepper, (account, site), now).await?;
        tracing::info!(
            account.id = account.get(),
            site.id = site.get(),
            key.hint = key.prefix_hint(),
            "API key made"
        );
        let location = format!("/api/v1/integration/integrations/{}/", integration.id);
        Ok(Success::created(location, ShownKey::new(&key, integration)))
    })
    .await
}

fn key_exists() -> Problem {
    let detail = "This site has an API key already, and it is not shown again. Rotate it to get a new one, or revoke it.";
    Problem::new(StatusCode::CONFLICT, codes::KEY_EXISTS, detail)
}
