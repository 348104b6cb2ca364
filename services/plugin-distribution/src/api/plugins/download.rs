//! The plugin's package. Anyone may.

use actix_web::http::header::{self, ETag, EntityTag, Header, IfNoneMatch};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use utoipa::IntoParams;
use web::{ClientIp, Path, Problem, ProblemBody, Query};

use super::{nothing_released, plugin};
use crate::AppState;
use crate::store::downloads::{self, Download};
use crate::store::versions;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The latest if it is left out.
    version: Option<String>,
}

/// Download the plugin
#[utoipa::path(
    get,
    path = "/api/plugins/{slug}/download/",
    operation_id = "download_plugin",
    tag = "plugins",
    params(("slug" = String, Path), Wanted),
    responses(
        (status = 200, description = "The ZIP; its SHA-256 is the ETag", content_type = "application/zip", body = Vec<u8>),
        (status = 304, description = "The ETag is still right"),
        (status = 404, description = "not_found", body = ProblemBody),
    )
)]
pub async fn download_plugin(
    request: HttpRequest,
    slug: Path<String>,
    wanted: Query<Wanted>,
    client: ClientIp,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let connection = &mut *state.database.connection().await?;
    let plugin = plugin(connection, &slug).await?;
    let version = match &wanted.version {
        Some(version) => {
            versions::find(connection, plugin.id, version).await?.filter(|it| it.status == "released")
        }
        None => versions::latest(connection, plugin.id).await?,
    };
    let version = version.ok_or_else(nothing_released)?;
    let tag = EntityTag::new_strong(version.checksum_sha256.clone());
    if has(&request, &tag) {
        return Ok(HttpResponse::NotModified().insert_header(ETag(tag)).finish());
    }
    let package = state
        .shelf
        .get(&version.file_path, &version.checksum_sha256)
        .await
        .map_err(|e| Problem::internal(&e))?;
    let user_agent =
        request.headers().get(header::USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let user_agent: String = user_agent.chars().take(300).collect();
    let ip_address = client.0.to_string();
    let download =
        Download { plugin_version_id: version.id, ip_address: &ip_address, user_agent: &user_agent };
    downloads::note(connection, &download).await?;
    let file_name = format!("attachment; filename=\"{}-{}.zip\"", plugin.slug, version.version);
    Ok(HttpResponse::Ok()
        .content_type("application/zip")
        .insert_header(ETag(tag))
        .insert_header((header::CONTENT_DISPOSITION, file_name))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .body(package))
}

fn has(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|it| it.weak_eq(tag)),
        Ok(IfNoneMatch::Any) => request.headers().contains_key(header::IF_NONE_MATCH),
        Err(_) => false,
    }
}
