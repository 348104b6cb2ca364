use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Json, Problem, ProblemBody, Success};

use super::{PluginView, view};
use crate::AppState;
use crate::access::Operator;
use crate::artifact::is_slug;
use crate::store::plugins;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlugin {
    /// The name of its folder and of its main file.
    #[schema(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", max_length = 100)]
    slug: String,
    /// Until a release says another.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
}

/// Create a plugin that has no version yet
#[utoipa::path(
    post,
    path = "/api/plugins/",
    operation_id = "create_plugin",
    tag = "Operators",
    request_body = NewPlugin,
    security(("operator_token" = [])),
    responses(
        (status = 201, body = Success<PluginView>),
        (status = 401, description = "unauthenticated, token_invalid", body = ProblemBody),
        (status = 409, description = "plugin_exists", body = ProblemBody),
        (status = 422, description = "invalid_field", body = ProblemBody),
    )
)]
pub async fn create_plugin(
    _: Operator,
    plugin: Json<NewPlugin>,
    state: Data<AppState>,
) -> Result<Success<PluginView>, Problem> {
    let NewPlugin { slug, name } = plugin.into_inner();
    if !is_slug(&slug) || slug.len() > 100 {
        let message = "lower-case letters and digits, with hyphens between; 100 at most";
        return Err(Problem::invalid_field("/slug", message));
    }
    if name.trim().is_empty() || name.chars().count() > 200 {
        return Err(Problem::invalid_field("/name", "1 to 200 characters"));
    }
    let connection = &mut *state.database.connection().await?;
    let Some(created) = plugins::create(connection, &slug, name.trim()).await? else {
        let detail = "There is a plugin of this slug already; change it, or upload a version to it.";
        return Err(Problem::new(StatusCode::CONFLICT, "plugin_exists", detail));
    };
    Ok(Success::created(format!("/api/plugins/{slug}/"), view(connection, created).await?))
}
