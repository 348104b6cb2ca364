//! What the platform does about a conflict by itself, as the site's settings say.

use std::collections::HashMap;

use database::Tx;
use domain::content::merge::{ConflictPolicy, Reason, Settlement, settle as decide};
use domain::{AccountId, ContentId};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::settle::{Case, settle};
use super::versions::Versions;
use super::{Resolution, ResolveError};
use crate::flows::command::{Desk, Ordered, present_state};
use crate::flows::sync_log::{Entry, IGNY8_TO_WP, PUBLISH};
use crate::store::conflicts::Conflict;
use crate::store::content::{self, LARGEST_HTML};
use crate::store::publications;
use crate::store::{conflicts, publishing_settings, sync_events};

/// So often in a row, within [`LATELY`], a content's conflicts are settled by policy. Something on the site that rewrites every text would
/// go on for ever.
const MOST_IN_A_ROW: i64 = 3;
const LATELY: SignedDuration = SignedDuration::from_hours(1);

/// Settles what the policies of their sites settle; the contents that an update is sent of.
pub async fn settle_by_policies(
    tx: &mut Tx,
    now: Timestamp,
    opened: Vec<Conflict>,
) -> Result<Vec<ContentId>, ResolveError> {
    let mut sent = Vec::new();
    if opened.is_empty() {
        return Ok(sent);
    }
    let cases = take_up(tx, opened).await?;
    let sites: Vec<i64> = cases.iter().map(|case| case.row.site_id).collect();
    let settings = publishing_settings::of_sites(tx.conn(), &sites).await?;
    for case in cases {
        let id = ContentId::new(case.row.content_id);
        let policy = settings.get(&case.row.site_id).map(|it| it.settings.0.posts.conflict_policy.parse());
        let policy = policy.unwrap_or(Ok(ConflictPolicy::Merge))?;
        if let Some(Ordered::Queued { .. }) = Box::pin(settle_by_policy(tx, now, case, policy)).await? {
            sent.push(id);
        }
    }
    Ok(sent)
}

async fn take_up(tx: &mut Tx, opened: Vec<Conflict>) -> Result<Vec<Case>, ResolveError> {
    let ids: Vec<i64> = opened.iter().map(|conflict| conflict.content_id).collect();
    let rows = publications::lock(tx.conn(), &ids).await?;
    let mut rows: HashMap<i64, _> = rows.into_iter().map(|row| (row.content_id, row)).collect();
    let contents = content::lock_all(tx.conn(), &ids).await?;
    let mut contents: HashMap<i64, _> = contents.into_iter().map(|it| (it.id, it)).collect();
    let case = |conflict: Conflict| {
        let (row, content) = rows.remove(&conflict.content_id).zip(contents.remove(&conflict.content_id))?;
        Some(Case { row, content, conflict })
    };
    Ok(opened.into_iter().filter_map(case).collect())
}

/// Settles one conflict, or leaves it open for a person.
pub async fn settle_by_policy(
    tx: &mut Tx,
    now: Timestamp,
    case: Case,
    policy: ConflictPolicy,
) -> Result<Option<Ordered>, ResolveError> {
    // Nothing is brought back that somebody took down.
    if !present_state(&case.row)?.is_live() {
        return Ok(None);
    }
    let edited_at = case.content.edited_at.unwrap_or(case.content.updated_at);
    let modified_at = case.conflict.theirs_modified_at;
    let versions = Versions::of(&case.conflict, &case.content.text);
    let settlement = versions.compared(move |them| decide(policy, them, edited_at, modified_at)).await;
    let (resolution, why) = match settlement {
        Settlement::Ask => return Ok(None),
        Settlement::SendOurs(reason) => (Resolution::KeepOurs, for_ours(reason)),
        Settlement::TakeTheirs(reason) => (Resolution::KeepTheirs, for_theirs(reason)),
        Settlement::SendMerged(text) => (Resolution::Merged(text.into()), "the edits don't touch"),
    };
    if is_too_large(&case, &resolution) || !can_be_done(tx, now, &case, &resolution).await? {
        return Ok(None);
    }
    if goes_on_for_ever(tx, now, &case).await? {
        return Ok(None);
    }
    Ok(Some(settle(tx, now, case, resolution, None, Some(why)).await?))
}

const fn for_ours(reason: Reason) -> &'static str {
    match reason {
        Reason::Agreed => "both sides say the same",
        Reason::Unedited => "nobody edited the site's",
        Reason::Policy => "the site's settings say so; the site's stays with the conflict",
        Reason::Newer => "it is newer; the site's stays with the conflict",
    }
}

const fn for_theirs(reason: Reason) -> &'static str {
    match reason {
        Reason::Agreed => "both sides say the same",
        Reason::Unedited => "nobody edited ours",
        Reason::Policy => "the site's settings say so; ours stays with the conflict",
        Reason::Newer => "it is newer; ours stays with the conflict",
    }
}

fn is_too_large(case: &Case, resolution: &Resolution) -> bool {
    let html = match resolution {
        Resolution::KeepOurs => return false,
        Resolution::KeepTheirs => &case.conflict.theirs.0.content_html,
        Resolution::Merged(text) => &text.content_html,
    };
    html.len() > LARGEST_HTML
}

/// A site that takes no updates at present leaves its conflicts open.
async fn can_be_done(
    tx: &mut Tx,
    now: Timestamp,
    case: &Case,
    resolution: &Resolution,
) -> Result<bool, ResolveError> {
    let wish = case.wish(None);
    Ok(*resolution == Resolution::KeepTheirs || Desk::lay_out(tx, now, &[wish]).await?.decide(&wish).is_ok())
}

/// A conflict that comes back again and again is a person's, and the timeline says so.
async fn goes_on_for_ever(tx: &mut Tx, now: Timestamp, case: &Case) -> Result<bool, ResolveError> {
    let (account, id) = (AccountId::new(case.content.account_id), ContentId::new(case.content.id));
    let in_a_row = conflicts::count_by_policy(tx.conn(), account, id, now - LATELY, MOST_IN_A_ROW).await?;
    if i64::try_from(in_a_row).is_ok_and(|times| times < MOST_IN_A_ROW) {
        return Ok(false);
    }
    let title = &case.content.text.title;
    let description = format!(
        "“{title}” was settled {in_a_row} times in a row and changed in WordPress each time; a person has to look"
    );
    let entry = Entry {
        details: json!({ "conflict_id": case.conflict.id }),
        ..Entry::of(&case.row, PUBLISH, "conflict_left_open", IGNY8_TO_WP, description)
    };
    sync_events::record(tx, vec![entry.at(now)]).await?;
    Ok(true)
}
