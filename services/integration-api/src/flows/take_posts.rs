//! Posts that were read from a site: new ones become content, known ones say what somebody made of them there.

use std::collections::HashSet;

use contracts::reading::RemotePost;
use database::Tx;
use diesel::QueryResult;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use domain::content::{ContentStatus, PublicationState};
use domain::wordpress::{Mapped, map};
use jiff::Timestamp;

mod edits;
mod metadata;
mod new;
mod standing;

use self::edits::Edit;
pub use self::metadata::metadata;
use super::apply_publish_report::ApplyError;
use super::known_posts::{KnownPosts, Spoken};
use crate::store::imports::{Counts, Problem};
use crate::store::{content, publications, sync_events};

/// Whose posts they are, and what may be done with them.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    pub account_id: i64,
    pub site_id: i64,
    pub integration_id: i64,
    /// Posts that are no content yet become some.
    pub takes_new: bool,
    /// They were asked for by name, so that the site told all it knows of them.
    pub is_close_look: bool,
}

impl Source {
    /// `content_id`: what the site believes the post to be of; 0: of nothing.
    fn speaks_of(&self, post_id: i64, content_id: i64) -> Spoken {
        Spoken {
            account_id: self.account_id,
            site_id: self.site_id,
            post_id,
            content_id: Some(content_id).filter(|id| *id > 0),
        }
    }
}

#[derive(Debug, Default)]
pub struct Taken {
    pub counts: Counts,
    pub problems: Vec<Problem>,
    /// Posts that say something else than we know, to be asked for by name.
    pub look_closer: Vec<i64>,
}

/// Takes them in: one statement per kind of row, but for texts that were edited.
pub async fn take_posts(
    tx: &mut Tx,
    now: Timestamp,
    source: &Source,
    posts: Vec<RemotePost>,
) -> Result<Taken, ApplyError> {
    lock_site(tx, source.site_id).await?;
    let spoken: Vec<Spoken> =
        posts.iter().map(|post| source.speaks_of(post.post_id, post.content_id)).collect();
    let mut known = KnownPosts::lock(tx, &spoken).await?;
    let mut taken = Taken::default();
    let (mut new, mut edits, mut statuses, mut seen) = (Vec::new(), Vec::new(), Vec::new(), HashSet::new());
    for post in posts.into_iter().filter(|post| seen.insert(post.post_id)) {
        let Some(row) = known.of(&source.speaks_of(post.post_id, post.content_id)) else {
            if source.takes_new && is_to_be_taken(&post) {
                new.push(post);
            }
            continue;
        };
        let says_something_else = row.remote_revision.as_deref() != Some(&*post.revision);
        if let Some(status) = standing::apply(row, source, &post, now)? {
            statuses.push((row.content_id, status));
        }
        // What a command under way makes of the text, its report will say.
        if !says_something_else || standing::is_under_way(row)? {
            taken.counts.unchanged += 1;
        } else if source.is_close_look || row.is_foreign {
            edits.push(Edit { content_id: row.content_id, post });
        } else {
            taken.look_closer.push(post.post_id);
        }
    }
    let edited = edits::compare(tx, now, known.rows_mut(), edits).await?;
    taken.counts.unchanged += edited.unchanged;
    taken.counts.updated += edited.updated();
    publications::write(tx.conn(), &known.into_rows(), now).await?;
    content::set_statuses(tx.conn(), &statuses, now).await?;
    edited.write(tx, source.account_id, now).await?;
    new::create(tx, now, source, new, &mut taken).await?;
    Ok(taken)
}

/// The site says that it does not have these posts any more.
pub async fn take_missing(
    tx: &mut Tx,
    now: Timestamp,
    source: &Source,
    posts: &[i64],
) -> Result<(), ApplyError> {
    lock_site(tx, source.site_id).await?;
    let spoken: Vec<Spoken> = posts.iter().map(|post| source.speaks_of(*post, 0)).collect();
    let mut known = KnownPosts::lock(tx, &spoken).await?;
    let (mut statuses, mut events) = (Vec::new(), Vec::new());
    for post in &spoken {
        let Some(row) = known.of(post) else { continue };
        if row.state == PublicationState::Gone.as_str() || standing::is_under_way(row)? {
            continue;
        }
        statuses.push((row.content_id, standing::gone(row, now)));
        events.push(standing::told_gone(row).at(now));
    }
    publications::write(tx.conn(), &known.into_rows(), now).await?;
    content::set_statuses(tx.conn(), &statuses, now).await?;
    sync_events::record(tx, events).await?;
    Ok(())
}

/// Posts of a site are taken in one batch after another: the same new post in two of them must not become content twice.
async fn lock_site(tx: &mut Tx, site: i64) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('posts of ' || current_schema(), $1))")
        .bind::<BigInt, _>(site)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What lies in the trash or is half made does not become content.
fn is_to_be_taken(post: &RemotePost) -> bool {
    post.post_id > 0 && post.post_status != "trash" && matches!(map(&post.post_status), Mapped::Status(_))
}

/// As content has it.
fn status_of(post: &RemotePost) -> ContentStatus {
    match map(&post.post_status) {
        Mapped::Status(status) => status,
        Mapped::Gone | Mapped::Unknown => ContentStatus::Draft,
    }
}
