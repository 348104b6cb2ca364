//! Texts that somebody wrote on the site.

use std::collections::HashMap;

use contracts::reading::RemotePost;
use database::Tx;
use domain::ContentId;
use domain::content::merge::OurText;
use jiff::Timestamp;
use uuid::Uuid;

use crate::flows::apply_publish_report::ApplyError;
use crate::flows::conflict::{self, Versions, settle_by_policies, with_text};
use crate::flows::sync_log::{Entry, SYNC, WP_TO_IGNY8};
use crate::store::conflicts::{self, NewConflict, PostText};
use crate::store::content::{self, LARGEST_HTML, Text};
use crate::store::json::Json;
use crate::store::publications::Publication;
use crate::store::{post_bases, sync_events};

/// A post that says something else than we know.
pub struct Edit {
    pub content_id: i64,
    pub post: RemotePost,
}

/// What becomes of them.
#[derive(Default)]
pub struct Edited {
    /// The site wrote the same in other words, or only we wrote something since.
    pub unchanged: i64,
    texts: Vec<(ContentId, Text)>,
    bases: Vec<(i64, PostText)>,
    conflicts: Vec<NewConflict>,
    entries: Vec<Entry>,
}

enum Decision {
    Unchanged,
    TakeOver(OurText),
    Conflict,
}

/// Compares them with what we have; the publications say afterwards that we know.
pub async fn compare(
    tx: &mut Tx,
    now: Timestamp,
    rows: &mut HashMap<i64, Publication>,
    edits: Vec<Edit>,
) -> Result<Edited, ApplyError> {
    let mut edited = Edited::default();
    if edits.is_empty() {
        return Ok(edited);
    }
    let ids: Vec<i64> = edits.iter().map(|edit| edit.content_id).collect();
    let contents = content::lock_all(tx.conn(), &ids).await?;
    let contents: HashMap<i64, _> = contents.into_iter().map(|it| (it.id, it)).collect();
    let bases = post_bases::of_all(tx.conn(), &ids).await?;
    for Edit { content_id, mut post } in edits {
        let (Some(row), Some(content)) = (rows.get_mut(&content_id), contents.get(&content_id)) else {
            continue;
        };
        let theirs = text_of(&mut post);
        let base = post.base.take().map(base_of).or_else(|| bases.get(&content_id).cloned());
        row.remote_revision = Some(post.revision.clone());
        match decide(Versions::new(base.clone(), &content.text, theirs.clone()), &theirs).await {
            Decision::Unchanged => edited.unchanged += 1,
            Decision::TakeOver(text) => {
                edited.texts.push((ContentId::new(content_id), with_text(content, text.into())));
                edited.entries.push(taken_over(row, &content.text.title));
            }
            Decision::Conflict => {
                conflict::open(row);
                edited.conflicts.push(in_conflict(row, base, theirs, &post, now));
                edited.entries.push(found_conflict(row, &content.text.title));
                continue;
            }
        }
        if row.is_foreign {
            edited.bases.push((content_id, theirs));
        }
    }
    Ok(edited)
}

async fn decide(versions: Versions, theirs: &PostText) -> Decision {
    if theirs.content_html.len() > LARGEST_HTML {
        return Decision::Conflict;
    }
    versions
        .compared(|them| match them.taken_over() {
            _ if them.is_agreed() || !them.is_theirs_edited() => Decision::Unchanged,
            Some(text) => Decision::TakeOver(text),
            None => Decision::Conflict,
        })
        .await
}

impl Edited {
    pub fn updated(&self) -> i64 {
        i64::try_from(self.texts.len() + self.conflicts.len()).unwrap_or(i64::MAX)
    }

    pub async fn write(self, tx: &mut Tx, account: i64, now: Timestamp) -> Result<(), ApplyError> {
        for (id, text) in self.texts {
            content::rewrite(tx.conn(), id, text, now).await?;
        }
        post_bases::put(tx.conn(), account, &self.bases).await?;
        if !self.entries.is_empty() {
            let entries = self.entries.into_iter().map(|entry| entry.at(now)).collect();
            sync_events::record(tx, entries).await?;
        }
        let opened = conflicts::open(tx.conn(), self.conflicts, now).await?;
        settle_by_policies(tx, now, opened).await?;
        Ok(())
    }
}

fn text_of(post: &mut RemotePost) -> PostText {
    PostText {
        title: post.title.clone(),
        content_html: std::mem::take(&mut post.content_html),
        excerpt: post.excerpt.clone(),
    }
}

fn base_of(base: contracts::reading::Text) -> PostText {
    PostText { title: base.title, content_html: base.content_html, excerpt: base.excerpt }
}

fn in_conflict(
    row: &Publication,
    base: Option<PostText>,
    theirs: PostText,
    post: &RemotePost,
    now: Timestamp,
) -> NewConflict {
    NewConflict {
        account_id: row.account_id,
        content_id: row.content_id,
        operation_id: row.operation_id.unwrap_or(Uuid::nil()),
        base: base.map(Json),
        theirs: Json(theirs),
        their_revision: post.revision.clone(),
        theirs_modified_at: post.modified_at_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok()),
        found_at: now,
    }
}

fn taken_over(row: &Publication, title: &str) -> Entry {
    let description = format!("“{title}” was edited in WordPress; what was written there is taken over");
    Entry::of(row, SYNC, "content_taken_over", WP_TO_IGNY8, description)
}

fn found_conflict(row: &Publication, title: &str) -> Entry {
    let description = format!("“{title}” was edited here and in WordPress");
    Entry::of(row, SYNC, "edit_conflict", WP_TO_IGNY8, description)
}
