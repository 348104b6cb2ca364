use database::Tx;
use diesel::result::Error as QueryError;
use domain::content::{Command, PublicationState};
use domain::{AccountId, ContentId, UserId};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Resolution, ResolveError, WARNING};
use crate::flows::command::{Ordered, Wish, order_one, present_state};
use crate::flows::sync_log::{Entry, IGNY8_TO_WP, PUBLISH};
use crate::store::conflicts::{Conflict, PostText};
use crate::store::content::{self, Content};
use crate::store::publications::{self, Publication};
use crate::store::{conflicts, sync_events};

/// An open conflict and what it is about, locked.
#[derive(Debug)]
pub struct Case {
    pub row: Publication,
    pub content: Content,
    pub conflict: Conflict,
}

impl Case {
    /// The update that sends what a resolution decided.
    pub fn wish(&self, user: Option<UserId>) -> Wish {
        Wish {
            account_id: AccountId::new(self.content.account_id),
            user_id: user,
            content_id: ContentId::new(self.content.id),
            integration_id: None,
            command: Command::Update,
        }
    }
}

/// Writes the resolution down and does what it says. `user` is nobody if the site's policy decided, for the reason `why`.
///
/// What is sent is written for what is on the site now. The text that loses stays with the conflict.
pub async fn settle(
    tx: &mut Tx,
    now: Timestamp,
    mut case: Case,
    resolution: Resolution,
    user: Option<UserId>,
    why: Option<&str>,
) -> Result<Ordered, ResolveError> {
    let wish = case.wish(user);
    let state = present_state(&case.row)?;
    let ours = PostText::from(&case.content.text);
    let by = user.map(UserId::get);
    conflicts::resolve(tx.conn(), case.conflict.id, resolution.as_str(), ours.clone(), by, now).await?;
    let state = clear(&mut case, state);
    publications::write(tx.conn(), std::slice::from_ref(&case.row), now).await?;
    sync_events::record(tx, vec![entry(&case, &resolution, user, why).at(now)]).await?;
    match resolution {
        Resolution::KeepTheirs => {
            rewrite(tx, &case.content, case.conflict.theirs.0, now).await?;
            return Ok(Ordered::Unchanged { state });
        }
        Resolution::Merged(text) if text != ours => rewrite(tx, &case.content, text, now).await?,
        Resolution::Merged(_) | Resolution::KeepOurs => {}
    }
    Ok(order_one(tx, now, wish).await??)
}

/// The publication as it stands without the conflict.
fn clear(case: &mut Case, state: PublicationState) -> PublicationState {
    let row = &mut case.row;
    row.remote_revision = Some(case.conflict.their_revision.clone());
    row.warnings.0.retain(|warning| warning.code != WARNING);
    if row.warnings.0.is_empty() && state.is_live() {
        PublicationState::Live.as_str().clone_into(&mut row.state);
        return PublicationState::Live;
    }
    state
}

async fn rewrite(tx: &mut Tx, content: &Content, text: PostText, now: Timestamp) -> Result<(), QueryError> {
    content::rewrite(tx.conn(), ContentId::new(content.id), with_text(content, text), now).await?;
    Ok(())
}

/// A content's text once this is what it says.
pub fn with_text(content: &Content, text: PostText) -> content::Text {
    let mut all = content.text.clone();
    // A post may go without a title; content may not.
    if !text.title.trim().is_empty() {
        all.title = text.title.trim().chars().take(500).collect();
    }
    all.content_html = text.content_html;
    all.excerpt = Some(text.excerpt).filter(|it| !it.is_empty());
    all
}

fn entry(case: &Case, resolution: &Resolution, user: Option<UserId>, why: Option<&str>) -> Entry {
    let what = match resolution {
        Resolution::KeepOurs => "our text is sent",
        Resolution::KeepTheirs => "the site's text is kept",
        Resolution::Merged(_) => "a merged text is sent",
    };
    let mut details: Value = json!({
        "conflict_id": case.conflict.id, "resolution": resolution.as_str(), "user_id": user,
    });
    let title = &case.content.text.title;
    let description = match why {
        Some(why) => {
            details["why"] = why.into();
            format!("Settled the conflict on “{title}” by itself: {what}, because {why}")
        }
        None => format!("Settled the conflict on “{title}”: {what}"),
    };
    Entry { details, ..Entry::of(&case.row, PUBLISH, "conflict_resolved", IGNY8_TO_WP, description) }
}
