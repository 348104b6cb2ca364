use actix_web::http::StatusCode;
use domain::ContentId;
use web::{Problem, Success};

use super::update::show;
use super::{ContentView, IfMatch, not_found};
use crate::AppState;
use crate::access::Editor;
use crate::flows::review::{self, Step, StepError};
use crate::store::{content, publications};

/// One step of the review, in a transaction of its own.
pub async fn take(
    editor: &Editor,
    state: &AppState,
    id: i64,
    if_match: &IfMatch,
    step: Step,
) -> Result<Success<ContentView>, Problem> {
    let (account, id, now) = (editor.account_id, ContentId::new(id), state.clock.now());
    state
        .database
        .transaction(async |tx| {
            publications::lock_one(tx.conn(), account, id).await?;
            let content = content::lock(tx.conn(), account, id).await?.ok_or_else(not_found)?;
            if_match.check(content.version)?;
            review::take(tx, now, editor.user_id, &content, step).await.map_err(refusal)?;
            show(tx, account, id).await
        })
        .await
        .map(ContentView::answer)
}

pub fn refusal(error: StepError) -> Problem {
    match error {
        StepError::NoContent => not_found(),
        StepError::Refused(refusal) => {
            Problem::new(StatusCode::CONFLICT, refusal.code(), refusal.to_string())
        }
        StepError::Unknown(error) => Problem::internal(&error),
        StepError::Query(error) => error.into(),
    }
}
