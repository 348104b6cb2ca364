use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use domain::AccessToken;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{IdempotencyKey, Json, Problem, ProblemBody, Success};

use super::TokenView;
use crate::access::{Member, Scope};
use crate::flows::tokens;
use crate::idempotency::Once;
use crate::store::tokens::NewToken;
use crate::{AppState, codes};

const LONGEST_DAYS: u32 = 3650;

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct NewAccessToken {
    /// What it is for.
    #[schema(min_length = 1, max_length = 200, examples("Nightly import"))]
    name: String,
    /// Not more than the token or session that asks has itself.
    #[schema(min_items = 1)]
    scopes: Vec<Scope>,
    /// Absent: until it is deleted.
    #[schema(minimum = 1, maximum = 3650)]
    expires_in_days: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ShownToken {
    /// Shown this once.
    #[schema(examples("igny8_pat_…"))]
    token: String,
    #[serde(flatten)]
    view: TokenView,
}

/// Make a personal access token. It is shown once.
#[utoipa::path(
    post, path = "/api/v1/account/tokens/", operation_id = "create_token", tag = "People", request_body = NewAccessToken,
    params(IdempotencyKey),
    responses(
        (status = 201, description = "The token, this once.", body = Success<ShownToken>),
        (status = 403, description = "`scope_missing`: a scope the asker does not have.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn create_token(
    member: Member,
    state: Data<AppState>,
    once: Once,
    Json(body): Json<NewAccessToken>,
) -> Result<HttpResponse, Problem> {
    let name = body.name.trim();
    check(&member, name, &body)?;
    once.run(&member, &body, async |tx, now| {
        let token = AccessToken::generate();
        let new = NewToken {
            account_id: member.account_id.get(),
            user_id: member.user_id.get(),
            name,
            digest: &state.pepper.digest(token.expose()),
            hint: &token.prefix_hint(),
            scopes: distinct(&body.scopes),
        };
        let made = tokens::make(tx, new, end(now, body.expires_in_days), now).await?;
        let made = made.ok_or_else(|| not_had(Scope::Operator))?;
        let shown = ShownToken { token: token.expose().to_owned(), view: made.into() };
        Ok(Success::created("/api/v1/account/tokens/", shown))
    })
    .await
}

fn check(member: &Member, name: &str, body: &NewAccessToken) -> Result<(), Problem> {
    if !(1..=200).contains(&name.chars().count()) {
        return Err(Problem::invalid_field("/name", "1 to 200 characters"));
    }
    if body.scopes.is_empty() {
        return Err(Problem::invalid_field("/scopes", "at least one of read, write, operator"));
    }
    if body.expires_in_days.is_some_and(|days| !(1..=LONGEST_DAYS).contains(&days)) {
        return Err(Problem::invalid_field("/expires_in_days", format!("1 to {LONGEST_DAYS}")));
    }
    match body.scopes.iter().find(|scope| !member.scopes.contains(scope)) {
        None => Ok(()),
        Some(scope) => Err(not_had(*scope)),
    }
}

fn not_had(scope: Scope) -> Problem {
    let detail = format!("You don't have the scope `{}` yourself, so you can't give it.", scope.as_str());
    Problem::new(StatusCode::FORBIDDEN, codes::SCOPE_MISSING, detail).field("/scopes", scope.as_str())
}

fn distinct(scopes: &[Scope]) -> Vec<&'static str> {
    Scope::ALL.into_iter().filter(|it| scopes.contains(it)).map(Scope::as_str).collect()
}

fn end(now: Timestamp, days: Option<u32>) -> Option<Timestamp> {
    days.map(|days| now + SignedDuration::from_hours(24 * i64::from(days)))
}
