use actix_web::web::Data;
use database::Tx;
use domain::{AccountId, SiteId};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Json, Path, Problem, ProblemBody, Success};

use super::{HostingType, SiteView, not_found};
use crate::AppState;
use crate::access::Owner;
use crate::flows::credentials;
use crate::store::sites::{self, Change};

#[derive(Debug, Deserialize, ToSchema)]
pub struct SiteChange {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// Another address suspends the site's integration until the plugin there proves its key, or an application password is given anew.
    url: Option<String>,
    hosting_type: Option<HostingType>,
}

/// All of a site that can be set.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SiteReplacement {
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Another address suspends the site's integration until the plugin there proves its key, or an application password is given anew.
    url: String,
    #[serde(default)]
    hosting_type: HostingType,
}

/// Change some of a site. Owners only.
#[utoipa::path(
    patch, path = "/api/v1/sites/{id}/", operation_id = "update_site", tag = "Sites", params(("id" = i64, Path)), request_body = SiteChange,
    responses(
        (status = 200, description = "The site as it is now.", body = Success<SiteView>),
        (status = 404, description = "`site_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`site_exists`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_site_url`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn update_site(
    owner: Owner,
    state: Data<AppState>,
    id: Path<i64>,
    Json(body): Json<SiteChange>,
) -> Result<Success<SiteView>, Problem> {
    let name = body.name.as_deref().map(super::name).transpose()?;
    let url = body.url.as_deref().map(|it| super::url(it, &state.address_policy)).transpose()?;
    let change = Change {
        name,
        url: url.as_ref().map(domain::SiteUrl::as_str),
        hosting_type: body.hosting_type.map(HostingType::as_str),
    };
    let now = state.clock.now();
    let site = SiteId::new(*id);
    let changed = state
        .database
        .transaction(async |tx| change_site(tx, owner.account_id, site, &change, now).await)
        .await?;
    Ok(Success::ok(changed.into()))
}

/// Set all of a site. Owners only.
#[utoipa::path(
    put, path = "/api/v1/sites/{id}/", operation_id = "replace_site", tag = "Sites", params(("id" = i64, Path)), request_body = SiteReplacement,
    responses(
        (status = 200, description = "The site as it is now.", body = Success<SiteView>),
        (status = 404, description = "`site_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`site_exists`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_site_url`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn replace_site(
    owner: Owner,
    state: Data<AppState>,
    id: Path<i64>,
    Json(body): Json<SiteReplacement>,
) -> Result<Success<SiteView>, Problem> {
    let change =
        SiteChange { name: Some(body.name), url: Some(body.url), hosting_type: Some(body.hosting_type) };
    update_site(owner, state, id, Json(change)).await
}

async fn change_site(
    tx: &mut Tx,
    account: AccountId,
    id: SiteId,
    change: &Change<'_>,
    now: Timestamp,
) -> Result<sites::Site, Problem> {
    let before = sites::lock(tx.conn(), account, id).await?.ok_or_else(not_found)?;
    let after = sites::update(tx.conn(), id, change, now).await.map_err(super::refusal)?;
    if after.url != before.url {
        credentials::move_site(tx, account, id, now).await?;
    }
    Ok(after)
}
