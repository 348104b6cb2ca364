use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use domain::SessionToken;
use jiff::{SignedDuration, Timestamp};
use secrets::{ExposeSecret, Secret, password};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ClientIp, Json, Problem, ProblemBody, Success};

use super::Me;
use crate::access::{Role, SESSION_COOKIE, Scope};
use crate::settings::SessionsSettings;
use crate::store::users::User;
use crate::store::{accounts, sessions, users};
use crate::{AppState, codes};

#[derive(Debug, Deserialize, ToSchema)]
pub struct Login {
    #[schema(examples("anna@example.com"))]
    email: String,
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LoggedIn {
    /// For programs; a browser has it as a cookie.
    #[schema(examples("igny8_ses_…"))]
    token: String,
    expires_at: Timestamp,
    user: Me,
}

/// Log in with e-mail address and password.
#[utoipa::path(
    post, path = "/api/v1/auth/login/", operation_id = "login", tag = "People", security(()), request_body = Login,
    responses(
        (status = 200, description = "The session's token, and the same as a cookie.", body = Success<LoggedIn>),
        (status = 401, description = "`email_or_password_wrong`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "`rate_limited`: too many wrong passwords, or too many people at this moment.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn login(
    state: Data<AppState>,
    from: ClientIp,
    Json(body): Json<Login>,
) -> Result<Success<LoggedIn>, Problem> {
    let (email, now) = (body.email.trim(), state.clock.now());
    state.gate.check(email, from, now)?;
    let found = users::by_email(&mut *state.database.connection().await?, email).await?;
    let stored = found.as_ref().map(|user| user.password_hash.clone());
    let matches = check_password(&state, body.password, stored).await?;
    let Some(user) = found.filter(|_| matches) else {
        state.gate.failed(email, from, now);
        return Err(refused());
    };

    let lifetime = &state.settings.sessions;
    let expires_at =
        now + SignedDuration::try_from(lifetime.lifetime).unwrap_or(SignedDuration::from_hours(24));
    let token = SessionToken::generate();
    let connection = &mut *state.database.connection().await?;
    sessions::create(
        connection,
        (user.account_id, user.id),
        &state.pepper.digest(token.expose()),
        now,
        expires_at,
    )
    .await?;
    let account_name = accounts::name(connection, user.account_id).await?;
    tracing::info!(account.id = user.account_id, user.id = user.id, "logged in");
    let cookie = cookie(token.expose(), lifetime.lifetime.as_secs(), lifetime);
    let logged_in =
        LoggedIn { token: token.expose().to_owned(), expires_at, user: describe(user, account_name)? };
    Ok(Success::ok(logged_in).header(header::SET_COOKIE, cookie))
}

/// Costs the same for an unknown address.
async fn check_password(state: &AppState, given: Secret, stored: Option<String>) -> Result<bool, Problem> {
    let permit = state.gate.enter().await?;
    let checked = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        password::verify(given.expose_secret(), stored.as_deref())
    });
    checked.await.map_err(|error| Problem::internal(&error))
}

fn describe(user: User, account_name: String) -> Result<Me, Problem> {
    let role: Role = user.role.parse().map_err(|error| Problem::internal(&error))?;
    let mut scopes = vec![Scope::Read, Scope::Write];
    scopes.extend(user.is_operator.then_some(Scope::Operator));
    Ok(Me::new(user, role, account_name, scopes))
}

fn cookie(value: &str, seconds: u64, settings: &SessionsSettings) -> String {
    let secure = if settings.secure_cookie { "; Secure" } else { "" };
    format!("{SESSION_COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

/// Takes the cookie out of the browser.
pub(super) fn no_cookie(settings: &SessionsSettings) -> String {
    cookie("", 0, settings)
}

fn refused() -> Problem {
    let detail =
        "Nobody has this e-mail address and password. Check both; capital letters count in the password.";
    Problem::new(StatusCode::UNAUTHORIZED, codes::EMAIL_OR_PASSWORD_WRONG, detail)
}
