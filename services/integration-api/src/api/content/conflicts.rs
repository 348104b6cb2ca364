use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use domain::ContentId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{IdempotencyKey, Json, List, Page, Path, Problem, ProblemBody, Success};

mod view;

pub use self::view::{ConflictDiff, ConflictView, DiffRow};
use super::command::{self, CommandJob};
use super::not_found;
use crate::access::{Editor, Member};
use crate::flows::conflict::{Choice, Resolution, ResolveError, Versions, resolve};
use crate::idempotency::Once;
use crate::store::conflicts::{self, PostText};
use crate::store::content;
use crate::{AppState, codes};

#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
pub struct ResolveConflict {
    /// keep_ours, keep_theirs or merged.
    resolution: String,
    /// The text that is to stand on both sides; for `merged` only. Absent: the platform's own proposal.
    merged: Option<PostText>,
}

/// List the conflicts of one piece of content, newest first. The open one comes with its diff.
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
    let mut diff = match rows.iter().find(|row| row.resolution.is_none()) {
        Some(open) => {
            let (content, _) = content::find(connection, account, id).await?.ok_or_else(not_found)?;
            Some(Versions::of(open, &content.text).compared(ConflictDiff::of).await)
        }
        None => None,
    };
    Ok(page.list(
        rows,
        |row| row.id,
        |row| {
            let diff = if row.resolution.is_none() { diff.take() } else { None };
            ConflictView::new(row, diff)
        },
    ))
}

/// Settle a conflict: send our text or a merged one, or take over the site's. What is sent is written for what the site has now; if
/// that changes again, that is a new conflict. Settling it again in the same way changes nothing. Editors and owners.
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
            description = "`conflict_resolved`, `not_mergeable`, `publish_in_progress`, and what republish is refused for",
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
    let choice = body.read()?;
    let (who, what) = ((editor.account_id, editor.user_id), (ContentId::new(id), conflict));
    once.run(&editor, &body, async move |tx, now| {
        Ok(command::answer(what.0, resolve(tx, now, who, what, choice).await.map_err(refusal)?))
    })
    .await
}

impl ResolveConflict {
    fn read(&self) -> Result<Choice, Problem> {
        let merged = match (self.resolution.as_str(), self.merged.clone()) {
            ("keep_ours", None) => return Ok(Choice::Resolution(Resolution::KeepOurs)),
            ("keep_theirs", None) => return Ok(Choice::Resolution(Resolution::KeepTheirs)),
            ("merged", None) => return Ok(Choice::MergeByItself),
            ("merged", Some(merged)) => merged,
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
        Ok(Choice::Resolution(Resolution::Merged(merged)))
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
        ResolveError::NotMergeable => Problem::new(
            StatusCode::CONFLICT,
            codes::NOT_MERGEABLE,
            "The edits touch, or the site does not know any more what they have in common. Send the merged text yourself.",
        ),
        ResolveError::TooLarge => {
            let advice = "the text would have more than 5 MiB, which content can't have; keep ours or send a merged one";
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
