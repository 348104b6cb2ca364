//! Runs through a site's posts, page by page: each page is asked for in the transaction that took in the one before, so that a run goes
//! on wherever whoever dies.

use contracts::ReadOrder;
use contracts::reading::ReadPosts;
use database::Tx;
use diesel::QueryResult;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use self::log::entry;
use super::compare;
use super::sync_log::Entry;
use crate::store::imports::{self, CANCELLED, FAILED, Import, Kind, TypeProgress, WHOLE_PAGE};
use crate::store::integrations::{self, SyncStatus};
use crate::store::json::Json;
use crate::store::publications::Failure;
use crate::store::sync_events;

mod answers;
mod log;
mod start;

pub use self::answers::apply_reads;
pub(super) use self::answers::go_on;
pub use self::start::start;

/// Posts that are asked for by name in one message.
const NAMED: usize = 20;
/// A site's clock may be off, and what was being written when a run began is to be seen by the next.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// Ends the run that is under way; what was taken in stays.
pub async fn cancel(tx: &mut Tx, now: Timestamp, mut import: Import) -> QueryResult<Import> {
    end(&mut import, CANCELLED, now);
    imports::write(tx.conn(), &import, now).await?;
    integrations::note_sync(tx.conn(), import.integration_id, (SyncStatus::Idle, ""), now).await?;
    let entry = entry(&import, "import_cancelled", "The import was cancelled".to_owned());
    sync_events::record(tx, vec![entry.at(now)]).await?;
    Ok(import)
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

fn end(import: &mut Import, state: &str, now: Timestamp) {
    state.clone_into(&mut import.state);
    import.read_id = None;
    import.finished_at = Some(now);
}

/// The type that is being read.
pub(super) fn current(import: &mut Import) -> Option<&mut TypeProgress> {
    import.post_types.0.iter_mut().find(|it| !it.done)
}
