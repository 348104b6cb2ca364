//! A delivery becomes a row and, if somebody must hear of it, a message; both or none.

use std::collections::HashSet;

use contracts::webhook::{Position, WordpressPostUpdated, WordpressStatusChanged};
use database::{Database, DatabaseError};
use domain::{AccountId, DeliveryId, SiteId};
use jiff::Timestamp;
use mailbox::Letter;
use uuid::Uuid;

use crate::store::deliveries::{self, First};

/// Something a site told us, checked.
#[derive(Clone, Debug)]
pub struct NewDelivery {
    pub id: DeliveryId,
    pub account: AccountId,
    pub site: SiteId,
    /// The site's own id for it; without one every arrival counts.
    pub webhook_id: Option<String>,
    pub kind: String,
    pub seq: Option<i64>,
    pub occurred_at: Timestamp,
    pub received_at: Timestamp,
    pub signed: bool,
    /// JSON, as it came.
    pub body: String,
    /// What it says of a post, if it is of a type that is known here.
    pub post: Option<PostEvent>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostEvent {
    pub post_id: i64,
    /// 0: not one of ours, as far as the site knows.
    pub content_id: i64,
    /// Empty: it does not say.
    pub status: String,
    pub url: String,
    pub title: String,
    pub post_type: String,
    pub operation_id: String,
    pub modified_at: Option<Timestamp>,
    pub change: Change,
    /// JSON, as it came.
    pub data: String,
}

/// What is new with a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Its status.
    Status,
    /// Something else, or nobody says what.
    Rest(Rest),
}

/// Each is empty where the event does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rest {
    /// `text`, `terms`, `author` …
    pub changed: Vec<String>,
    pub revision: String,
    /// JSON object.
    pub metadata: String,
}

/// Where a delivery is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Accepted(DeliveryId),
    /// It had been taken in before; the id is the first one's.
    Duplicate(DeliveryId),
}

impl Kept {
    pub const fn delivery(self) -> DeliveryId {
        match self {
            Self::Accepted(id) | Self::Duplicate(id) => id,
        }
    }

    pub const fn is_new(self) -> bool {
        matches!(self, Self::Accepted(_))
    }
}

/// Keeps all of them, in this order; says of each where it is.
pub async fn accept(database: &Database, deliveries: &[&NewDelivery]) -> Result<Vec<Kept>, DatabaseError> {
    let trace = telemetry::inject();
    let letters: Vec<Letter> = deliveries.iter().filter_map(|it| letter(it, &trace)).collect();
    let new = database.run(async |conn| deliveries::insert(conn, deliveries, &letters).await).await?;
    if !letters.is_empty() {
        mailbox::wake_relay(database);
    }
    let known: Vec<&NewDelivery> =
        deliveries.iter().copied().filter(|it| !new.contains(&it.id.as_uuid())).collect();
    let first = if known.is_empty() {
        First::new()
    } else {
        database.run(async |conn| deliveries::first_of(conn, &known).await).await?
    };
    Ok(deliveries.iter().map(|it| kept(it, &new, &first)).collect())
}

fn kept(delivery: &NewDelivery, new: &HashSet<Uuid>, first: &First) -> Kept {
    if new.contains(&delivery.id.as_uuid()) {
        return Kept::Accepted(delivery.id);
    }
    let known = delivery.webhook_id.clone().and_then(|id| first.get(&(delivery.site.get(), id)));
    // One that was forgotten a moment ago is found by no id any more.
    Kept::Duplicate(known.map_or(delivery.id, |id| DeliveryId::from_uuid(*id)))
}

/// What others must hear of it. Its arrival is not known before it is written.
fn letter(delivery: &NewDelivery, trace: &[(String, String)]) -> Option<Letter> {
    let post = delivery.post.as_ref()?;
    let id = delivery.id.as_uuid();
    Some(match &post.change {
        Change::Status => Letter::new(id, &status_changed(delivery, post), trace),
        Change::Rest(rest) => Letter::new(id, &post_updated(delivery, post, rest), trace),
    })
}

fn status_changed(delivery: &NewDelivery, post: &PostEvent) -> WordpressStatusChanged {
    WordpressStatusChanged {
        delivery_id: delivery.id.to_string(),
        account_id: delivery.account.get(),
        site_id: delivery.site.get(),
        position: Some(position(delivery, post)),
        post_id: post.post_id,
        content_id: post.content_id,
        post_status: post.status.clone(),
        post_url: post.url.clone(),
        post_title: post.title.clone(),
        post_type: post.post_type.clone(),
        operation_id: post.operation_id.clone(),
        occurred_at_ms: delivery.occurred_at.as_millisecond(),
        received_at_ms: delivery.received_at.as_millisecond(),
        signed: delivery.signed,
        data_json: post.data.clone(),
    }
}

fn post_updated(delivery: &NewDelivery, post: &PostEvent, rest: &Rest) -> WordpressPostUpdated {
    WordpressPostUpdated {
        delivery_id: delivery.id.to_string(),
        account_id: delivery.account.get(),
        site_id: delivery.site.get(),
        position: Some(position(delivery, post)),
        post_id: post.post_id,
        content_id: post.content_id,
        post_status: post.status.clone(),
        post_url: post.url.clone(),
        post_title: post.title.clone(),
        post_type: post.post_type.clone(),
        operation_id: post.operation_id.clone(),
        occurred_at_ms: delivery.occurred_at.as_millisecond(),
        received_at_ms: delivery.received_at.as_millisecond(),
        signed: delivery.signed,
        data_json: post.data.clone(),
        changed: rest.changed.clone(),
        revision: rest.revision.clone(),
        metadata_json: rest.metadata.clone(),
    }
}

fn position(delivery: &NewDelivery, post: &PostEvent) -> Position {
    Position {
        site_sequence: delivery.seq,
        modified_at_ms: post.modified_at.map(Timestamp::as_millisecond),
        arrival: 0,
    }
}
