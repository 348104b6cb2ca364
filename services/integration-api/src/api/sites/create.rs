use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{IdempotencyKey, Json, Problem, ProblemBody, Success};

use super::{HostingType, SiteView};
use crate::AppState;
use crate::access::Owner;
use crate::idempotency::Once;
use crate::store::sites;

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct NewSite {
    #[schema(min_length = 1, max_length = 200, examples("Example"))]
    name: String,
    /// As the browser shows it.
    #[schema(examples("https://example.com"))]
    url: String,
    #[serde(default)]
    hosting_type: HostingType,
}

/// Add a site to the account. Owners only.
#[utoipa::path(
    post, path = "/api/v1/sites/", operation_id = "create_site", tag = "Sites", request_body = NewSite,
    params(IdempotencyKey),
    responses(
        (status = 201, description = "The site.", body = Success<SiteView>),
        (status = 409, description = "`site_exists`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_site_url`: not a public web address.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn create_site(
    owner: Owner,
    state: Data<AppState>,
    once: Once,
    Json(body): Json<NewSite>,
) -> Result<HttpResponse, Problem> {
    let name = super::name(&body.name)?;
    let url = super::url(&body.url, &state.address_policy)?;
    once.run(&owner, &body, async |tx, now| {
        let new = sites::NewSite {
            account_id: owner.account_id.get(),
            name,
            url: url.as_str(),
            hosting_type: body.hosting_type.as_str(),
        };
        let site = sites::create(tx.conn(), &new, now).await.map_err(super::refusal)?;
        Ok(Success::created(format!("/api/v1/sites/{}/", site.id), SiteView::from(site)))
    })
    .await
}
