//! Runs through a site's posts, page by page: each page is asked for in the transaction that took in the one before, so that a run goes
//! on wherever whoever dies.

use contracts::reading::{PostsRead, ReadFailed, ReadPosts};
use contracts::{ReadOrder, ReadReport};
use database::Tx;
use diesel::QueryResult;
use domain::{AccountId, IntegrationId, UserId};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::apply_publish_report::ApplyError;
use super::compare;
use super::sync_log::{Entry, SYNC, WP_TO_IGNY8};
use super::take_posts::{Source, Taken, take_missing, take_posts};
use crate::store::content_types::{self, ContentType};
use crate::store::drift;
use crate::store::imports::{
    self, CANCELLED, DONE, FAILED, Import, Kind, NewImport, RUNNING, TypeProgress, WHOLE_PAGE,
};
use crate::store::integrations::{self, Integration, SyncStatus};
use crate::store::json::Json;
use crate::store::publications::Failure;
use crate::store::sync_events;

/// Posts that are asked for by name in one message.
const NAMED: usize = 20;
/// Problems that are kept.
const PROBLEMS: usize = 50;
/// A site's clock may be off, and what was being written when a run began is to be seen by the next.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// Read where the site has not told yet which types it has.
const USUAL_TYPES: [&str; 2] = ["post", "page"];

/// The types to be read: those named, else those that somebody chose to be synchronised.
fn types_to_read(known: &[ContentType], named: Option<Vec<String>>) -> Vec<String> {
    named.unwrap_or_else(|| {
        if known.is_empty() {
            USUAL_TYPES.map(str::to_owned).to_vec()
        } else {
            content_types::enabled_post_types(known)
        }
    })
}

/// How many posts of a type are asked for at once.
fn page_limit(known: &[ContentType], post_type: &str) -> i32 {
    let chosen = known.iter().find(|it| it.kind == content_types::POST_TYPE && it.slug == post_type);
    chosen.map_or(WHOLE_PAGE, |it| it.fetch_limit.clamp(1, WHOLE_PAGE))
}

/// Begins a run through these types, or those that are chosen; the one that is under way, if there is one. `None`: no type is chosen.
pub async fn start(
    tx: &mut Tx,
    now: Timestamp,
    integration: &Integration,
    kind: Kind,
    post_types: Option<Vec<String>>,
    user: Option<UserId>,
) -> QueryResult<Option<Import>> {
    let known = content_types::of(tx.conn(), IntegrationId::new(integration.id)).await?;
    let post_types = types_to_read(&known, post_types);
    if post_types.is_empty() {
        integrations::note_sync(tx.conn(), integration.id, (SyncStatus::Idle, ""), now).await?;
        return Ok(None);
    }
    let cursors = match kind {
        Kind::Import | Kind::Compare => Vec::new(),
        Kind::Changes => imports::cursors(tx.conn(), integration.id).await?,
    };
    let since = integration.connected_at.unwrap_or(now) - OVERLAP;
    let cursor = |post_type: &str| match kind {
        Kind::Import | Kind::Compare => String::new(),
        Kind::Changes => cursors
            .iter()
            .find(|(read, _)| read == post_type)
            .map_or_else(|| since.to_string(), |(_, cursor)| cursor.clone()),
    };
    let types: Vec<TypeProgress> = post_types
        .into_iter()
        .map(|post_type| TypeProgress {
            cursor: cursor(&post_type),
            limit: page_limit(&known, &post_type),
            ranges: Vec::new(),
            post_type,
            read: 0,
            total: 0,
            done: false,
        })
        .collect();
    let read_id = Uuid::now_v7();
    let new = NewImport {
        id: Uuid::now_v7(),
        account_id: integration.account_id,
        site_id: integration.site_id,
        integration_id: integration.id,
        kind: kind.as_str(),
        post_types: Json(types),
        read_id,
        user_id: user.map(UserId::get),
        started_at: now,
        changed_at: now,
    };
    let owner = (AccountId::new(integration.account_id), IntegrationId::new(integration.id));
    let Some(import) = imports::create(tx.conn(), new).await? else {
        // It was there a moment ago; if it has ended since, the caller's next try begins a new one.
        return imports::lock_running(tx.conn(), owner).await?.map(Some).ok_or(diesel::NotFound);
    };
    mailbox::post(tx, &question(&import, read_id, now)).await?;
    integrations::note_sync(tx.conn(), import.integration_id, (SyncStatus::Syncing, ""), now).await?;
    if kind == Kind::Compare {
        integrations::note_comparison(tx.conn(), import.integration_id, now).await?;
    }
    if kind == Kind::Import {
        let entry = entry(&import, "import_started", "The import of the site's posts began".to_owned());
        sync_events::record(tx, vec![entry.at(now)]).await?;
    }
    Ok(Some(import))
}

/// Ends the run that is under way; what was taken in stays.
pub async fn cancel(tx: &mut Tx, now: Timestamp, mut import: Import) -> QueryResult<Import> {
    end(&mut import, CANCELLED, now);
    imports::write(tx.conn(), &import, now).await?;
    integrations::note_sync(tx.conn(), import.integration_id, (SyncStatus::Idle, ""), now).await?;
    let entry = entry(&import, "import_cancelled", "The import was cancelled".to_owned());
    sync_events::record(tx, vec![entry.at(now)]).await?;
    Ok(import)
}

/// The questions for posts by name.
pub fn by_name(
    (account_id, site_id, integration_id): (i64, i64, i64),
    posts: &[i64],
    now: Timestamp,
) -> Vec<ReadPosts> {
    let question = |ids: &[i64]| ReadPosts {
        read_id: Uuid::now_v7().to_string(),
        account_id,
        site_id,
        integration_id,
        post_ids: ids.to_vec(),
        ordered_at_ms: now.as_millisecond(),
        ..ReadPosts::default()
    };
    posts.chunks(NAMED).map(question).collect()
}

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
    let (account, integration, kind) = (import.account_id, import.integration_id, import.kind.clone());
    let started_at = import.started_at;
    if let Some(current) = current(import) {
        // A site that goes nowhere would be asked the same for ever.
        let moves_on = more && current.cursor != cursor;
        current.cursor = cursor;
        current.done = !moves_on;
        let cursor = match kind.as_str() {
            // What is read by id says nothing of when; the next run looks from the beginning of this one on.
            "import" => (started_at - OVERLAP).to_string(),
            _ => current.cursor.clone(),
        };
        if current.done {
            imports::set_cursor(tx.conn(), (account, integration, &current.post_type), &cursor, now).await?;
        }
    }
    go_on(tx, now, import).await
}

/// Asks what comes next, or ends the run if nothing does; in either case it is written.
pub(super) async fn go_on(tx: &mut Tx, now: Timestamp, import: &mut Import) -> QueryResult<()> {
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

/// Gives a run up.
pub async fn fail(tx: &mut Tx, now: Timestamp, mut import: Import, failure: Failure) -> QueryResult<()> {
    end(&mut import, FAILED, now);
    integrations::note_sync(tx.conn(), import.integration_id, (SyncStatus::Failed, &failure.detail), now)
        .await?;
    let entry = Entry {
        error: Some(failure.detail.clone()),
        ..entry(&import, "sync_failed", "The site's posts could not be read".to_owned())
    };
    import.error = Some(Json(failure));
    imports::write(tx.conn(), &import, now).await?;
    sync_events::record(tx, vec![entry.at(now)]).await?;
    Ok(())
}

fn end(import: &mut Import, state: &str, now: Timestamp) {
    state.clone_into(&mut import.state);
    import.read_id = None;
    import.finished_at = Some(now);
}

/// The type that is being read.
pub(super) fn current(import: &mut Import) -> Option<&mut TypeProgress> {
    import.post_types.0.iter_mut().find(|it| !it.done)
}

fn question(import: &Import, read_id: Uuid, now: Timestamp) -> ReadPosts {
    let current = import.post_types.0.iter().find(|it| !it.done);
    let (order, cursor) = match (current, import.kind.as_str()) {
        (Some(current), "compare") => compare::next(current),
        (current, kind) => {
            let order = if kind == Kind::Import.as_str() { ReadOrder::Id } else { ReadOrder::Modified };
            (order, current.map(|it| it.cursor.clone()).unwrap_or_default())
        }
    };
    ReadPosts {
        read_id: read_id.to_string(),
        account_id: import.account_id,
        site_id: import.site_id,
        integration_id: import.integration_id,
        post_ids: Vec::new(),
        post_type: current.map(|it| it.post_type.clone()).unwrap_or_default(),
        order: order.as_str().to_owned(),
        cursor,
        limit: current.map_or(WHOLE_PAGE, |it| it.limit),
        ordered_at_ms: now.as_millisecond(),
    }
}

fn progress(import: &Import) -> Entry {
    let (read, total) =
        import.post_types.0.iter().fold((0, 0), |(read, total), it| (read + it.read, total + it.total));
    let created = import.counts.created;
    let (action, description) = if import.kind == Kind::Compare.as_str() {
        let differ = import.counts.updated;
        ("drift_found", format!("{read} posts of the site were compared; {differ} are not as they are here"))
    } else if import.state == RUNNING {
        ("import_progress", format!("{read} of {total} posts of the site were looked at"))
    } else {
        ("sync_finished", format!("{read} posts of the site were looked at; {created} became content"))
    };
    entry(import, action, description)
}

fn entry(import: &Import, action: &'static str, description: String) -> Entry {
    Entry {
        account_id: import.account_id,
        site_id: import.site_id,
        integration_id: Some(import.integration_id),
        content_id: None,
        event_type: SYNC,
        action,
        direction: WP_TO_IGNY8,
        description,
        error: None,
        external_id: None,
        details: json!({
            "import_id": import.id, "kind": import.kind, "state": import.state, "post_types": import.post_types,
            "counts": import.counts, "user_id": import.user_id,
        }),
        duration_ms: None,
    }
}
