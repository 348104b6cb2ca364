//! Leave to download one version, for a few minutes. The site itself may ask, by its key and signature.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use credentials::SignedRequest;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Json, Path, Problem, ProblemBody, Success};

use crate::AppState;
use crate::grants::Grant;
use crate::refusals::Subject;

#[derive(Debug, Deserialize, ToSchema)]
pub struct Wish {
    #[schema(example = "2.1.0")]
    version: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Granted {
    /// Where the package is, with the grant in it. For this site alone.
    url: String,
    expires_at: Timestamp,
    version: String,
    size: u64,
    sha256: String,
    key_id: String,
    signature: String,
}

/// Ask for a download
#[utoipa::path(
    post,
    path = "/api/plugins/{slug}/download-grant/",
    operation_id = "grant_download",
    tag = "plugins",
    params(("slug" = String, Path)),
    request_body = Wish,
    responses(
        (status = 200, body = Success<Granted>),
        (status = 401, description = "key_missing, key_invalid, key_revoked, signature_missing, signature_invalid, timestamp_out_of_window", body = ProblemBody),
        (status = 403, description = "site_suspended, version_paused", body = ProblemBody),
        (status = 404, description = "not_found", body = ProblemBody),
        (status = 410, description = "version_withdrawn", body = ProblemBody),
        (status = 422, description = "invalid_field", body = ProblemBody),
        (status = 429, description = "rate_limited", body = ProblemBody),
    )
)]
pub async fn grant_download(
    http: HttpRequest,
    request: SignedRequest,
    slug: Path<String>,
    state: Data<AppState>,
) -> Result<Success<Granted>, Problem> {
    let (account, site) = (request.site.account, request.site.id);
    let mut subject = Subject { version_id: None, site: Some((account, site)) };
    subject.note(&http);
    state.limits.take_for(site, &http)?;
    let Wish { version } = Json::parse(&request.body)?;
    let file = state.offers.plugin(&slug)?.file(Some(&version))?;
    subject.version_id = Some(file.version_id);
    subject.note(&http);
    if file.paused {
        let detail = "The roll-out of this version is paused; the site keeps what it has until it goes on, or a newer one is there.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "version_paused", detail));
    }
    let good_for =
        SignedDuration::try_from(state.settings.downloads.grant_good_for).unwrap_or(SignedDuration::ZERO);
    // Whole seconds, as the grant says it.
    let until = Timestamp::from_second((state.clock.now() + good_for).as_second()).unwrap_or(Timestamp::MIN);
    let grant = state.grants.make(&slug, &version, Grant { account, site, until });
    Ok(Success::ok(Granted {
        url: format!("{}?version={version}&grant={grant}", super::package_url(&state, &slug)),
        expires_at: until,
        size: file.size,
        sha256: file.sha256.clone(),
        key_id: file.key_id.clone(),
        signature: file.signature.clone(),
        version,
    }))
}
