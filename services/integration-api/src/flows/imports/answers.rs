//! What publisher-worker read, and what is asked next.

use contracts::ReadReport;
use contracts::reading::{PostsRead, ReadFailed};
use database::Tx;
use diesel::QueryResult;
use jiff::Timestamp;
use uuid::Uuid;

use super::log::progress;
use super::{OVERLAP, by_name, current, end, fail, question};
use crate::flows::apply_publish_report::ApplyError;
use crate::flows::compare;
use crate::flows::take_posts::{Source, Taken, take_missing, take_posts};
use crate::store::drift;
use crate::store::imports::{self, DONE, Import, Kind};
use crate::store::integrations::{self, SyncStatus};
use crate::store::publications::Failure;
use crate::store::sync_events;

/// Problems that are kept.
const PROBLEMS: usize = 50;

/// Applies what publisher-worker read, site by site, so that nobody waits in a circle.
pub async fn apply_reads(
    tx: &mut Tx,
    now: Timestamp,
    mut reports: Vec<(Uuid, ReadReport)>,
) -> Result<(), ApplyError> {
    reports.sort_by_key(|(_, report)| match report {
        ReadReport::Read(it) => it.site_id,
        ReadReport::Failed(it) => it.site_id,
    });
    for (read_id, report) in reports {
        match report {
            ReadReport::Read(read) if read.post_type.is_empty() => apply_named(tx, now, read).await?,
            ReadReport::Read(read) => apply_page(tx, now, read_id, read).await?,
            ReadReport::Failed(failed) => apply_failure(tx, now, read_id, failed).await?,
        }
    }
    Ok(())
}

async fn apply_named(tx: &mut Tx, now: Timestamp, read: PostsRead) -> Result<(), ApplyError> {
    let imported = imports::imported(tx.conn(), &[read.integration_id]).await?;
    let source = Source {
        account_id: read.account_id,
        site_id: read.site_id,
        integration_id: read.integration_id,
        takes_new: !imported.is_empty(),
        is_close_look: true,
    };
    let told: Vec<i64> = read.posts.iter().map(|it| it.post_id).chain(read.missing.iter().copied()).collect();
    take_posts(tx, now, &source, read.posts).await?;
    if !read.missing.is_empty() {
        take_missing(tx, now, &source, &read.missing).await?;
    }
    drift::settle(tx.conn(), source.integration_id, &told).await?;
    Ok(())
}

async fn apply_page(tx: &mut Tx, now: Timestamp, read_id: Uuid, read: PostsRead) -> Result<(), ApplyError> {
    let Some(mut import) = imports::lock_reading(tx.conn(), read_id).await? else {
        tracing::debug!(%read_id, "a page that nobody waits for any more");
        return Ok(());
    };
    if import.kind == Kind::Compare.as_str() {
        return compare::apply(tx, now, import, read).await;
    }
    let is_import = import.kind == Kind::Import.as_str();
    let takes_new = is_import || !imports::imported(tx.conn(), &[import.integration_id]).await?.is_empty();
    let source = Source {
        account_id: import.account_id,
        site_id: import.site_id,
        integration_id: import.integration_id,
        takes_new,
        is_close_look: false,
    };
    let posts = i64::try_from(read.posts.len()).unwrap_or(i64::MAX);
    let taken = take_posts(tx, now, &source, read.posts).await?;
    let owner = (source.account_id, source.site_id, source.integration_id);
    let questions = by_name(owner, &taken.look_closer, now);
    if !questions.is_empty() {
        mailbox::post_all(tx, &questions).await?;
    }
    note(&mut import, &taken, (posts, read.total));
    turn_page(tx, now, &mut import, (read.cursor, read.more)).await?;
    Ok(())
}

/// Adds what became of a page.
fn note(import: &mut Import, taken: &Taken, (posts, total): (i64, i64)) {
    let (counts, new) = (&mut import.counts, taken.counts);
    counts.created += new.created;
    counts.updated += new.updated;
    counts.unchanged += new.unchanged;
    counts.skipped += new.skipped;
    let room = PROBLEMS.saturating_sub(import.problems.0.len());
    import.problems.0.extend(taken.problems.iter().take(room).cloned());
    if let Some(current) = current(import) {
        current.read += posts;
        current.total = total.max(current.read);
    }
}

/// Asks for the next page, of the next type if this one is through, or ends the run.
async fn turn_page(
    tx: &mut Tx,
    now: Timestamp,
    import: &mut Import,
    (cursor, more): (String, bool),
) -> QueryResult<()> {
    let (account, integration, started_at) = (import.account_id, import.integration_id, import.started_at);
    let is_import = import.kind == Kind::Import.as_str();
    if let Some(current) = current(import) {
        // A site that goes nowhere would be asked the same for ever.
        let moves_on = more && current.cursor != cursor;
        current.cursor = cursor;
        current.done = !moves_on;
        if current.done {
            // What is read by id says nothing of when; the next run looks from the beginning of this one on.
            let cursor = if is_import { (started_at - OVERLAP).to_string() } else { current.cursor.clone() };
            imports::set_cursor(tx.conn(), (account, integration, &current.post_type), &cursor, now).await?;
        }
    }
    go_on(tx, now, import).await
}

/// Asks what comes next, or ends the run if nothing does; in either case it is written.
pub async fn go_on(tx: &mut Tx, now: Timestamp, import: &mut Import) -> QueryResult<()> {
    if current(import).is_some() {
        let read_id = Uuid::now_v7();
        import.read_id = Some(read_id);
        mailbox::post(tx, &question(import, read_id, now)).await?;
    } else {
        end(import, DONE, now);
        integrations::note_sync(tx.conn(), import.integration_id, (SyncStatus::Success, ""), now).await?;
    }
    imports::write(tx.conn(), import, now).await?;
    // A look that found nothing is nobody's news.
    if import.kind == Kind::Import.as_str()
        || import.state == DONE && import.counts.created + import.counts.updated > 0
    {
        sync_events::record(tx, vec![progress(import).at(now)]).await?;
    }
    Ok(())
}

async fn apply_failure(
    tx: &mut Tx,
    now: Timestamp,
    read_id: Uuid,
    failed: ReadFailed,
) -> Result<(), ApplyError> {
    let failure = Failure {
        cause: failed.cause,
        detail: failed.detail,
        evidence: failed.evidence,
        next_step: failed.next_step,
        http_status: None,
    };
    if let Some(import) = imports::lock_reading(tx.conn(), read_id).await? {
        fail(tx, now, import, failure).await?;
    } else {
        tracing::info!(site.id = failed.site_id, cause = failure.cause, "posts could not be read");
    }
    Ok(())
}
