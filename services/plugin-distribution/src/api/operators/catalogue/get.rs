use actix_web::web::Data;
use web::{Path, Problem, ProblemBody, Success};

use super::{PluginView, view};
use crate::AppState;
use crate::access::Operator;
use crate::flows::ActError;
use crate::store::plugins;

/// Show a plugin as operators see it
#[utoipa::path(
    get,
    path = "/api/plugins/{slug}/",
    operation_id = "get_plugin",
    tag = "Operators",
    params(("slug" = String, Path)),
    security(("operator_token" = [])),
    responses(
        (status = 200, body = Success<PluginView>),
        (status = 401, description = "unauthenticated, token_invalid", body = ProblemBody),
        (status = 404, description = "not_found", body = ProblemBody),
    )
)]
pub async fn get_plugin(
    _: Operator,
    slug: Path<String>,
    state: Data<AppState>,
) -> Result<Success<PluginView>, Problem> {
    let connection = &mut *state.database.connection().await?;
    let plugin = plugins::find(connection, &slug).await?;
    let plugin = plugin.ok_or_else(|| ActError::NoPlugin(slug.into_inner()))?;
    Ok(Success::ok(view(connection, plugin).await?))
}
