use actix_web::http::Uri;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Json, Path, Problem, ProblemBody, Success};

use super::{PluginView, view};
use crate::AppState;
use crate::access::Operator;
use crate::flows::ActError;
use crate::store::plugins::{self, PluginChange};

/// What is left out stays. Everything else of a plugin comes from its source.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// An https address; empty for none.
    #[schema(max_length = 2000)]
    icon_url: Option<String>,
    /// The same.
    #[schema(max_length = 2000)]
    banner_url: Option<String>,
    /// Off: sites hear that there is no such plugin.
    is_active: Option<bool>,
}

/// Change a plugin
#[utoipa::path(
    patch,
    path = "/api/plugins/{slug}/",
    operation_id = "change_plugin",
    tag = "Operators",
    params(("slug" = String, Path)),
    request_body = Change,
    security(("operator_token" = [])),
    responses(
        (status = 200, body = Success<PluginView>),
        (status = 401, description = "unauthenticated, token_invalid", body = ProblemBody),
        (status = 404, description = "not_found", body = ProblemBody),
        (status = 422, description = "invalid_field", body = ProblemBody),
    )
)]
pub async fn change_plugin(
    _: Operator,
    slug: Path<String>,
    change: Json<Change>,
    state: Data<AppState>,
) -> Result<Success<PluginView>, Problem> {
    let Change { icon_url, banner_url, is_active } = change.into_inner();
    for (field, url) in [("/icon_url", &icon_url), ("/banner_url", &banner_url)] {
        if url.as_deref().is_some_and(|it| !is_picture(it)) {
            return Err(Problem::invalid_field(field, "is no https address of 2000 characters at most"));
        }
    }
    let change = PluginChange { icon_url: icon_url.as_deref(), banner_url: banner_url.as_deref(), is_active };
    let connection = &mut *state.database.connection().await?;
    let plugin = plugins::change(connection, &slug, &change).await?;
    let plugin = plugin.ok_or_else(|| ActError::NoPlugin(slug.into_inner()))?;
    Ok(Success::ok(view(connection, plugin).await?))
}

/// WordPress shows it to administrators, from wherever it is.
fn is_picture(url: &str) -> bool {
    let is_https = |it: Uri| it.scheme_str() == Some("https") && it.host().is_some_and(|it| !it.is_empty());
    url.is_empty() || (url.len() <= 2000 && url.parse().is_ok_and(is_https))
}
