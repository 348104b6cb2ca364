//! Posts that were read from a site: new ones become content, known ones say what somebody made of them there.

use std::collections::{HashMap, HashSet};

use contracts::reading::RemotePost;
use database::Tx;
use diesel::QueryResult;
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use domain::content::ContentStatus;
use domain::wordpress::{Mapped, map};
use jiff::Timestamp;

mod edits;
mod metadata;
mod new;
mod standing;

use self::edits::Edit;
pub use self::metadata::metadata;
use super::apply_publish_report::ApplyError;
use crate::store::imports::{Counts, Problem};
use crate::store::publications::Publication;
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
    let known = known(tx, source, &posts).await?;
    let ids: Vec<i64> = known.values().copied().collect();
    let locked = publications::lock(tx.conn(), &ids).await?;
    let mut rows: HashMap<i64, Publication> = locked.into_iter().map(|row| (row.content_id, row)).collect();

    let mut taken = Taken::default();
    let (mut new, mut edits, mut statuses, mut seen) = (Vec::new(), Vec::new(), Vec::new(), HashSet::new());
    for post in posts.into_iter().filter(|post| seen.insert(post.post_id)) {
        let Some(row) = known.get(&post.post_id).and_then(|id| rows.get_mut(id)) else {
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
    let edited = edits::compare(tx, &mut rows, edits).await?;
    taken.counts.unchanged += edited.unchanged;
    taken.counts.updated += edited.updated();
    publications::write(tx.conn(), &rows.into_values().collect::<Vec<_>>(), now).await?;
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
    let found = by_posts(tx, source, posts).await?;
    let ids: Vec<i64> = found.values().copied().collect();
    let mut rows = publications::lock(tx.conn(), &ids).await?;
    rows.retain(|row| row.account_id == source.account_id && row.state != "gone");
    let (mut statuses, mut events) = (Vec::new(), Vec::new());
    for row in &mut rows {
        if standing::is_under_way(row)? {
            continue;
        }
        statuses.push((row.content_id, standing::gone(row, now)));
        events.push(standing::told_gone(row).at(now));
    }
    publications::write(tx.conn(), &rows, now).await?;
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

/// Which content stands behind which post: the one with this post, else the one the site names, if that is the site's.
async fn known(tx: &mut Tx, source: &Source, posts: &[RemotePost]) -> QueryResult<HashMap<i64, i64>> {
    let ids: Vec<i64> = posts.iter().map(|post| post.post_id).collect();
    let mut known = by_posts(tx, source, &ids).await?;
    let named: Vec<i64> = posts.iter().map(|post| post.content_id).filter(|id| *id > 0).collect();
    if named.is_empty() {
        return Ok(known);
    }
    let named = content::of_site(tx.conn(), (source.account_id, source.site_id), &named).await?;
    let taken: HashSet<i64> = known.values().copied().collect();
    for post in posts.iter().filter(|it| named.contains(&it.content_id) && !taken.contains(&it.content_id)) {
        known.entry(post.post_id).or_insert(post.content_id);
    }
    Ok(known)
}

async fn by_posts(tx: &mut Tx, source: &Source, posts: &[i64]) -> QueryResult<HashMap<i64, i64>> {
    let sites = posts.iter().map(|_| source.site_id).collect();
    let names = posts.iter().map(ToString::to_string).collect();
    let found = publications::by_posts(tx.conn(), sites, names).await?;
    Ok(found.into_iter().filter_map(|(_, post, content)| Some((post.parse().ok()?, content))).collect())
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
