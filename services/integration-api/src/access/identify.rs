use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use domain::{AccessToken, AccountId, SessionToken, UserId};
use secrets::constant_time_eq;
use web::Problem;

use super::person::{invalid_token, unauthenticated};
use super::presented::{Presented, check_same_origin, presented};
use super::site_key::find_site_key;
use super::{Caller, Member, Scope};
use crate::AppState;
use crate::store::{sessions, tokens};

/// Finds out who asks, before anything of the body is read. Endpoints that are open to everyone don't look at what was found.
pub async fn identify<B: MessageBody>(
    state: Data<AppState>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let caller = find_caller(&state, &request).await;
    request.extensions_mut().insert(caller);
    next.call(request).await
}

async fn find_caller(state: &AppState, request: &ServiceRequest) -> Caller {
    match presented(request.headers()) {
        Ok(Presented::Nothing) => Caller::Nobody,
        Ok(Presented::SiteKey(key)) => Caller::Site(find_site_key(state, &key).await),
        Ok(Presented::Bearer(token)) => Caller::Person(by_token(state, &token).await),
        Ok(Presented::Cookie(token)) => Caller::Person(by_cookie(state, request, &token).await),
        // Known to be wrong, whatever the endpoint would have taken.
        Err(problem) if problem.code() == crate::codes::KEY_INVALID => Caller::Site(Err(problem)),
        Err(problem) => Caller::Person(Err(problem)),
    }
}

async fn by_token(state: &AppState, token: &str) -> Result<Member, Problem> {
    if token.starts_with(SessionToken::PREFIX) {
        return by_session(state, token).await;
    }
    let token = AccessToken::parse(token)
        .map_err(|error| invalid_token(format!("The access token is not valid: {error}.")))?;
    let digest = state.pepper.digest(token.expose());
    let now = state.clock.now();
    let connection = &mut *state.database.connection().await?;
    let found = tokens::by_digest(connection, &digest).await?;
    let Some(found) = found.filter(|it| constant_time_eq(&it.digest, &digest) && it.is_valid(now)) else {
        return Err(invalid_token("The access token is unknown, deleted or expired. Make a new one."));
    };
    if found.last_used_at.is_none_or(|at| now.duration_since(at).as_secs() >= 60) {
        tokens::touch(connection, found.id, now).await?;
    }
    let scopes = found.scopes.iter().flatten().filter_map(|it| it.parse().ok());
    Ok(Member {
        account_id: AccountId::new(found.account_id),
        user_id: UserId::new(found.user_id),
        role: role(&found.role)?,
        is_operator: found.is_operator,
        // An operator who is none any more keeps the token, but not its power.
        scopes: scopes.filter(|it| *it != Scope::Operator || found.is_operator).collect(),
        session: None,
    })
}

async fn by_cookie(state: &AppState, request: &ServiceRequest, token: &str) -> Result<Member, Problem> {
    check_same_origin(request.method(), request.headers(), state.settings.public_urls.origin())?;
    by_session(state, token).await
}

async fn by_session(state: &AppState, token: &str) -> Result<Member, Problem> {
    let ended = || invalid_token("The session has ended. Log in again.");
    let token = SessionToken::parse(token).map_err(|_| ended())?;
    let digest = state.pepper.digest(token.expose());
    let found = sessions::by_digest(&mut *state.database.connection().await?, &digest).await?;
    let found = found
        .filter(|it| constant_time_eq(&it.digest, &digest) && it.expires_at > state.clock.now())
        .ok_or_else(ended)?;
    let mut scopes = vec![Scope::Read, Scope::Write];
    scopes.extend(found.is_operator.then_some(Scope::Operator));
    Ok(Member {
        account_id: AccountId::new(found.account_id),
        user_id: UserId::new(found.user_id),
        role: role(&found.role)?,
        is_operator: found.is_operator,
        scopes,
        session: Some(digest),
    })
}

fn role(text: &str) -> Result<super::Role, Problem> {
    text.parse().map_err(|_| unauthenticated("Your role is not known to this version of the service."))
}
