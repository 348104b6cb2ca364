use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use domain::SiteId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{IdempotencyKey, Json, Problem, ProblemBody, Success};

use super::IntegrationView;
use crate::access::Owner;
use crate::api::sites;
use crate::codes;
use crate::flows::credentials;
use crate::idempotency::Once;
use crate::store;
use crate::store::integrations::{self, Choice};

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct NewIntegration {
    #[serde(alias = "site")]
    site_id: i64,
    #[serde(default)]
    platform: Platform,
    is_active: Option<bool>,
    sync_enabled: Option<bool>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    #[default]
    Wordpress,
}

/// Make a site's integration, yet without a key; generating one makes it too. Owners only.
#[utoipa::path(
    post, path = "/api/v1/integration/integrations/", operation_id = "create_integration", tag = "Integrations", request_body = NewIntegration,
    params(IdempotencyKey),
    responses(
        (status = 201, description = "The integration.", body = Success<IntegrationView>),
        (status = 404, description = "`site_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`already_connected`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn create_integration(
    owner: Owner,
    once: Once,
    Json(body): Json<NewIntegration>,
) -> Result<HttpResponse, Problem> {
    let (account, site) = (owner.account_id, SiteId::new(body.site_id));
    once.run(&owner, &body, async |tx, now| {
        let found = store::sites::lock(tx.conn(), account, site).await?.ok_or_else(sites::not_found)?;
        let made = integrations::create(tx.conn(), (account, site), &found.url, now)
            .await?
            .ok_or_else(already_connected)?;
        let choice = Choice { is_active: body.is_active, sync_enabled: body.sync_enabled };
        let made = integrations::choose(tx.conn(), domain::IntegrationId::new(made.id), &choice, now).await?;
        credentials::announce(tx, account, site, now).await?;
        let location = format!("/api/v1/integration/integrations/{}/", made.id);
        Ok(Success::created(location, IntegrationView::from(made)))
    })
    .await
}

fn already_connected() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        codes::ALREADY_CONNECTED,
        "This site has an integration already. Use that one, or delete it first.",
    )
}
