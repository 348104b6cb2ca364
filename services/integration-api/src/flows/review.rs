use database::Tx;
use diesel::result::Error as QueryError;
use domain::content::{ContentStatus, TransitionRefusal};
use domain::text::UnknownName;
use domain::{ContentId, UserId};
use jiff::Timestamp;
use serde_json::json;

use super::sync_log::{CONTENT, Entry, LOCAL};
use crate::store::content::{self, Content};
use crate::store::sync_events;

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
    #[error(transparent)]
    Refused(#[from] TransitionRefusal),
    #[error("a row has a name that stands for nothing")]
    Unknown(#[from] UnknownName),
    #[error("the query failed")]
    Query(#[from] QueryError),
}

/// Takes the step with content that is locked.
pub async fn take(
    tx: &mut Tx,
    now: Timestamp,
    user: UserId,
    content: &Content,
    step: Step,
) -> Result<Content, StepError> {
    let status: ContentStatus = content.status.parse()?;
    let (next, action, verb) = match &step {
        Step::Submit => (status.submit()?, "content_submitted", "Submitted"),
        Step::Approve => (status.approve()?, "content_approved", "Approved"),
        Step::Reject(_) => (status.reject()?, "content_rejected", "Rejected"),
    };
    let changed = content::set_status(tx.conn(), ContentId::new(content.id), next, now).await?;
    let mut details = json!({ "user_id": user, "from": status.as_str(), "to": next.as_str() });
    if let Step::Reject(Some(reason)) = step {
        details["reason"] = reason.into();
    }
    let entry = entry(content, action, format!("{verb} “{}”", content.text.title));
    sync_events::record(tx, vec![Entry { details, ..entry }.at(now)]).await?;
    Ok(changed)
}

/// What people did to content, for its timeline.
pub fn entry(content: &Content, action: &'static str, description: String) -> Entry {
    Entry {
        account_id: content.account_id,
        site_id: content.site_id,
        integration_id: None,
        content_id: Some(content.id),
        event_type: CONTENT,
        action,
        direction: LOCAL,
        description,
        error: None,
        external_id: None,
        details: json!({}),
        duration_ms: None,
    }
}
