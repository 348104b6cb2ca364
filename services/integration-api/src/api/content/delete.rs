use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use domain::ContentId;
use domain::content::PublicationState;
use serde_json::json;
use web::{Path, Problem, ProblemBody};

use super::{IfMatch, not_found};
use crate::access::Editor;
use crate::flows::review;
use crate::flows::sync_log::Entry;
use crate::store::publications::Publication;
use crate::store::{content, publications, sync_events};
use crate::{AppState, codes};

/// Delete content that never was on its site, or is there no more. Editors and owners.
#[utoipa::path(
    delete, path = "/api/v1/writer/content/{id}/", operation_id = "delete_content", tag = "Content",
    params(("id" = i64, Path), ("If-Match" = Option<String>, Header, description = "The ETag of the version that is meant.")),
    responses(
        (status = 204, description = "It is gone; its timeline stays in the log."),
        (status = 404, description = "`content_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "`content_on_site`: it was published, or is about to be", body = ProblemBody, content_type = "application/problem+json"),
        (status = 412, description = "`version_mismatch`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn delete_content(
    editor: Editor,
    state: Data<AppState>,
    id: Path<i64>,
    if_match: IfMatch,
) -> Result<HttpResponse, Problem> {
    let (id, now) = (ContentId::new(*id), state.clock.now());
    state
        .database
        .transaction(async |tx| {
            let publication = publications::lock_one(tx.conn(), editor.account_id, id).await?;
            let found = content::lock(tx.conn(), editor.account_id, id).await?;
            let (Some(publication), Some(found)) = (publication, found) else {
                return Err(not_found());
            };
            if_match.check(found.version)?;
            if was_on_site(&publication) {
                return Err(on_site());
            }
            content::delete(tx.conn(), id).await?;
            let entry = review::entry(&found, "content_deleted", format!("Deleted “{}”", found.text.title));
            let entry = Entry { details: json!({ "user_id": editor.user_id }), ..entry };
            sync_events::record(tx, vec![entry.at(now)]).await?;
            Ok::<_, Problem>(HttpResponse::NoContent().finish())
        })
        .await
}

fn was_on_site(publication: &Publication) -> bool {
    let never = [PublicationState::None.as_str(), PublicationState::Failed.as_str()];
    if publication.state == PublicationState::Gone.as_str() {
        return false;
    }
    publication.external_id.is_some() || !never.contains(&publication.state.as_str())
}

fn on_site() -> Problem {
    let detail = "This content was published, or is about to be. Delete its post first (…/delete/), or unpublish it and keep the content.";
    Problem::new(StatusCode::CONFLICT, codes::CONTENT_ON_SITE, detail)
}
