use actix_web::web::Data;
use web::{List, Page, Problem};

use super::SiteView;
use crate::AppState;
use crate::access::Member;
use crate::store::sites;

/// List the account's sites.
#[utoipa::path(
    get, path = "/api/v1/sites/", operation_id = "list_sites", tag = "Sites", params(Page),
    responses((status = 200, description = "A page of sites, by id.", body = List<SiteView>))
)]
pub async fn list_sites(
    member: Member,
    state: Data<AppState>,
    page: Page,
) -> Result<List<SiteView>, Problem> {
    let connection = &mut *state.database.connection().await?;
    let rows = sites::page(connection, member.account_id, page.after()?, page.limit_plus_one()).await?;
    Ok(page.list(rows, |row| row.id, SiteView::from))
}
