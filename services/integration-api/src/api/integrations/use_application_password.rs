use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, Responder};
use domain::{AddressPolicy, IntegrationId, ProbeId, SiteId, SiteUrl};
use secrets::{ExposeSecret, Secret};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{IdempotencyKey, Json, Problem, ProblemBody, Success};

use super::IntegrationView;
use super::test_connection::{ProbeView, address, ask, wait};
use crate::access::Owner;
use crate::api::sites;
use crate::flows::credentials;
use crate::idempotency::Once;
use crate::store::integrations::{self, Connection, Integration, Login, default_rest_url};
use crate::store::probes::Probe;
use crate::{AppState, codes, store};

#[derive(Debug, Deserialize, ToSchema)]
pub struct ApplicationPassword {
    site_id: i64,
    /// Login or e-mail address of the person in WordPress: an author at least, better an editor.
    #[schema(min_length = 1, max_length = 100)]
    username: String,
    /// As WordPress shows it in the person's profile. Kept sealed, and never shown again.
    #[schema(value_type = String, format = Password, max_length = 200)]
    application_password: Secret,
    /// Where the REST API answers, if not at `/wp-json/`; of the site's own origin.
    #[schema(examples("https://example.com/?rest_route=/"))]
    rest_url: Option<String>,
}

/// The connection, and what the first call found. It is `connected` once that is well.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasswordConnection {
    pub integration: IntegrationView,
    pub probe: ProbeView,
}

/// Connect a site that can't have the plugin by a person's application password, or replace that. The site is called at once, and is
/// connected if WordPress takes the password and the person may publish. What is weaker than with the plugin says `guarantees`. A plugin that
/// pairs later takes over, and the password is forgotten. Owners only.
#[utoipa::path(
    post, path = "/api/v1/integration/integrations/use-application-password/", operation_id = "use_application_password", tag = "Integrations",
    request_body = ApplicationPassword,
    params(IdempotencyKey),
    responses(
        (status = 200, description = "The site was called; `integration.state` says whether it is connected, `probe` what was found.", body = Success<PasswordConnection>),
        (status = 202, description = "The site takes its time; `Location` is where the outcome will be.", body = Success<PasswordConnection>),
        (status = 404, description = "`site_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`plugin_connected`: the site has the plugin, which is better.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`https_required`: a password is not sent to a site without HTTPS. `invalid_site_url`: the REST address is not the site's.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn use_application_password(
    owner: Owner,
    state: Data<AppState>,
    request: HttpRequest,
    once: Once,
    Json(body): Json<ApplicationPassword>,
) -> Result<HttpResponse, Problem> {
    let (account, site) = (owner.account_id, SiteId::new(body.site_id));
    let (username, password) = (username(&body.username)?, password(&body.application_password)?);
    let sealed = state.sealer.seal(password.as_bytes(), &format!("site.application_password|{site}"));
    // Two requests are compared without keeping what the password is.
    let alike = (site.get(), username, state.pepper.digest(password), &body.rest_url);
    let mut asked = None;
    let accepted = once
        .run(&owner, &alike, async |tx, now| {
            let found = store::sites::lock(tx.conn(), account, site).await?.ok_or_else(sites::not_found)?;
            let before = integrations::of_site(tx.conn(), account, site).await?;
            if before.as_ref().is_some_and(has_plugin) {
                return Err(plugin_connected());
            }
            let rest_url = rest_url(&state.address_policy, &found.url, body.rest_url.as_deref())?;
            let login = Login {
                username,
                sealed_application_password: &sealed,
                site_url: &found.url,
                rest_url: &rest_url,
            };
            let (made, said) = credentials::use_password(tx, (account, site), &login, now).await?;
            let (probe, version) = (ProbeId::generate(), said.version);
            ask(tx, probe, (account, &made), version, Some(said), String::new(), now).await?;
            let id = IntegrationId::new(made.id);
            asked = Some((id, probe.as_uuid()));
            let probe = Probe::asked(probe.as_uuid(), made.id, now);
            let location = address(id, probe.id);
            Ok(Success::accepted(
                location,
                PasswordConnection { integration: made.into(), probe: probe.into() },
            ))
        })
        .await?;
    // The repetition of an earlier request only gets the address.
    let Some((id, probe)) = asked else { return Ok(accepted) };
    tracing::info!(account.id = account.get(), site.id = site.get(), "application password given");
    let Some(answered) = wait(&state, (account, id), probe).await? else { return Ok(accepted) };
    let integration = integrations::find(&mut *state.database.connection().await?, account, id).await?;
    let integration = integration.ok_or_else(super::not_found)?.into();
    Ok(Success::ok(PasswordConnection { integration, probe: answered.into() }).respond_to(&request))
}

fn has_plugin(it: &Integration) -> bool {
    it.connection() == Connection::Plugin && (it.site_public_key.is_some() || it.sealed_key.is_some())
}

fn username(text: &str) -> Result<&str, Problem> {
    let name = text.trim();
    let fine =
        (1..=100).contains(&name.chars().count()) && !name.contains(|c: char| c == ':' || c.is_control());
    // Basic authentication ends the name with a colon.
    fine.then_some(name)
        .ok_or_else(|| Problem::invalid_field("/username", "1 to 100 characters, and no colon"))
}

fn password(secret: &Secret) -> Result<&str, Problem> {
    let password = secret.expose_secret().trim();
    let fine = (1..=200).contains(&password.len()) && !password.contains(char::is_control);
    let wrong = || Problem::invalid_field("/application_password", "1 to 200 characters");
    fine.then_some(password).ok_or_else(wrong)
}

/// Where the password will be sent: to the site's own origin, and encrypted.
fn rest_url(policy: &AddressPolicy, site_url: &str, given: Option<&str>) -> Result<String, Problem> {
    let site = SiteUrl::parse(site_url, policy).map_err(|error| invalid_url(sites::sentence(&error)))?;
    if !site.is_confidential() {
        return Err(https_required());
    }
    let Some(given) = given.map(str::trim).filter(|it| !it.is_empty()) else {
        return Ok(default_rest_url(site_url));
    };
    let rest = SiteUrl::parse(given, policy).map_err(|error| invalid_url(sites::sentence(&error)))?;
    if rest.origin() != site.origin() {
        return Err(invalid_url(
            "The REST address must have the same origin as the site's address.".to_owned(),
        ));
    }
    Ok(given.to_owned())
}

fn invalid_url(detail: String) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, codes::INVALID_SITE_URL, detail.clone())
        .field("/rest_url", detail)
}

fn https_required() -> Problem {
    let detail = "An application password is only sent over HTTPS. Get a certificate from the site's host, then change the site's address here.";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, codes::HTTPS_REQUIRED, detail)
}

fn plugin_connected() -> Problem {
    let detail = "The IGNY8 plugin connects this site, which is the better way. To use an application password, delete the integration first.";
    Problem::new(StatusCode::CONFLICT, codes::PLUGIN_CONNECTED, detail)
}
