//! What WordPress' details window shows of the plugin. Anyone may.

use actix_web::web::Data;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use web::{Path, Problem, ProblemBody, Success};

use super::{offered, package_url};
use crate::AppState;

#[derive(Debug, Serialize, ToSchema)]
pub struct PluginInfo {
    name: String,
    slug: String,
    version: String,
    author: String,
    author_profile: String,
    homepage: String,
    short_description: String,
    /// Least WordPress version.
    requires: String,
    tested: String,
    requires_php: String,
    last_updated: Option<Timestamp>,
    /// HTML by name: description, installation, faq, changelog.
    #[schema(value_type = Object)]
    sections: Value,
    #[schema(value_type = Object)]
    icons: Value,
    #[schema(value_type = Object)]
    banners: Value,
    download_link: String,
    size: i64,
    md5: String,
    sha256: String,
}

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
    )
)]
pub async fn get_plugin_info(
    slug: Path<String>,
    state: Data<AppState>,
) -> Result<Success<PluginInfo>, Problem> {
    let (plugin, version) = offered(&mut *state.database.connection().await?, &slug).await?;
    let picture = |name: &str, url: &str| {
        if url.is_empty() { serde_json::json!({}) } else { serde_json::json!({name: url}) }
    };
    Ok(Success::ok(PluginInfo {
        download_link: package_url(&state, &plugin.slug),
        icons: picture("2x", &plugin.icon_url),
        banners: picture("low", &plugin.banner_url),
        name: plugin.name,
        slug: plugin.slug,
        version: version.version,
        author: plugin.author,
        author_profile: plugin.author_url,
        homepage: plugin.plugin_url,
        short_description: plugin.description,
        requires: version.requires_version,
        tested: version.tested_version,
        requires_php: version.requires_php,
        last_updated: version.released_at,
        sections: version.sections,
        size: version.file_size,
        md5: version.checksum_md5,
        sha256: version.checksum_sha256,
    }))
}
