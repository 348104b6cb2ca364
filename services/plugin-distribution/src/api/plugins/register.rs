//! A site says that it has installed the plugin. The site itself may.

use actix_web::web::Data;
use credentials::SignedRequest;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use web::{Json, Path, Problem, ProblemBody, Success};

use super::plugin;
use crate::AppState;
use crate::store::installations::{self, Report};

/// What the site runs.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Installation {
    #[serde(alias = "version")]
    pub plugin_version: String,
    #[serde(default)]
    pub wp_version: String,
    #[serde(default)]
    pub php_version: String,
    /// Anything else worth keeping.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub metadata: Option<Value>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Registered {
    installation_id: i64,
    site_id: i64,
}

/// Register an installation
#[utoipa::path(
    post,
    path = "/api/plugins/{slug}/register/",
    operation_id = "register_installation",
    tag = "plugins",
    params(("slug" = String, Path)),
    request_body = Installation,
    responses(
        (status = 200, body = Success<Registered>),
        (status = 401, description = "key_missing, key_invalid, key_revoked, signature_missing, signature_invalid, timestamp_out_of_window", body = ProblemBody),
        (status = 404, description = "not_found", body = ProblemBody),
        (status = 422, description = "invalid_field", body = ProblemBody),
    )
)]
pub async fn register_installation(
    request: SignedRequest,
    slug: Path<String>,
    state: Data<AppState>,
) -> Result<Success<Registered>, Problem> {
    let installation: Installation = Json::parse(&request.body)?;
    keep(&state, &request, &slug, &installation, "active").await
}

pub async fn keep(
    state: &AppState,
    request: &SignedRequest,
    slug: &str,
    installation: &Installation,
    status: &str,
) -> Result<Success<Registered>, Problem> {
    for (field, value) in [
        ("/plugin_version", &installation.plugin_version),
        ("/wp_version", &installation.wp_version),
        ("/php_version", &installation.php_version),
    ] {
        if value.len() > 64 {
            return Err(Problem::invalid_field(field, "is longer than 64 characters"));
        }
    }
    let connection = &mut *state.database.connection().await?;
    let plugin = plugin(connection, slug).await?;
    let metadata = installation.metadata.clone().unwrap_or_else(|| serde_json::json!({}));
    let report = Report {
        version: &installation.plugin_version,
        status,
        wp_version: &installation.wp_version,
        php_version: &installation.php_version,
        metadata: &metadata,
    };
    let site = (request.site.account, request.site.id);
    let installation_id =
        installations::report(connection, site, plugin.id, &report, state.clock.now()).await?;
    Ok(Success::ok(Registered { installation_id, site_id: request.site.id.get() }))
}
