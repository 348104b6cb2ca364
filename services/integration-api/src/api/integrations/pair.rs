use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use database::Tx;
use domain::SiteUrl;
use jiff::Timestamp;
use secrets::{ExposeSecret, Secret, VerifyingKey, constant_time_eq};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use web::{Json, Problem, ProblemBody, Success};

use crate::access::{OptionalSiteKey, SiteKey, find_site_key, invalid_key, missing_key, revoked_key};
use crate::api::sites;
use crate::flows::connect_site::{self, Claim, Connected, Refusal};
use crate::flows::suspect_clone::suspect_clone;
use crate::store::probes::Check;
use crate::{AppState, codes};

mod checks;

use self::checks::Seen;

/// What a plugin says of itself.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Pairing {
    /// The site comes from the key; another one's id is refused.
    #[serde(default, deserialize_with = "id_or_text")]
    #[schema(value_type = Option<i64>)]
    site_id: Option<i64>,
    /// For older plugins, instead of the header.
    #[schema(value_type = Option<String>)]
    api_key: Option<Secret>,
    /// WordPress' home. Absent: the site's address as it is known here.
    #[schema(examples("https://example.com"))]
    site_url: Option<String>,
    /// Where its REST API answers; of the same origin.
    #[schema(examples("https://example.com/wp-json/"))]
    rest_url: Option<String>,
    #[serde(default)]
    plugin_version: String,
    #[serde(default)]
    wp_version: String,
    #[serde(default)]
    php_version: String,
    /// Ed25519, 32 bytes in base64. Absent: an older plugin, which can't sign; refused once the site has given one, until its key is
    /// revoked and a new one generated.
    public_key: Option<String>,
    #[serde(default)]
    debug_enabled: bool,
    /// By the site's clock.
    time: Option<Timestamp>,
}

/// What the plugin needs to know from now on.
#[derive(Debug, Serialize, ToSchema)]
pub struct Paired {
    message: String,
    site_id: i64,
    site_name: String,
    integration_id: i64,
    signed: bool,
    /// Ed25519, in base64: what our requests to the site are signed with.
    platform_public_key: String,
    platform_time: Timestamp,
    /// Base addresses, without a trailing slash.
    webhook_url: String,
    plugin_url: String,
    checks: Vec<Check>,
}

/// Pair a site: the plugin proves the API key, says where it is and hands over its public key.
#[utoipa::path(
    post, path = "/api/v1/integration/integrations/test-connection/", operation_id = "pair_site", tag = "From sites",
    security(("site_key" = []), ("site_key_bearer" = [])), request_body = Pairing,
    responses(
        (status = 200, description = "The site is connected.", body = Success<Paired>),
        (status = 401, description = "`key_missing`, `key_invalid` or `key_revoked`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "`site_not_found`: the key is another site's.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`site_url_mismatch`: the site has another address here. `signature_expected`: it signed before and gives no public key now. `key_in_grace`: another public key takes the present API key.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_site_url`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn pair_site(
    key: OptionalSiteKey,
    state: Data<AppState>,
    request: HttpRequest,
    Json(body): Json<Pairing>,
) -> Result<Success<Paired>, Problem> {
    let key = proven(&state, key, body.api_key.as_ref()).await?;
    if body.site_id.is_some_and(|it| it != key.site_id.get()) {
        return Err(another_site());
    }
    let claim = Claim {
        site_url: body.site_url.as_deref().map(|it| parse_url(&state, "/site_url", it)).transpose()?,
        rest_url: body
            .rest_url
            .as_deref()
            .map(|it| parse_url(&state, "/rest_url", it).map(|url| (url, it)))
            .transpose()?,
        public_key: body.public_key.as_deref().filter(|it| !it.is_empty()).map(parse_key).transpose()?,
        plugin_version: short(&body.plugin_version),
        wp_version: short(&body.wp_version),
        php_version: short(&body.php_version),
        debug_enabled: body.debug_enabled,
    };
    let now = state.clock.now();
    let connected = state
        .database
        .transaction(async |tx| {
            connect_site::connect(tx, &state.pepper, &state.sealer, &key, &claim, now).await
        })
        .await;
    let connected = match connected {
        Ok(connected) => connected,
        Err(refusal) => {
            if let (Refusal::OtherOrigin { .. }, Some(url)) = (&refusal, &claim.site_url) {
                let note = async |tx: &mut Tx| -> Result<_, Problem> {
                    Ok(suspect_clone(tx, key.site_id, url.as_str(), now).await?)
                };
                state.database.transaction(note).await?;
            }
            return Err(explain(refusal, &claim));
        }
    };
    tracing::info!(
        account.id = key.account_id.get(),
        site.id = key.site_id.get(),
        signed = connected.signed,
        "site connected"
    );
    let seen = Seen { headers: request.headers(), time: body.time, now };
    Ok(Success::ok(describe(&state, connected, &claim, &seen)))
}

/// From the headers, or the body of an older plugin; what is said twice must agree.
async fn proven(
    state: &AppState,
    key: OptionalSiteKey,
    in_body: Option<&Secret>,
) -> Result<SiteKey, Problem> {
    let in_body = in_body.map(ExposeSecret::expose_secret).filter(|it| !it.trim().is_empty());
    match (key.0, in_body) {
        (Some(key), Some(text)) if !constant_time_eq(key.key.expose().as_bytes(), text.as_bytes()) => {
            Err(invalid_key("The headers and the body carry different API keys."))
        }
        (Some(key), _) => Ok(key),
        (None, Some(text)) => find_site_key(state, text).await,
        (None, None) => Err(missing_key()),
    }
}

fn parse_url(state: &AppState, field: &str, text: &str) -> Result<SiteUrl, Problem> {
    SiteUrl::parse(text, &state.address_policy).map_err(|error| invalid_url(field, sites::sentence(&error)))
}

fn parse_key(text: &str) -> Result<VerifyingKey, Problem> {
    VerifyingKey::from_base64(text).map_err(|error| Problem::invalid_field("/public_key", error.to_string()))
}

/// Versions are shown to people and compared; nobody's is longer.
fn short(text: &str) -> String {
    text.trim().chars().take(50).collect()
}

fn explain(refusal: Refusal, claim: &Claim<'_>) -> Problem {
    match refusal {
        Refusal::SiteGone => another_site(),
        Refusal::KeyEnded => revoked_key(),
        Refusal::SignatureExpected => {
            let detail = "This site has connected with a plugin that signs, so it is not connected without a public key. To connect an older \
                          plugin, revoke the API key in IGNY8 and generate a new one.";
            Problem::new(StatusCode::CONFLICT, codes::SIGNATURE_EXPECTED, detail)
                .field("/public_key", "missing")
        }
        Refusal::KeyInGrace => {
            let detail =
                "This API key was replaced. Enter the site's present one to connect with another public key.";
            Problem::new(StatusCode::CONFLICT, codes::KEY_IN_GRACE, detail)
                .field("/public_key", "not the known one")
        }
        Refusal::OtherOrigin { expected } => {
            let here = claim.site_url.as_ref().map(SiteUrl::as_str).unwrap_or_default();
            let detail = format!(
                "This WordPress is at {here}, but the site is registered as {expected}. If it has moved, change the site's address in IGNY8 \
                 to {here}, then test again; if this is a copy, give it a site and key of its own."
            );
            Problem::new(StatusCode::CONFLICT, codes::SITE_URL_MISMATCH, detail)
                .field("/site_url", "another origin")
        }
        Refusal::ForeignRestUrl => invalid_url(
            "/rest_url",
            "The REST address must have the same origin as the site's address.".to_owned(),
        ),
        Refusal::Database(error) => error.into(),
    }
}

fn invalid_url(field: &str, detail: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, codes::INVALID_SITE_URL, detail.clone())
        .field(field, detail)
}

fn another_site() -> Problem {
    let detail = "The API key is another site's. Check the site id, or copy the key of this site.";
    Problem::new(StatusCode::NOT_FOUND, codes::SITE_NOT_FOUND, detail).field("/site_id", "not this key's")
}

fn describe(state: &AppState, connected: Connected, claim: &Claim<'_>, seen: &Seen<'_>) -> Paired {
    let urls = &state.settings.public_urls;
    let base = |url: &str| url.trim_end_matches('/').to_owned();
    Paired {
        message: format!("{} is connected.", connected.site_name),
        site_id: connected.site_id,
        integration_id: connected.integration_id,
        signed: connected.signed,
        platform_public_key: state.platform_public_key.to_base64(),
        platform_time: seen.now,
        webhook_url: base(&urls.webhooks),
        plugin_url: base(&urls.plugins),
        checks: checks::of(&connected, claim, seen),
        site_name: connected.site_name,
    }
}

/// Older plugins send what stands in their settings: a text.
fn id_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Id {
        Number(i64),
        Text(String),
    }
    match Option::<Id>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Id::Number(number)) => Ok(Some(number)),
        Some(Id::Text(text)) if text.trim().is_empty() => Ok(None),
        Some(Id::Text(text)) => {
            text.trim().parse().map(Some).map_err(|_| serde::de::Error::custom("expected a site's id"))
        }
    }
}
