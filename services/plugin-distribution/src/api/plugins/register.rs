//! A site says that it has installed the plugin. The site itself may.

use actix_web::HttpRequest;
use actix_web::web::Data;
use credentials::SignedRequest;
use database::DatabaseError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use web::{ClientIp, Json, Path, Problem, ProblemBody, Success};

use crate::AppState;
use crate::flows::halt;
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
    /// Anything worth keeping; `channel`, `locale`, `failed_version` (an update to it was undone), `previous_version`, `error` and
    /// `multisite` are known.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
    #[serde(default)]
    pub status: Status,
}

/// How the plugin is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    #[default]
    Active,
    Inactive,
    /// With `failed_version`: an update to it was undone.
    Error,
}

impl Status {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Error => "error",
        }
    }
}

impl Installation {
    /// What the metadata say under this name, if it is a text of a sensible length.
    fn said(&self, name: &str) -> Option<&str> {
        self.metadata.get(name)?.as_str().filter(|it| !it.is_empty() && it.len() <= LONGEST)
    }
}

/// Of a version or a locale, in bytes.
const LONGEST: usize = 64;

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
        (status = 429, description = "rate_limited", body = ProblemBody),
    )
)]
pub async fn register_installation(
    http: HttpRequest,
    request: SignedRequest,
    slug: Path<String>,
    state: Data<AppState>,
) -> Result<Success<Registered>, Problem> {
    state.limits.take_for(request.site.id, &http)?;
    let installation: Installation = Json::parse(&request.body)?;
    keep(&state, (&http, &request), &slug, &installation).await
}

/// Keeps what the site says; a failed update may be the one that halts the version's roll-out.
pub async fn keep(
    state: &AppState,
    (http, request): (&HttpRequest, &SignedRequest),
    slug: &str,
    installation: &Installation,
) -> Result<Success<Registered>, Problem> {
    for (field, value) in [
        ("/plugin_version", &installation.plugin_version),
        ("/wp_version", &installation.wp_version),
        ("/php_version", &installation.php_version),
    ] {
        if value.len() > LONGEST {
            return Err(Problem::invalid_field(field, format!("is longer than {LONGEST} bytes")));
        }
    }
    let plugin_id = state.offers.plugin(slug)?.id;
    let report = Report {
        version: &installation.plugin_version,
        status: installation.status.as_str(),
        wp_version: &installation.wp_version,
        php_version: &installation.php_version,
        metadata: &Value::Object(installation.metadata.clone()),
        channel: installation.said("channel").unwrap_or("stable"),
        country: &state.counts.country_of(ClientIp::of(http).0),
        locale: installation.said("locale").unwrap_or_default(),
        failed_version: installation.said("failed_version").filter(|_| installation.status == Status::Error),
    };
    let site = (request.site.account, request.site.id);
    let now = state.clock.now();
    let Some(failed_version) = report.failed_version else {
        let connection = &mut *state.database.connection().await?;
        let installation_id = installations::report(connection, site, plugin_id, &report, now).await?;
        return Ok(Success::ok(Registered { installation_id, site_id: request.site.id.get() }));
    };
    let (installation_id, halted) = state
        .database
        .transaction(async |tx| -> Result<_, DatabaseError> {
            let id = installations::report(tx.conn(), site, plugin_id, &report, now).await?;
            let rule = state.settings.halt.rule();
            Ok((id, halt::after_failure(tx, (plugin_id, slug), failed_version, rule, now).await?))
        })
        .await?;
    if let Some(halted) = halted {
        halted.tell();
    }
    Ok(Success::ok(Registered { installation_id, site_id: request.site.id.get() }))
}
