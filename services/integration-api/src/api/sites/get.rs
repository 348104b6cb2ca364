use actix_web::web::Data;
use domain::SiteId;
use web::{Path, Problem, ProblemBody, Success};

use super::{SiteView, not_found};
use crate::AppState;
use crate::access::Member;
use crate::store::sites;

/// Show one site.
#[utoipa::path(
    get, path = "/api/v1/sites/{id}/", operation_id = "get_site", tag = "Sites", params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The site.", body = Success<SiteView>),
        (status = 404, description = "`site_not_found`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn get_site(
    member: Member,
    state: Data<AppState>,
    id: Path<i64>,
) -> Result<Success<SiteView>, Problem> {
    let connection = &mut *state.database.connection().await?;
    let site = sites::find(connection, member.account_id, SiteId::new(*id)).await?.ok_or_else(not_found)?;
    Ok(Success::ok(site.into()))
}
