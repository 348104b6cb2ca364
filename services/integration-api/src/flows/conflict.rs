use database::Tx;
use diesel::result::Error as QueryError;
use domain::content::{Command, PublicationState};
use domain::text::UnknownName;
use domain::{AccountId, ContentId, UserId};
use jiff::Timestamp;
use serde_json::json;

use super::command::{CommandError, Ordered, Wish, order_one, present_state};
use super::sync_log::{Entry, IGNY8_TO_WP, PUBLISH};
use crate::store::conflicts::PostText;
use crate::store::content::{self, Content};
use crate::store::publications::{self, Publication};
use crate::store::{conflicts, sync_events};

/// The code of the warning a publication has while its conflict is open.
pub const WARNING: &str = "conflict";

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    KeepOurs,
    KeepTheirs,
    Merged(PostText),
}

impl Resolution {
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::KeepOurs => "keep_ours",
            Self::KeepTheirs => "keep_theirs",
            Self::Merged(_) => "merged",
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    #[error("there is no such content")]
    NoContent,
    #[error("the content has no such conflict")]
    NoConflict,
    #[error("it is resolved already")]
    Resolved,
    #[error("their text is larger than content may be")]
    TooLarge,
    #[error("something is under way")]
    UnderWay(PublicationState),
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error("a row has a name that stands for nothing")]
    Unknown(#[from] UnknownName),
    #[error("the query failed")]
    Query(#[from] QueryError),
}

/// Settles a conflict. Ours or a merged text is sent, written for what is on the site now: if that changes again, that is a new conflict.
/// Theirs becomes the content's text, and nothing is sent.
pub async fn resolve(
    tx: &mut Tx,
    now: Timestamp,
    (account, user): (AccountId, UserId),
    (id, conflict): (ContentId, i64),
    resolution: Resolution,
) -> Result<Option<Ordered>, ResolveError> {
    let row = publications::lock_one(tx.conn(), account, id).await?;
    let content = content::lock(tx.conn(), account, id).await?;
    let (Some(mut row), Some(content)) = (row, content) else { return Err(ResolveError::NoContent) };
    let found = conflicts::find(tx.conn(), account, id, conflict).await?.ok_or(ResolveError::NoConflict)?;
    if found.resolution.is_some() {
        return Err(ResolveError::Resolved);
    }
    let state = present_state(&row)?;
    if state.is_under_way() {
        return Err(ResolveError::UnderWay(state));
    }
    if resolution == Resolution::KeepTheirs && found.theirs.0.content_html.len() > content::LARGEST_HTML {
        return Err(ResolveError::TooLarge);
    }
    conflicts::resolve(tx.conn(), conflict, resolution.as_str(), user.get(), now).await?;
    row.remote_revision = Some(found.their_revision);
    row.warnings.0.retain(|warning| warning.code != WARNING);
    if row.warnings.0.is_empty() && state.is_live() {
        PublicationState::Live.as_str().clone_into(&mut row.state);
    }
    publications::write(tx.conn(), std::slice::from_ref(&row), now).await?;
    sync_events::record(tx, vec![entry(&row, &content, user, conflict, &resolution).at(now)]).await?;
    match resolution {
        Resolution::KeepTheirs => {
            rewrite(tx, &content, found.theirs.0, now).await?;
            return Ok(None);
        }
        Resolution::Merged(text) => rewrite(tx, &content, text, now).await?,
        Resolution::KeepOurs => {}
    }
    let wish = Wish {
        account_id: account,
        user_id: Some(user),
        content_id: id,
        integration_id: None,
        command: Command::Update,
    };
    Ok(Some(order_one(tx, now, wish).await??))
}

async fn rewrite(tx: &mut Tx, content: &Content, text: PostText, now: Timestamp) -> Result<(), QueryError> {
    let mut all = content.text.clone();
    // A post may go without a title; content may not.
    if !text.title.trim().is_empty() {
        all.title = text.title.trim().chars().take(500).collect();
    }
    all.content_html = text.content_html;
    all.excerpt = Some(text.excerpt).filter(|it| !it.is_empty());
    content::rewrite(tx.conn(), ContentId::new(content.id), all, now).await?;
    Ok(())
}

fn entry(
    row: &Publication,
    content: &Content,
    user: UserId,
    conflict: i64,
    resolution: &Resolution,
) -> Entry {
    let what = match resolution {
        Resolution::KeepOurs => "our text is sent",
        Resolution::KeepTheirs => "the site's text is kept",
        Resolution::Merged(_) => "a merged text is sent",
    };
    Entry {
        details: json!({ "conflict_id": conflict, "resolution": resolution.as_str(), "user_id": user }),
        ..Entry::of(
            row,
            PUBLISH,
            "conflict_resolved",
            IGNY8_TO_WP,
            format!("Settled the conflict on “{}”: {what}", content.text.title),
        )
    }
}
