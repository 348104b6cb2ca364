use contracts::WordpressEvent;
use contracts::topology::{Queue, queues};
use contracts::webhook::WordpressStatusChanged;
use database::Tx;
use domain::Clock;
use domain::wordpress::Position;
use jiff::Timestamp;
use mailbox::{Handler, HandlerError, OrFail};

use crate::AppState;
use crate::flows::apply_wordpress_status::{StatusChange, apply_wordpress_statuses};

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
        let mut changes = Vec::with_capacity(messages.len());
        for message in &messages {
            if let WordpressEvent::StatusChanged(change) = message {
                changes.push(parse(change).or_park()?);
            }
        }
        apply_wordpress_statuses(tx, self.clock.now(), changes).await.or_retry()
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
