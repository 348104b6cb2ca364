//! A delivery becomes a row and, if somebody must hear of it, a message; both or none.

use std::collections::HashMap;

use contracts::webhook::{Position, WordpressPostUpdated, WordpressStatusChanged};
use database::{Database, DatabaseError};
use domain::{AccountId, DeliveryId, SiteId};
use jiff::Timestamp;
use mailbox::Letter;
use uuid::Uuid;

use crate::store::deliveries;

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
    let (mut tx, arrivals) =
        database.begin_with(async |conn| deliveries::insert(conn, deliveries).await).await?;
    let trace = telemetry::inject();
    let letters: Vec<Letter> = deliveries
        .iter()
        .filter_map(|it| Some(letter(it, it.post.as_ref()?, *arrivals.get(&it.id.as_uuid())?, &trace)))
        .collect();
    if !letters.is_empty() {
        mailbox::post_letters(&mut tx, letters).await?;
    }
    let known: Vec<&NewDelivery> =
        deliveries.iter().copied().filter(|it| !arrivals.contains_key(&it.id.as_uuid())).collect();
    let first = if known.is_empty() { HashMap::new() } else { deliveries::first_of(&mut tx, &known).await? };
    let kept: Option<Vec<Kept>> = deliveries.iter().map(|it| kept(it, &arrivals, &first)).collect();
    let kept = kept.ok_or(diesel::NotFound)?;
    tx.commit().await?;
    Ok(kept)
}

/// `None`: it was known a moment ago, and was forgotten since. The next try is the first again.
fn kept(delivery: &NewDelivery, arrivals: &HashMap<Uuid, i64>, first: &deliveries::First) -> Option<Kept> {
    if arrivals.contains_key(&delivery.id.as_uuid()) {
        return Some(Kept::Accepted(delivery.id));
    }
    let first = first.get(&(delivery.site.get(), delivery.webhook_id.clone()?))?;
    Some(Kept::Duplicate(DeliveryId::from_uuid(*first)))
}

fn letter(delivery: &NewDelivery, post: &PostEvent, arrival: i64, trace: &[(String, String)]) -> Letter {
    match &post.change {
        Change::Status => Letter::within(&status_changed(delivery, post, arrival), trace),
        Change::Rest(rest) => Letter::within(&post_updated(delivery, post, rest, arrival), trace),
    }
}

fn status_changed(delivery: &NewDelivery, post: &PostEvent, arrival: i64) -> WordpressStatusChanged {
    WordpressStatusChanged {
        delivery_id: delivery.id.to_string(),
        account_id: delivery.account.get(),
        site_id: delivery.site.get(),
        position: Some(position(delivery, post, arrival)),
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

fn post_updated(delivery: &NewDelivery, post: &PostEvent, rest: &Rest, arrival: i64) -> WordpressPostUpdated {
    WordpressPostUpdated {
        delivery_id: delivery.id.to_string(),
        account_id: delivery.account.get(),
        site_id: delivery.site.get(),
        position: Some(position(delivery, post, arrival)),
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

fn position(delivery: &NewDelivery, post: &PostEvent, arrival: i64) -> Position {
    Position {
        site_sequence: delivery.seq,
        modified_at_ms: post.modified_at.map(Timestamp::as_millisecond),
        arrival,
    }
}
