use actix_web::HttpResponse;
use actix_web::web::Data;
use web::{Path, Problem};

use crate::AppState;
use crate::access::Member;
use crate::store::tokens;

/// Delete one of one's own access tokens; it opens nothing from then on.
#[utoipa::path(
    delete, path = "/api/v1/account/tokens/{id}/", operation_id = "delete_token", tag = "People",
    params(("id" = i64, Path)),
    responses((status = 204, description = "It is gone."))
)]
pub async fn delete_token(
    member: Member,
    state: Data<AppState>,
    id: Path<i64>,
) -> Result<HttpResponse, Problem> {
    let connection = &mut *state.database.connection().await?;
    if tokens::delete(connection, member.user_id.get(), *id).await? {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Problem::not_found("You have no such token."))
    }
}
