use contracts::WordpressEvent;
use contracts::topology::{Queue, queues};
use contracts::webhook::{WordpressElsewhere, WordpressPostUpdated, WordpressStatusChanged};
use database::Tx;
use diesel::QueryResult;
use domain::wordpress::Position;
use domain::{AccountId, Clock, SiteId};
use jiff::Timestamp;
use mailbox::{Handler, HandlerError, OrFail};

use crate::AppState;
use crate::flows::apply_wordpress_status::{StatusChange, apply_wordpress_statuses};
use crate::flows::apply_wordpress_update::{PostUpdate, apply_wordpress_updates, catch_up, read_posts};
use crate::flows::known_posts::KnownPosts;
use crate::flows::suspect_clone::{is_elsewhere, suspect_clone};
use crate::store::integrations;

/// What sites told webhook-ingest of their posts. Whose the site is was settled there; whether the post is its content's, here.
pub struct WordpressEvents {
    clock: Clock,
}

impl WordpressEvents {
    pub fn new(state: &AppState) -> Self {
        Self { clock: state.clock.clone() }
    }
}

impl Handler for WordpressEvents {
    type Message = WordpressEvent;
    const NAME: &'static str = "wordpress_events";
    const QUEUE: Queue = queues::INTEGRATION_WORDPRESS_EVENTS;

    async fn apply(&self, tx: &mut Tx, messages: Vec<WordpressEvent>) -> Result<(), HandlerError> {
        let (mut changes, mut updates, mut gaps, mut copies) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for message in &messages {
            match message {
                WordpressEvent::StatusChanged(change) => changes.push(parse(change).or_park()?),
                WordpressEvent::PostUpdated(update) => updates.push(parse_update(update).or_park()?),
                WordpressEvent::Missing(missing) => gaps.push(missing.site_id),
                WordpressEvent::Elsewhere(elsewhere) => copies.push(elsewhere),
            }
        }
        let now = self.clock.now();
        if !changes.is_empty() && !updates.is_empty() {
            // All of them at once, lowest id first, so that nobody waits in a circle.
            let all: Vec<_> = changes
                .iter()
                .map(StatusChange::spoken)
                .chain(updates.iter().map(PostUpdate::spoken))
                .collect();
            KnownPosts::lock(tx, &all).await.or_retry()?;
        }
        if !changes.is_empty() {
            let to_read = apply_wordpress_statuses(tx, now, changes).await.or_retry()?;
            read_posts(tx, now, to_read).await.or_retry()?;
        }
        if !updates.is_empty() {
            apply_wordpress_updates(tx, now, updates).await.or_retry()?;
        }
        if !gaps.is_empty() {
            catch_up(tx, now, gaps).await.or_retry()?;
        }
        for copy in copies {
            suspect(tx, copy, now).await.or_retry()?;
        }
        Ok(())
    }
}

/// The site may have moved since.
async fn suspect(tx: &mut Tx, copy: &WordpressElsewhere, now: Timestamp) -> QueryResult<()> {
    let site = SiteId::new(copy.site_id);
    match integrations::of_site(tx.conn(), AccountId::new(copy.account_id), site).await? {
        Some(integration) if is_elsewhere(&copy.site_url, &integration) => {
            suspect_clone(tx, site, &copy.site_url, now).await
        }
        _ => Ok(()),
    }
}

#[derive(Debug, thiserror::Error)]
enum Malformed {
    #[error("the event has no position")]
    NoPosition,
    #[error("the delivery's id is none")]
    Id(#[from] uuid::Error),
    #[error("a time is none")]
    Time(#[from] jiff::Error),
}

fn parse(message: &WordpressStatusChanged) -> Result<StatusChange, Malformed> {
    let position = message.position.as_ref().ok_or(Malformed::NoPosition)?;
    Ok(StatusChange {
        delivery_id: message.delivery_id.parse()?,
        account_id: message.account_id,
        site_id: message.site_id,
        position: Position {
            site_sequence: position.site_sequence,
            modified_at: position.modified_at_ms.map(Timestamp::from_millisecond).transpose()?,
            arrival: position.arrival,
        },
        post_id: message.post_id,
        content_id: (message.content_id > 0).then_some(message.content_id),
        post_status: message.post_status.replace('\0', "\u{fffd}"),
        post_url: message.post_url.replace('\0', "\u{fffd}"),
        // A site may write anything here; what is no id of ours can't be ours.
        operation_id: message.operation_id.parse().ok(),
        occurred_at: Timestamp::from_millisecond(message.occurred_at_ms)?,
    })
}

fn parse_update(message: &WordpressPostUpdated) -> Result<PostUpdate, Malformed> {
    let position = message.position.as_ref().ok_or(Malformed::NoPosition)?;
    Ok(PostUpdate {
        delivery_id: message.delivery_id.parse()?,
        account_id: message.account_id,
        site_id: message.site_id,
        post_id: message.post_id,
        content_id: (message.content_id > 0).then_some(message.content_id),
        operation_id: message.operation_id.parse().ok(),
        revision: message.revision.replace('\0', ""),
        // PostgreSQL keeps no U+0000, however it is written.
        metadata: serde_json::from_str(&message.metadata_json.replace("\\u0000", "")).unwrap_or_default(),
        modified_at: position.modified_at_ms.map(Timestamp::from_millisecond).transpose()?,
        changed: message.changed.clone(),
    })
}
