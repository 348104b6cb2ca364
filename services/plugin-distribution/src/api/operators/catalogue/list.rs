use actix_web::web::Data;
use web::{List, Page, Problem, ProblemBody};

use super::{PluginView, views};
use crate::AppState;
use crate::access::Operator;
use crate::store::plugins;

/// List the plugins
#[utoipa::path(
    get,
    path = "/api/plugins/",
    operation_id = "list_plugins",
    tag = "Operators",
    params(Page),
    security(("operator_token" = [])),
    responses(
        (status = 200, description = "A page of plugins, by slug", body = List<PluginView>),
        (status = 400, description = "invalid_cursor", body = ProblemBody),
        (status = 401, description = "unauthenticated, token_invalid", body = ProblemBody),
        (status = 422, description = "invalid_query", body = ProblemBody),
    )
)]
pub async fn list_plugins(
    _: Operator,
    page: Page,
    state: Data<AppState>,
) -> Result<List<PluginView>, Problem> {
    let connection = &mut *state.database.connection().await?;
    let rows = plugins::after(connection, page.after()?, page.limit_plus_one()).await?;
    Ok(page.list(views(connection, rows).await?, |it| it.slug.clone(), |it| it))
}
