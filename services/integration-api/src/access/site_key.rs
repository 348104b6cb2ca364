use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use domain::{AccountId, ApiKey, SiteId};
use secrets::constant_time_eq;
use web::Problem;

use super::Caller;
use crate::store::api_keys;
use crate::{AppState, codes};

/// A site that has proven itself by its API key. Whatever else the request says, this is the site.
#[derive(Clone, Debug)]
pub struct SiteKey {
    pub account_id: AccountId,
    pub site_id: SiteId,
    /// The key as it was presented.
    pub key: ApiKey,
}

/// The same where the key may also come in the body: `None` if the headers carry nothing.
#[derive(Clone, Debug)]
pub struct OptionalSiteKey(pub Option<SiteKey>);

impl SiteKey {
    fn of(request: &HttpRequest) -> Result<Option<Self>, Problem> {
        match request.extensions().get::<Caller>() {
            Some(Caller::Site(site)) => site.clone().map(Some),
            Some(Caller::Person(_)) => Err(invalid_key(
                "This address takes a site's API key, which begins with igny8_live_, and no person's token.",
            )),
            Some(Caller::Nobody) | None => Ok(None),
        }
    }
}

/// The site this key belongs to. Grace keys count until they end.
pub async fn find_site_key(state: &AppState, presented: &str) -> Result<SiteKey, Problem> {
    let key = ApiKey::parse(presented).map_err(|error| match error.code() {
        codes::KEY_MISSING => missing_key(),
        _ => invalid_key(format!("{error}.")),
    })?;
    let digest = state.pepper.digest(key.expose());
    let found = api_keys::by_digest(&mut *state.database.connection().await?, &digest).await?;
    let found = found.filter(|it| constant_time_eq(&it.digest, &digest));
    let Some(found) = found else {
        return Err(invalid_key("Nobody has this API key. Copy it again, or generate a new one."));
    };
    if !found.is_accepted(state.clock.now()) {
        return Err(revoked_key());
    }
    Ok(SiteKey { account_id: AccountId::new(found.account_id), site_id: SiteId::new(found.site_id), key })
}

pub fn missing_key() -> Problem {
    refused(codes::KEY_MISSING, "Send the site's API key as `X-IGNY8-API-KEY` or as `Authorization: Bearer`.")
}

pub fn invalid_key(detail: impl Into<String>) -> Problem {
    refused(codes::KEY_INVALID, detail)
}

pub fn revoked_key() -> Problem {
    refused(codes::KEY_REVOKED, "This API key was revoked or replaced. Enter the site's present key.")
}

fn refused(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, code, detail)
        .header(header::WWW_AUTHENTICATE, "Bearer realm=\"igny8\"")
}

impl FromRequest for SiteKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request).and_then(|it| it.ok_or_else(missing_key)))
    }
}

impl FromRequest for OptionalSiteKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(SiteKey::of(request).map(Self))
    }
}
