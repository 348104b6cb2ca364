use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use domain::SiteId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{IdempotencyKey, Json, Problem, ProblemBody, Success};

use super::generate_api_key::ShownKey;
use crate::access::Owner;
use crate::api::sites;
use crate::flows::credentials;
use crate::idempotency::Once;
use crate::store;
use crate::store::api_keys;
use crate::{AppState, codes};

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Rotation {
    site_id: i64,
    /// How long the old key is still accepted; 0 ends it at once. A day unless the installation says otherwise.
    grace_seconds: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Rotated {
    #[serde(flatten)]
    shown: ShownKey,
    /// Until when the old key is accepted.
    previous_key_valid_until: Timestamp,
}

/// Replace the site's API key; the old one is accepted for a while longer. The new key is shown once. Owners only.
#[utoipa::path(
    post, path = "/api/v1/integration/integrations/rotate-api-key/", operation_id = "rotate_api_key", tag = "Integrations",
    request_body = Rotation,
    params(IdempotencyKey),
    responses(
        (status = 201, description = "The new key, this once.", body = Success<Rotated>),
        (status = 404, description = "`site_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`no_active_key`: generate one.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn rotate_api_key(
    owner: Owner,
    state: Data<AppState>,
    once: Once,
    Json(body): Json<Rotation>,
) -> Result<HttpResponse, Problem> {
    let (account, site) = (owner.account_id, SiteId::new(body.site_id));
    let limits = &state.settings.keys;
    let grace = body.grace_seconds.unwrap_or(limits.grace_seconds);
    if grace > limits.longest_grace_seconds {
        return Err(Problem::invalid_field(
            "/grace_seconds",
            format!("at most {}", limits.longest_grace_seconds),
        ));
    }
    let grace = SignedDuration::from_secs(grace.into());
    once.run(&owner, &body, async |tx, now| {
        store::sites::lock(tx.conn(), account, site).await?.ok_or_else(sites::not_found)?;
        if !api_keys::current(tx.conn(), site).await?.iter().any(api_keys::Key::is_active) {
            return Err(no_active_key());
        }
        let (key, integration) =
            credentials::rotate_key(tx, &state.pepper, (account, site), grace, now).await?;
        tracing::info!(
            account.id = account.get(),
            site.id = site.get(),
            key.hint = key.prefix_hint(),
            "API key rotated"
        );
        let location = format!("/api/v1/integration/integrations/{}/", integration.id);
        let rotated =
            Rotated { shown: ShownKey::new(&key, integration), previous_key_valid_until: now + grace };
        Ok(Success::created(location, rotated))
    })
    .await
}

pub(super) fn no_active_key() -> Problem {
    Problem::new(StatusCode::CONFLICT, codes::NO_ACTIVE_KEY, "This site has no API key. Generate one first.")
}
