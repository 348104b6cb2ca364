use actix_web::web::Data;
use web::{List, Page, Problem};

use super::TokenView;
use crate::AppState;
use crate::access::Member;
use crate::store::tokens;

/// List one's own access tokens, newest first.
#[utoipa::path(
    get, path = "/api/v1/account/tokens/", operation_id = "list_tokens", tag = "People", params(Page),
    responses((status = 200, description = "A page of tokens.", body = List<TokenView>))
)]
pub async fn list_tokens(
    member: Member,
    state: Data<AppState>,
    page: Page,
) -> Result<List<TokenView>, Problem> {
    let connection = &mut *state.database.connection().await?;
    let rows = tokens::page(connection, member.user_id.get(), page.after()?, page.limit_plus_one()).await?;
    Ok(page.list(rows, |row| row.id, TokenView::from))
}
