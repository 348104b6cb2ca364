use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use domain::ContentId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{IdempotencyKey, Json, List, Page, Path, Problem, ProblemBody, Success};

use super::command::{self, CommandJob};
use super::not_found;
use crate::access::{Editor, Member};
use crate::flows::conflict::{Resolution, ResolveError, resolve};
use crate::idempotency::Once;
use crate::store::conflicts::{self, Conflict, PostText};
use crate::store::content;
use crate::{AppState, codes};

/// Edits on both sides since the last sync. Ours is the content itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConflictView {
    pub id: i64,
    /// The update that was not made.
    pub operation_id: Uuid,
    /// What both sides have in common: the post as our last command left it. Null: the site does not know any more.
    pub base: Option<PostText>,
    /// The post as it stands on the site.
    pub theirs: PostText,
    pub theirs_modified_at: Option<Timestamp>,
    pub found_at: Timestamp,
    /// Null: it is open.
    pub resolution: Option<String>,
    pub resolved_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ResolveConflict {
    /// keep_ours, keep_theirs or merged.
    resolution: String,
    /// The text that is to stand on both sides; for `merged` only.
    merged: Option<PostText>,
}

/// List the conflicts of one piece of content, newest first.
#[utoipa::path(
    get, path = "/api/v1/writer/content/{id}/conflicts/", operation_id = "list_conflicts", tag = "Content",
    params(("id" = i64, Path), Page),
    responses(
        (status = 200, description = "A page of conflicts.", body = List<ConflictView>),
        (status = 404, description = "`content_not_found`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn list_conflicts(
    member: Member,
    state: Data<AppState>,
    id: Path<i64>,
    page: Page,
) -> Result<List<ConflictView>, Problem> {
    let before: Option<i64> = page.after()?;
    let (account, id) = (member.account_id, ContentId::new(*id));
    let connection = &mut *state.database.connection().await?;
    if !content::exists(connection, account, id).await? {
        return Err(not_found());
    }
    let rows = conflicts::page(connection, account, id, before, page.limit_plus_one()).await?;
    Ok(page.list(rows, |row| row.id, ConflictView::from))
}

/// Settle a conflict: send our text or a merged one, or take over the site's. What is sent is written for what the site has now; if
/// that changes again, that is a new conflict. Editors and owners.
#[utoipa::path(
    post, path = "/api/v1/writer/content/{id}/conflicts/{conflict_id}/resolve/", operation_id = "resolve_conflict", tag = "Content",
    request_body = ResolveConflict,
    params(
        ("id" = i64, Path),
        ("conflict_id" = i64, Path),
        IdempotencyKey,
    ),
    responses(
        (status = 200, description = "It is settled, and nothing has to be sent.", body = Success<CommandJob>),
        (status = 202, description = "It is settled, and the text is on its way.", body = Success<CommandJob>),
        (status = 404, description = "`content_not_found`, `conflict_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (
            status = 409, body = ProblemBody, content_type = "application/problem+json",
            description = "`conflict_resolved`, `publish_in_progress`, and what republish is refused for",
        ),
        (status = 422, description = "`invalid_field`, `idempotency_key_reused`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn resolve_conflict(
    editor: Editor,
    once: Once,
    path: Path<(i64, i64)>,
    Json(body): Json<ResolveConflict>,
) -> Result<HttpResponse, Problem> {
    let (id, conflict) = *path;
    let resolution = body.read()?;
    let (who, what) = ((editor.account_id, editor.user_id), (ContentId::new(id), conflict));
    once.run(&editor, &body, async move |tx, now| {
        let ordered = resolve(tx, now, who, what, resolution).await.map_err(refusal)?;
        Ok(match ordered {
            Some(ordered) => Success::accepted(super::address(id), CommandJob::new(what.0, ordered)),
            None => Success::ok(CommandJob {
                content_id: id,
                operation_id: None,
                outcome: "unchanged".to_owned(),
                state: "live".to_owned(),
            }),
        })
    })
    .await
}

impl ResolveConflict {
    fn read(&self) -> Result<Resolution, Problem> {
        let merged = match (self.resolution.as_str(), self.merged.clone()) {
            ("keep_ours", None) => return Ok(Resolution::KeepOurs),
            ("keep_theirs", None) => return Ok(Resolution::KeepTheirs),
            ("merged", Some(merged)) => merged,
            ("merged", None) => return Err(Problem::invalid_field("/merged", "missing: the merged text")),
            ("keep_ours" | "keep_theirs", Some(_)) => {
                return Err(Problem::invalid_field("/merged", "goes with merged only"));
            }
            _ => return Err(Problem::invalid_field("/resolution", "keep_ours, keep_theirs or merged")),
        };
        if merged.title.trim().is_empty() || merged.title.chars().count() > 500 {
            return Err(Problem::invalid_field("/merged/title", "1 to 500 characters"));
        }
        if merged.content_html.len() > content::LARGEST_HTML {
            return Err(Problem::invalid_field("/merged/content_html", "at most 5 MiB"));
        }
        Ok(Resolution::Merged(merged))
    }
}

impl From<Conflict> for ConflictView {
    fn from(row: Conflict) -> Self {
        Self {
            id: row.id,
            operation_id: row.operation_id,
            base: row.base.map(|it| it.0),
            theirs: row.theirs.0,
            theirs_modified_at: row.theirs_modified_at,
            found_at: row.found_at,
            resolution: row.resolution,
            resolved_at: row.resolved_at,
        }
    }
}

fn refusal(error: ResolveError) -> Problem {
    match error {
        ResolveError::NoContent => not_found(),
        ResolveError::NoConflict => Problem::new(
            StatusCode::NOT_FOUND,
            codes::CONFLICT_NOT_FOUND,
            "This content has no conflict with this id.",
        ),
        ResolveError::Resolved => Problem::new(
            StatusCode::CONFLICT,
            codes::CONFLICT_RESOLVED,
            "This conflict is settled already, or a newer one took its place.",
        ),
        ResolveError::TooLarge => {
            let advice = "the site's text has more than 5 MiB, which content can't have; keep ours or send a merged one";
            Problem::invalid_field("/resolution", advice)
        }
        ResolveError::UnderWay(state) => {
            let detail = "Something is on its way to the site. Settle the conflict when that is done.";
            Problem::new(StatusCode::CONFLICT, codes::PUBLISH_IN_PROGRESS, detail)
                .with("state", state.as_str())
        }
        ResolveError::Command(error) => command::refusal(error),
        ResolveError::Unknown(error) => Problem::internal(&error),
        ResolveError::Query(error) => error.into(),
    }
}
