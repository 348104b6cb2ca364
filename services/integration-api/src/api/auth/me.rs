use actix_web::web::Data;
use web::{Problem, Success};

use super::Me;
use crate::AppState;
use crate::access::Anyone;
use crate::store::{accounts, users};

/// Who the token or session belongs to. Any scope will do.
#[utoipa::path(
    get, path = "/api/v1/auth/me/", operation_id = "who_am_i", tag = "People",
    responses((status = 200, description = "The person and their account.", body = Success<Me>))
)]
pub async fn who_am_i(anyone: Anyone, state: Data<AppState>) -> Result<Success<Me>, Problem> {
    let connection = &mut *state.database.connection().await?;
    let user = users::find(connection, anyone.user_id.get()).await?;
    let account_name = accounts::name(connection, user.account_id).await?;
    Ok(Success::ok(Me::new(user, anyone.role, account_name, anyone.scopes.clone())))
}
