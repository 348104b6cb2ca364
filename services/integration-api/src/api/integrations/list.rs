use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;
use web::{List, Page, Problem, Query};

use super::IntegrationView;
use crate::AppState;
use crate::access::Member;
use crate::store::integrations;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Only this site's.
    site: Option<i64>,
}

/// List the account's integrations.
#[utoipa::path(
    get, path = "/api/v1/integration/integrations/", operation_id = "list_integrations", tag = "Integrations", params(Which, Page),
    responses((status = 200, description = "A page of integrations, by id.", body = List<IntegrationView>))
)]
pub async fn list_integrations(
    member: Member,
    state: Data<AppState>,
    which: Query<Which>,
    page: Page,
) -> Result<List<IntegrationView>, Problem> {
    let connection = &mut *state.database.connection().await?;
    let (after, limit) = (page.after()?, page.limit_plus_one());
    let rows = integrations::page(connection, member.account_id, which.site, after, limit).await?;
    Ok(page.list(rows, |row| row.id, IntegrationView::from))
}
