use std::collections::HashMap;

use contracts::content::DeliveryApplied;
use database::Tx;
use domain::content::{ContentStatus, PublicationState};
use domain::text::UnknownName;
use domain::wordpress::{Mapped, Position, is_newer, map};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::apply_publish_report::ApplyError;
use super::known_posts::{KnownPosts, PostOfSite, Spoken};
use super::sync_log::{Entry, WEBHOOK, WP_TO_IGNY8};
use crate::store::publications::Publication;
use crate::store::{content, publications, sync_events};

/// A post of a site has another status, or is gone.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusChange {
    pub delivery_id: Uuid,
    pub account_id: i64,
    pub site_id: i64,
    pub position: Position,
    pub post_id: i64,
    /// What the site believes the post to be of.
    pub content_id: Option<i64>,
    /// As WordPress says it; `deleted`: gone for good.
    pub post_status: String,
    pub post_url: String,
    pub operation_id: Option<Uuid>,
    pub occurred_at: Timestamp,
}

impl StatusChange {
    pub const fn spoken(&self) -> Spoken {
        let (account_id, site_id) = (self.account_id, self.site_id);
        Spoken { account_id, site_id, post_id: self.post_id, content_id: self.content_id }
    }
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Applied,
    /// We caused it ourselves.
    Echo,
    /// Something newer is known.
    Stale,
    UnknownContent,
    UnknownStatus,
}

impl Outcome {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Echo => "echo",
            Self::Stale => "stale",
            Self::UnknownContent => "unknown_content",
            Self::UnknownStatus => "unknown_status",
        }
    }
}

/// Posts to be read.
#[derive(Debug, Default)]
pub struct ToRead {
    /// Those of contents.
    pub content: Vec<PostOfSite>,
    /// Those that are no content: they are read where posts were imported.
    pub strangers: Vec<PostOfSite>,
}

/// Applies changes in their order: one statement per kind of row, however many there are. Says of each what became of it, and returns
/// the posts that are worth a look.
pub async fn apply_wordpress_statuses(
    tx: &mut Tx,
    now: Timestamp,
    changes: Vec<StatusChange>,
) -> Result<ToRead, ApplyError> {
    let spoken: Vec<Spoken> = changes.iter().map(StatusChange::spoken).collect();
    let mut known = KnownPosts::lock(tx, &spoken).await?;
    let titles = content::titles(tx.conn(), &known.ids()).await?;
    let titles: HashMap<i64, String> = titles.into_iter().map(|(id, title, _)| (id, title)).collect();

    let mut statuses: HashMap<i64, ContentStatus> = HashMap::new();
    let mut to_read = ToRead::default();
    let (mut events, mut answers) = (Vec::with_capacity(changes.len()), Vec::with_capacity(changes.len()));
    for change in changes {
        let outcome = match known.of(&change.spoken()) {
            None => {
                events.push(stranger(&change).at(now));
                if map(&change.post_status) != Mapped::Gone {
                    to_read.strangers.push((change.site_id, change.post_id));
                }
                Outcome::UnknownContent
            }
            Some(row) => {
                let (outcome, status) = judge(row, &change, now)?;
                if let Some(status) = status {
                    statuses.insert(row.content_id, status);
                }
                // Who changes the status in the editor may have written something, too.
                if outcome == Outcome::Applied && map(&change.post_status) != Mapped::Gone {
                    to_read.content.push((change.site_id, change.post_id));
                }
                let title = titles.get(&row.content_id).map_or("", String::as_str);
                events.push(entry(row, &change, outcome, title).at(now));
                outcome
            }
        };
        answers.push(DeliveryApplied {
            delivery_id: change.delivery_id.to_string(),
            site_id: change.site_id,
            outcome: outcome.as_str().to_owned(),
            detail: detail(outcome, &change),
            applied_at_ms: now.as_millisecond(),
        });
    }
    publications::write(tx.conn(), &known.into_rows(), now).await?;
    content::set_statuses(tx.conn(), &statuses.into_iter().collect::<Vec<_>>(), now).await?;
    sync_events::record(tx, events).await?;
    mailbox::post_all(tx, &answers).await?;
    Ok(to_read)
}

/// Moves the publication to what the site says, if that is news; says what becomes of the content's status.
pub fn judge(
    row: &mut Publication,
    change: &StatusChange,
    now: Timestamp,
) -> Result<(Outcome, Option<ContentStatus>), UnknownName> {
    if !is_newer(position(row).as_ref(), &change.position) {
        return Ok((Outcome::Stale, None));
    }
    let mapped = map(&change.post_status);
    row.position_sequence = change.position.site_sequence;
    row.position_modified_at = change.position.modified_at;
    row.position_arrival = Some(change.position.arrival);
    row.wordpress_status = Some(change.post_status.clone());
    row.last_wp_sync = Some(now);
    if mapped == Mapped::Unknown {
        return Ok((Outcome::UnknownStatus, None));
    }
    row.external_id.get_or_insert_with(|| change.post_id.to_string());
    if mapped != Mapped::Gone && !change.post_url.is_empty() {
        row.external_url = Some(change.post_url.clone());
    }

    let state: PublicationState = row.state.parse()?;
    let is_ours = change.operation_id.is_some() && change.operation_id == row.operation_id;
    // Of an attempt that was given up, the site's word is the only one there is.
    let given_up = row.error.is_some() && !state.is_under_way();
    let is_expected = state.is_under_way() || state.is_live() && !given_up || stands_so(state, mapped);
    if is_ours && is_expected {
        return Ok((Outcome::Echo, None));
    }
    let (state, status) = match mapped {
        Mapped::Unknown => return Ok((Outcome::UnknownStatus, None)),
        // An older plugin does not say whose doing it was; the worker's report is on its way.
        Mapped::Status(ContentStatus::Published) if state.is_under_way() => return Ok((Outcome::Echo, None)),
        Mapped::Status(ContentStatus::Published) if state.is_live() => (state, ContentStatus::Published),
        Mapped::Status(ContentStatus::Published) => (PublicationState::Live, ContentStatus::Published),
        Mapped::Status(other) => (PublicationState::Unpublished, other),
        Mapped::Gone => (PublicationState::Gone, ContentStatus::Draft),
    };
    state.as_str().clone_into(&mut row.state);
    row.error = None;
    row.next_attempt_at = None;
    row.status_before_publish = None;
    Ok((Outcome::Applied, Some(status)))
}

/// The publication is where the site says the post is.
fn stands_so(state: PublicationState, mapped: Mapped) -> bool {
    match mapped {
        Mapped::Status(ContentStatus::Published) => state.is_live(),
        Mapped::Status(_) => state == PublicationState::Unpublished,
        Mapped::Gone => state == PublicationState::Gone,
        Mapped::Unknown => false,
    }
}

fn position(row: &Publication) -> Option<Position> {
    Some(Position {
        site_sequence: row.position_sequence,
        modified_at: row.position_modified_at,
        arrival: row.position_arrival?,
    })
}

fn detail(outcome: Outcome, change: &StatusChange) -> String {
    match outcome {
        Outcome::Applied | Outcome::Echo => String::new(),
        Outcome::Stale => "Something newer about this post was applied before.".to_owned(),
        Outcome::UnknownContent => format!("Post {} belongs to no content of this site.", change.post_id),
        Outcome::UnknownStatus => format!("“{}” is no status we know; it was noted.", change.post_status),
    }
}

fn entry(row: &Publication, change: &StatusChange, outcome: Outcome, title: &str) -> Entry {
    let said = &change.post_status;
    let (action, description) = match outcome {
        Outcome::Echo => ("status_echo", format!("WordPress confirmed “{title}” as {said}")),
        Outcome::Stale => {
            ("status_stale", format!("An old word on “{title}” ({said}) came late and changed nothing"))
        }
        Outcome::UnknownStatus => {
            ("status_unknown", format!("“{title}” has the status {said} in WordPress, noted only"))
        }
        _ if said == "deleted" => ("status_update", format!("“{title}” was deleted in WordPress")),
        _ => ("status_update", format!("“{title}” is now {said} in WordPress")),
    };
    Entry { details: details(change, outcome), ..Entry::of(row, WEBHOOK, action, WP_TO_IGNY8, description) }
}

fn stranger(change: &StatusChange) -> Entry {
    Entry {
        account_id: change.account_id,
        site_id: change.site_id,
        integration_id: None,
        content_id: None,
        event_type: WEBHOOK,
        action: "status_unknown_content",
        direction: WP_TO_IGNY8,
        description: format!(
            "Post {} is now {}; it is no content of ours",
            change.post_id, change.post_status
        ),
        error: Some(detail(Outcome::UnknownContent, change)),
        external_id: Some(change.post_id.to_string()),
        details: details(change, Outcome::UnknownContent),
        duration_ms: None,
    }
}

fn details(change: &StatusChange, outcome: Outcome) -> serde_json::Value {
    json!({
        "delivery_id": change.delivery_id, "outcome": outcome.as_str(), "wordpress_status": change.post_status,
        "post_id": change.post_id, "post_url": change.post_url, "occurred_at": change.occurred_at,
        "operation_id": change.operation_id, "content_id_given": change.content_id,
    })
}

#[cfg(test)]
mod tests;
