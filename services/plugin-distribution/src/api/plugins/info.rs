//! What WordPress' details window shows of the plugin. Anyone may.

use actix_web::HttpResponse;
use actix_web::web::Data;
use web::{Path, Problem, ProblemBody, Success};

use super::answer;
use crate::AppState;
use crate::offers::PluginInfo;

/// Show the plugin
#[utoipa::path(
    get,
    path = "/api/plugins/{slug}/info/",
    operation_id = "get_plugin_info",
    tag = "plugins",
    params(("slug" = String, Path)),
    responses(
        (status = 200, body = Success<PluginInfo>),
        (status = 404, description = "not_found", body = ProblemBody),
        (status = 503, description = "unavailable", body = ProblemBody),
    )
)]
pub async fn get_plugin_info(slug: Path<String>, state: Data<AppState>) -> Result<HttpResponse, Problem> {
    Ok(answer(state.offers.plugin(&slug)?.info()?))
}
