//! Who runs the installation, by an access token that integration-api has told us of. Sites are known by `credentials`.

use std::future::{Ready, ready};

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, WWW_AUTHENTICATE};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, ResponseError};
use domain::{AccessToken, ApiKey};
use secrets::constant_time_eq;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use web::Problem;

use crate::AppState;
use crate::store::operator_tokens;

/// The access token is none, or none that opens anything now.
pub const TOKEN_INVALID: &str = "token_invalid";

/// Someone who runs the installation. An endpoint that takes one is open to nobody where its route is not wrapped in [`admit`].
#[derive(Clone, Debug)]
pub struct Operator {
    pub token_id: i64,
    pub user_id: i64,
    pub email: String,
}

/// Lets operators through, by their access token with the scope `operator`, before anything else of the request is looked at. Each leaves
/// a line in the log.
pub async fn admit<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    match who_asks(request.request()).await {
        Ok(operator) => {
            request.extensions_mut().insert(operator);
            Ok(next.call(request).await?.map_into_left_body())
        }
        Err(problem) => Ok(request.into_response(problem.error_response()).map_into_right_body()),
    }
}

impl FromRequest for Operator {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Self>().cloned().ok_or_else(missing))
    }
}

async fn who_asks(request: &HttpRequest) -> Result<Operator, Problem> {
    let state = request.app_data::<Data<AppState>>().expect("invariant: routes::configure gives it");
    let operator = identify(state, &presented(request.headers())?).await?;
    let Operator { token_id, user_id, email } = &operator;
    let asked = format!("{} {}", request.method(), request.path());
    tracing::info!(user.id = user_id, user.email = email, token.id = token_id, asked, "an operator asks");
    Ok(operator)
}

/// Looked up each time: operators ask rarely, and what was revoked opens nothing from then on.
async fn identify(state: &AppState, token: &AccessToken) -> Result<Operator, Problem> {
    let digest = state.pepper.digest(token.expose());
    let connection = &mut *state.database.connection().await?;
    let found = operator_tokens::by_digest(connection, &digest).await?;
    let now = state.clock.now();
    match found.filter(|it| constant_time_eq(&it.digest, &digest) && it.is_valid(now)) {
        Some(found) => Ok(Operator { token_id: found.token_id, user_id: found.user_id, email: found.email }),
        None => Err(refused(
            TOKEN_INVALID,
            "The access token is no operator's, or is deleted or expired. Make one with the scope `operator`.",
        )),
    }
}

/// The token, if that is what the request carries.
fn presented(headers: &HeaderMap) -> Result<AccessToken, Problem> {
    let site_key = headers.get("x-igny8-api-key").is_some_and(|key| !key.is_empty());
    let bearer = bearer(headers)?;
    if site_key || bearer.is_some_and(|it| it.starts_with(ApiKey::PREFIX)) {
        return Err(unauthenticated(
            "A site's API key does not open this address; send an operator's access token.",
        ));
    }
    let bearer = bearer.ok_or_else(missing)?;
    AccessToken::parse(bearer)
        .map_err(|error| refused(TOKEN_INVALID, format!("The access token is not valid: {error}.")))
}

/// Other schemes than `Bearer` are not ours: a proxy may have put them there.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(AUTHORIZATION);
    let value = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str(),
        (Some(_), Some(_)) => {
            return Err(unauthenticated("The header Authorization must not be sent twice."));
        }
    };
    let value = value
        .map_err(|_| unauthenticated("The header Authorization has characters that no access token has."))?;
    let bearer = value.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    Ok(bearer.map(|(_, token)| token).filter(|token| !token.is_empty()))
}

fn missing() -> Problem {
    unauthenticated("Send an operator's access token as `Authorization: Bearer igny8_pat_…`.")
}

fn unauthenticated(detail: &str) -> Problem {
    refused(web::codes::UNAUTHENTICATED, detail)
}

fn refused(code: &'static str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, code, detail).header(WWW_AUTHENTICATE, "Bearer realm=\"igny8\"")
}

/// Adds the way to present an operator's token, `operator_token`, to the API's description.
pub fn describe(document: &mut OpenApi) {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("igny8_pat_…")
        .description(Some("A personal access token with the scope `operator`."));
    let schemes = &mut document.components.get_or_insert_default().security_schemes;
    schemes.insert("operator_token".to_owned(), SecurityScheme::Http(bearer.build()).into());
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};
    use rstest::rstest;

    use super::*;

    fn code(pairs: &[(&str, &str)], token: &AccessToken, key: &ApiKey) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            let value = value.replace("{token}", token.expose()).replace("{key}", key.expose());
            headers.append(
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_str(&value).unwrap(),
            );
        }
        match presented(&headers) {
            Ok(found) => found.expose().replace(token.expose(), "the token"),
            Err(problem) => problem.code().to_owned(),
        }
    }

    #[rstest]
    #[case(&[("authorization", "Bearer {token}")], "the token")]
    #[case(&[("authorization", "bearer {token}")], "the token")]
    #[case(&[("authorization", "Bearer {token}"), ("x-igny8-api-key", "")], "the token")]
    #[case(&[], "unauthenticated")]
    #[case(&[("authorization", "Bearer")], "unauthenticated")]
    #[case(&[("authorization", "Bearer ")], "unauthenticated")]
    #[case(&[("authorization", "Basic {token}")], "unauthenticated")]
    #[case(&[("authorization", "{token}")], "unauthenticated")]
    #[case(&[("authorization", "Bearer {token}"), ("authorization", "Bearer {token}")], "unauthenticated")]
    #[case(&[("authorization", "Bearer {key}")], "unauthenticated")]
    #[case(&[("x-igny8-api-key", "{key}")], "unauthenticated")]
    #[case(&[("x-igny8-api-key", "{key}"), ("authorization", "Bearer {token}")], "unauthenticated")]
    #[case(&[("authorization", "Bearer  {token}")], "token_invalid")]
    #[case(&[("authorization", "Bearer {token}x")], "token_invalid")]
    #[case(&[("authorization", "Bearer igny8_pat_")], "token_invalid")]
    fn only_an_access_token_is_taken(#[case] pairs: &[(&str, &str)], #[case] expected: &str) {
        assert_eq!(code(pairs, &AccessToken::generate(), &ApiKey::generate()), expected);
    }
}
