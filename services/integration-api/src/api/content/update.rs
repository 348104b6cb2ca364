use actix_web::web::Data;
use database::Tx;
use diesel::result::Error as QueryError;
use domain::{AccountId, ContentId, UserId};
use jiff::Timestamp;
use serde_json::json;
use web::{Json, Path, Problem, ProblemBody, Success};

use super::{ContentFields, ContentView, IfMatch, not_found};
use crate::AppState;
use crate::access::Editor;
use crate::flows::review;
use crate::flows::sync_log::Entry;
use crate::store::{calendar, content, content_terms, sync_events};

/// Change some of the text. What is on the site already stays there as it is until it is published anew. Editors and owners.
#[utoipa::path(
    patch, path = "/api/v1/writer/content/{id}/", operation_id = "update_content", tag = "Content", request_body = ContentFields,
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version the change is meant for.")),
    responses(
        (status = 200, description = "The content as it is now.", body = Success<ContentView>),
        (status = 404, description = "`content_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 412, description = "`version_mismatch`: someone else changed it", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "`body_too_large`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_field`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn update_content(
    editor: Editor,
    state: Data<AppState>,
    id: Path<i64>,
    if_match: IfMatch,
    Json(body): Json<ContentFields>,
) -> Result<Success<ContentView>, Problem> {
    write(&editor, &state, *id, &if_match, body, Extent::Some).await
}

/// Set all of the text: what is absent gets its default. Editors and owners.
#[utoipa::path(
    put, path = "/api/v1/writer/content/{id}/", operation_id = "replace_content", tag = "Content", request_body = ContentFields,
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version the change is meant for.")),
    responses(
        (status = 200, description = "The content as it is now.", body = Success<ContentView>),
        (status = 404, description = "`content_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 412, description = "`version_mismatch`: someone else changed it", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "`body_too_large`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_field`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn replace_content(
    editor: Editor,
    state: Data<AppState>,
    id: Path<i64>,
    if_match: IfMatch,
    Json(body): Json<ContentFields>,
) -> Result<Success<ContentView>, Problem> {
    write(&editor, &state, *id, &if_match, body, Extent::All).await
}

#[derive(Clone, Copy)]
enum Extent {
    Some,
    All,
}

async fn write(
    editor: &Editor,
    state: &AppState,
    id: i64,
    if_match: &IfMatch,
    body: ContentFields,
    extent: Extent,
) -> Result<Success<ContentView>, Problem> {
    let (account, id, now) = (editor.account_id, ContentId::new(id), state.clock.now());
    state
        .database
        .transaction(async |tx| {
            let before = content::lock(tx.conn(), account, id).await?.ok_or_else(not_found)?;
            if_match.check(before.version)?;
            body.keep(before.site_id, &before.status)?;
            let known = content_terms::of(tx.conn(), account, id).await?;
            let (text, terms) = match extent {
                Extent::Some => body.onto(before.text.clone(), known.clone())?,
                Extent::All => body.anew()?,
            };
            if (&text, &terms) != (&before.text, &known) {
                content::rewrite(tx.conn(), id, text, now).await?;
                content_terms::replace(tx.conn(), account, id, &terms).await?;
                note(tx, &before, editor.user_id, now).await?;
            }
            show(tx, account, id).await
        })
        .await
        .map(ContentView::answer)
}

async fn note(
    tx: &mut Tx,
    before: &content::Content,
    user: UserId,
    now: Timestamp,
) -> Result<(), QueryError> {
    let entry = review::entry(before, "content_updated", format!("Edited “{}”", before.text.title));
    sync_events::record(tx, vec![Entry { details: json!({ "user_id": user }), ..entry }.at(now)]).await
}

/// The content as this transaction sees it.
pub async fn show(tx: &mut Tx, account: AccountId, id: ContentId) -> Result<ContentView, Problem> {
    let (found, publication) = content::find(tx.conn(), account, id).await?.ok_or_else(not_found)?;
    let terms = content_terms::of(tx.conn(), account, id).await?;
    let schedule = calendar::waiting(tx.conn(), &[found.id]).await?.pop();
    Ok(ContentView::new(found, terms, publication, schedule))
}
