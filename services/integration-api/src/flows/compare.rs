//! Whether a site's posts still are what we believe them to be: first by checksums of ranges of them, then, where these differ, post by post.
//! What is found is shown with a way to settle it; nothing is changed by looking.

use std::collections::{BTreeMap, BTreeSet};

use contracts::ReadOrder;
use contracts::reading::PostsRead;
use database::Tx;
use domain::content::PublicationState;
use domain::wordpress::{Difference, Standing, differences};
use jiff::Timestamp;

use super::apply_publish_report::ApplyError;
use super::imports::{current, fail, go_on};
use crate::store::drift::{self, Drift, KnownPost};
use crate::store::imports::{self, Import, TypeProgress};
use crate::store::json::Json;
use crate::store::publications::Failure;

/// In the place of a cursor: all checksums were seen.
const THROUGH: &str = "through";

/// What is asked for next: of what, and from where on.
pub fn next(progress: &TypeProgress) -> (ReadOrder, String) {
    match progress.ranges.first() {
        Some(range) => (ReadOrder::Range, range.to_string()),
        None => (ReadOrder::Checksums, progress.cursor.clone()),
    }
}

/// Takes in what a comparison waited for.
pub async fn apply(
    tx: &mut Tx,
    now: Timestamp,
    mut import: Import,
    read: PostsRead,
) -> Result<(), ApplyError> {
    match ReadOrder::of(&read.order) {
        Some(ReadOrder::Checksums) => compare_ranges(tx, &mut import, &read).await?,
        Some(ReadOrder::Range) => compare_posts(tx, now, &mut import, read).await?,
        Some(ReadOrder::Id | ReadOrder::Modified) | None => {
            return Ok(fail(tx, now, import, not_understood()).await?);
        }
    }
    if let Some(current) = current(&mut import) {
        current.total = current.total.max(current.read);
        current.done = current.ranges.is_empty() && current.cursor == THROUGH;
    }
    go_on(tx, now, &mut import).await?;
    Ok(())
}

/// A worker that does not know the question reads posts instead.
fn not_understood() -> Failure {
    Failure {
        cause: "outdated_worker".to_owned(),
        detail: "The program that reads sites is older than this one and can't compare posts yet.".to_owned(),
        next_step:
            "Update publisher-worker; the comparison is made again with the next one due, or start it again."
                .to_owned(),
        ..Failure::default()
    }
}

/// Notes the ranges that are to be looked into.
async fn compare_ranges(tx: &mut Tx, import: &mut Import, read: &PostsRead) -> Result<(), ApplyError> {
    let (integration, site) = (import.integration_id, import.site_id);
    let Some(current) = current(import) else { return Ok(()) };
    let after: i64 = current.cursor.parse().unwrap_or(-1);
    let last = read.cursor.parse().unwrap_or(after);
    // A site that goes nowhere would be asked the same for ever.
    let goes_on = read.more && last > after;
    // What lies beyond the site's last range is there on our side only.
    let until = if goes_on { last } else { i64::MAX };
    let ours = drift::ranges(tx.conn(), (site, &current.post_type), (after, until)).await?;
    let ours: BTreeMap<i64, (i64, &str)> =
        ours.iter().map(|it| (it.range, (it.count, it.checksum.as_str()))).collect();
    let theirs: BTreeMap<i64, (i64, &str)> =
        read.ranges.iter().map(|it| (it.range, (it.count, it.checksum.as_str()))).collect();
    let all: BTreeSet<i64> = ours.keys().chain(theirs.keys()).copied().collect();
    let (agreed, differ): (Vec<i64>, Vec<i64>) =
        all.into_iter().partition(|range| ours.get(range) == theirs.get(range));
    let same: i64 = agreed.iter().filter_map(|range| ours.get(range)).map(|(count, _)| count).sum();
    drift::replace(tx.conn(), (integration, &current.post_type), &agreed, Vec::new()).await?;
    current.read += same;
    current.total += theirs.values().map(|(count, _)| count).sum::<i64>();
    current.ranges = differ;
    current.cursor = if goes_on { last.to_string() } else { THROUGH.to_owned() };
    import.counts.unchanged += same;
    Ok(())
}

/// Looks into one range.
async fn compare_posts(
    tx: &mut Tx,
    now: Timestamp,
    import: &mut Import,
    read: PostsRead,
) -> Result<(), ApplyError> {
    let takes_new = !imports::imported(tx.conn(), &[import.integration_id]).await?.is_empty();
    let owner = (import.account_id, import.site_id, import.integration_id);
    let Some(current) = current(import) else { return Ok(()) };
    if current.ranges.is_empty() {
        return Ok(());
    }
    let range = current.ranges.remove(0);
    let known = drift::posts(tx.conn(), (owner.1, &current.post_type), range).await?;
    let theirs: BTreeMap<i64, Standing> = read
        .standings
        .into_iter()
        .filter(|it| it.post_id / drift::RANGE == range)
        .map(|it| (it.post_id, Standing { status: it.post_status, revision: it.revision }))
        .collect();
    let ours: BTreeMap<i64, Standing> = known.iter().map(|it| (it.post_id, standing(it))).collect();
    let moving = under_way(&known)?;
    let found: Vec<(i64, Difference)> = differences(&ours, &theirs)
        .into_iter()
        .filter(|(post, kind)| match kind {
            Difference::MissingHere => takes_new,
            // What a command under way makes of it, its report will say.
            Difference::Differs | Difference::MissingThere => !moving.contains(post),
        })
        .collect();
    let contents: BTreeMap<i64, i64> = known.iter().map(|it| (it.post_id, it.content_id)).collect();
    let row = |(post_id, kind): &(i64, Difference)| Drift {
        integration_id: owner.2,
        post_id: *post_id,
        account_id: owner.0,
        site_id: owner.1,
        post_type: current.post_type.clone(),
        content_id: contents.get(post_id).copied(),
        kind: kind.as_str().to_owned(),
        ours: ours.get(post_id).map(side),
        theirs: theirs.get(post_id).map(side),
        found_at: now,
        repair_ordered_at: None,
    };
    let rows: Vec<Drift> = found.iter().map(row).collect();
    let looked_at = i64::try_from(theirs.len()).unwrap_or(i64::MAX);
    let differ = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    drift::replace(tx.conn(), (owner.2, &current.post_type), &[range], rows).await?;
    current.read += looked_at;
    import.counts.unchanged += (looked_at - differ).max(0);
    import.counts.updated += differ;
    Ok(())
}

fn standing(post: &KnownPost) -> Standing {
    Standing { status: post.status.clone(), revision: post.revision.clone() }
}

fn side(standing: &Standing) -> Json<drift::Standing> {
    Json(drift::Standing { status: standing.status.clone(), revision: standing.revision.clone() })
}

/// Posts that a command is changing.
fn under_way(known: &[KnownPost]) -> Result<BTreeSet<i64>, ApplyError> {
    let mut moving = BTreeSet::new();
    for post in known {
        if post.state.parse::<PublicationState>()?.is_under_way() {
            moving.insert(post.post_id);
        }
    }
    Ok(moving)
}
