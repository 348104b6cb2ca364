use std::collections::HashMap;

use database::Tx;
use diesel::QueryResult;
use diesel::result::Error as QueryError;
use domain::content::{ContentStatus, TransitionRefusal};
use domain::text::UnknownName;
use domain::{AccountId, ContentId, UserId};
use jiff::Timestamp;
use serde_json::json;

use super::schedule::WAKE;
use super::sync_log::Entry;
use crate::store::content::{self, Content};
use crate::store::{calendar, sync_events};

/// A step between a writer's draft and an editor's approval.
#[derive(Clone, Debug)]
pub enum Step {
    Submit,
    Approve,
    /// Back to the writer, with a reason if there is one to tell.
    Reject(Option<String>),
}

#[derive(Debug, thiserror::Error)]
pub enum StepError {
    #[error("there is no such content")]
    NoContent,
    #[error(transparent)]
    Refused(#[from] TransitionRefusal),
    #[error("a row has a name that stands for nothing")]
    Unknown(#[from] UnknownName),
    #[error("the query failed")]
    Query(#[from] QueryError),
}

/// Takes the step with content that is locked, as its publication is. What is handed back leaves the calendar.
pub async fn take(
    tx: &mut Tx,
    now: Timestamp,
    user: UserId,
    content: &Content,
    step: Step,
) -> Result<Content, StepError> {
    let (next, entry) = decide(Some(user), content, &step)?;
    let changed = content::set_status(tx.conn(), ContentId::new(content.id), next, now).await?;
    match step {
        Step::Submit => {}
        Step::Approve => content::keep_back(tx.conn(), &[content.id], false).await?,
        Step::Reject(_) => {
            calendar::remove(tx.conn(), &[content.id]).await?;
        }
    }
    tx.wake_after_commit(WAKE);
    sync_events::record(tx, vec![entry.at(now)]).await?;
    Ok(changed)
}

/// Takes the step with each of the account's contents that it fits, with as many statements as for one. The ids differ.
pub async fn take_all(
    tx: &mut Tx,
    now: Timestamp,
    (account, user): (AccountId, Option<UserId>),
    ids: &[ContentId],
    step: &Step,
) -> QueryResult<Vec<Result<(), StepError>>> {
    let locked = content::lock_of(tx.conn(), account, ids).await?;
    let contents: HashMap<i64, Content> = locked.into_iter().map(|it| (it.id, it)).collect();
    let (mut statuses, mut events) = (Vec::new(), Vec::new());
    let mut outcomes = Vec::with_capacity(ids.len());
    for id in ids {
        let decided = match contents.get(&id.get()) {
            Some(content) => decide(user, content, step),
            None => Err(StepError::NoContent),
        };
        outcomes.push(decided.map(|(next, entry)| {
            statuses.push((id.get(), next));
            events.push(entry.at(now));
        }));
    }
    content::set_statuses(tx.conn(), &statuses, now).await?;
    if let Step::Approve = step {
        let approved: Vec<i64> = statuses.iter().map(|(id, _)| *id).collect();
        content::keep_back(tx.conn(), &approved, false).await?;
    }
    tx.wake_after_commit(WAKE);
    sync_events::record(tx, events).await?;
    Ok(outcomes)
}

fn decide(user: Option<UserId>, content: &Content, step: &Step) -> Result<(ContentStatus, Entry), StepError> {
    let status: ContentStatus = content.status.parse()?;
    let (next, action, verb) = match step {
        Step::Submit => (status.submit()?, "content_submitted", "Submitted"),
        Step::Approve => (status.approve()?, "content_approved", "Approved"),
        Step::Reject(_) => (status.reject()?, "content_rejected", "Rejected"),
    };
    let mut details = json!({ "user_id": user, "from": status.as_str(), "to": next.as_str() });
    if let Step::Reject(Some(reason)) = step {
        details["reason"] = reason.as_str().into();
    }
    let entry = entry(content, action, format!("{verb} “{}”", content.text.title));
    Ok((next, Entry { details, ..entry }))
}

/// What people did to content, for its timeline.
pub fn entry(content: &Content, action: &'static str, description: String) -> Entry {
    Entry::of_content((content.account_id, content.site_id, content.id), action, description)
}
