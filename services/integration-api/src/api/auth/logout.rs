use actix_web::http::header;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Problem, Success};

use super::login::no_cookie;
use crate::AppState;
use crate::access::Anyone;
use crate::store::sessions;

#[derive(Debug, Serialize, ToSchema)]
pub struct LoggedOut {
    /// False: it was an access token that asked; those are deleted under `/api/v1/account/tokens/`.
    ended: bool,
}

/// End this session.
#[utoipa::path(
    post, path = "/api/v1/auth/logout/", operation_id = "logout", tag = "People",
    responses((status = 200, description = "The session is over.", body = Success<LoggedOut>))
)]
pub async fn logout(anyone: Anyone, state: Data<AppState>) -> Result<Success<LoggedOut>, Problem> {
    let ended = match &anyone.session {
        Some(digest) => sessions::delete(&mut *state.database.connection().await?, digest).await? > 0,
        None => false,
    };
    Ok(Success::ok(LoggedOut { ended }).header(header::SET_COOKIE, no_cookie(&state.settings.sessions)))
}
