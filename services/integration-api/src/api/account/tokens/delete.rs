use actix_web::HttpResponse;
use actix_web::web::Data;
use web::{Path, Problem};

use crate::AppState;
use crate::access::Member;
use crate::flows::tokens;

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
    let (person, now) = (member.user_id.get(), state.clock.now());
    let deleted = state
        .database
        .transaction(async |tx| Ok::<_, Problem>(tokens::delete(tx, person, *id, now).await?))
        .await?;
    if deleted {
        Ok(HttpResponse::NoContent().finish())
    } else {
        Err(Problem::not_found("You have no such token."))
    }
}
