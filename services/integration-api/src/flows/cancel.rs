use contracts::publishing::CancelOperation;
use database::Tx;
use diesel::result::Error as QueryError;
use domain::content::PublicationState;
use domain::content::command::{CancelRefusal, Cancellation, cancel};
use domain::text::UnknownName;
use domain::{AccountId, ContentId, UserId};
use jiff::Timestamp;
use serde_json::json;

use super::command::present_state;
use super::sync_log::{Entry, IGNY8_TO_WP, PUBLISH};
use crate::store::{calendar, content, publications, sync_events};

#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    #[error("there is no such content")]
    NoContent,
    #[error(transparent)]
    Refused(#[from] CancelRefusal),
    #[error("a row has a name that stands for nothing")]
    Unknown(#[from] UnknownName),
    #[error("the query failed")]
    Query(#[from] QueryError),
}

/// Calls off the latest wish for this content. What the worker has is only asked to be left; its report says whether it was.
pub async fn call_off(
    tx: &mut Tx,
    now: Timestamp,
    account: AccountId,
    user: UserId,
    id: ContentId,
) -> Result<(Cancellation, PublicationState), CancelError> {
    let row = publications::lock_one(tx.conn(), account, id).await?;
    let content = content::lock(tx.conn(), account, id).await?;
    let (Some(mut row), Some(content)) = (row, content) else {
        return Err(CancelError::NoContent);
    };
    let state = present_state(&row)?;
    let is_scheduled = !calendar::waiting(tx.conn(), &[content.id]).await?.is_empty();
    let cancellation = cancel(state, is_scheduled, row.follow_up.is_some())?;
    let title = &content.text.title;
    let (action, description) = match cancellation {
        Cancellation::Unschedule => ("content_unscheduled", format!("Took “{title}” out of the calendar")),
        Cancellation::DropFollowUp => {
            ("follow_up_dropped", format!("What was to follow for “{title}” was called off"))
        }
        Cancellation::AskWorker => {
            ("cancel_asked", format!("Asked to call off “{title}” before it reaches WordPress"))
        }
    };
    let entry = Entry {
        details: json!({ "user_id": user, "operation_id": row.operation_id, "follow_up": row.follow_up }),
        ..Entry::of(&row, PUBLISH, action, IGNY8_TO_WP, description)
    };
    match cancellation {
        Cancellation::Unschedule => {
            calendar::remove(tx.conn(), &[content.id]).await?;
            content::keep_back(tx.conn(), &[content.id], true).await?;
        }
        Cancellation::DropFollowUp => {
            row.follow_up = None;
            publications::write(tx.conn(), std::slice::from_ref(&row), now).await?;
        }
        Cancellation::AskWorker => {
            let message = CancelOperation {
                operation_id: row.operation_id.map(|id| id.to_string()).unwrap_or_default(),
                account_id: row.account_id,
                site_id: row.site_id,
                content_id: row.content_id,
                ordered_at_ms: now.as_millisecond(),
            };
            mailbox::post(tx, &message).await?;
        }
    }
    sync_events::record(tx, vec![entry.at(now)]).await?;
    Ok((cancellation, state))
}
