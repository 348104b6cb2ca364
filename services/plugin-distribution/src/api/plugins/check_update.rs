//! Whether there is a newer version for a site. Anyone may.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::plugin::offer::Asker;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Json, Problem, ProblemBody, Success};

use super::answer;
use crate::AppState;
use crate::offers::{Channel, Update};

#[derive(Debug, Deserialize, ToSchema)]
pub struct Installed {
    #[serde(rename = "current_version")]
    #[schema(example = "1.3.4")]
    plugin: String,
    #[serde(rename = "wp_version")]
    wordpress: Option<String>,
    #[serde(rename = "php_version")]
    php: Option<String>,
    /// Its host decides when the site's turn comes in a staged roll-out.
    #[serde(default)]
    site_url: String,
    #[serde(default)]
    channel: Channel,
}

/// Check for an update
#[utoipa::path(
    post,
    path = "/api/plugins/{slug}/check-update/",
    operation_id = "check_update",
    tag = "plugins",
    params(("slug" = String, Path)),
    request_body = Installed,
    responses(
        (status = 200, body = Success<Update>),
        (status = 404, description = "not_found", body = ProblemBody),
        (status = 422, description = "invalid_field", body = ProblemBody),
        (status = 503, description = "unavailable", body = ProblemBody),
    )
)]
pub async fn check_update(
    request: HttpRequest,
    installed: Json<Installed>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let installed = &installed.0;
    let slug = request.match_info().get("slug").unwrap_or_default();
    let asker = Asker {
        version: &installed.plugin,
        wordpress: installed.wordpress.as_deref(),
        php: installed.php.as_deref(),
        site_url: &installed.site_url,
    };
    Ok(answer(state.offers.plugin(slug)?.update_for(installed.channel, &asker)?))
}
