//! A batch of events, oldest first, each with an answer of its own. The site's key may.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use credentials::{SignedRequest, Site};
use domain::DeliveryId;
use domain::text::check_line;
use jiff::Timestamp;
use secrets::signature::check_id;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use telemetry::metrics;
use utoipa::ToSchema;
use web::{Json, Problem, ProblemBody, Success};

use super::json::to_text;
use super::post::{Post, Wrong, is_sensible, number_or_nothing};
use super::rest;
use crate::admission::Admitted;
use crate::app::AppState;
use crate::flows::accept::{Kept, NewDelivery, PostEvent};
use crate::flows::tell_elsewhere::tell_elsewhere;

/// A plugin sends no more at once.
const MOST: usize = 100;
/// The types that mean something here.
pub const STATUS_CHANGED: &str = "post.status_changed";
pub const DELETED: &str = "post.deleted";
pub const UPDATED: &str = "post.updated";

#[derive(Debug, Deserialize, ToSchema)]
pub struct Event {
    /// Its own at this site; the same one again is a duplicate.
    id: String,
    /// Rises by every event of the site.
    #[serde(default, deserialize_with = "number_or_nothing")]
    seq: Option<i64>,
    /// `post.status_changed`, `post.deleted` or `post.updated`; others are kept for later.
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    occurred_at: Option<Timestamp>,
    #[serde(default)]
    #[schema(value_type = Option<Post>)]
    #[expect(dead_code, reason = "read from the event as it came, by its type")]
    data: serde::de::IgnoredAny,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Acks {
    acks: Vec<Ack>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Ack {
    /// The event's.
    id: String,
    /// `accepted` and `duplicate` are durable; `rejected` will never be taken.
    #[schema(example = "accepted")]
    status: &'static str,
    /// Where to ask what became of it; empty if rejected.
    delivery_id: String,
    /// Why it was rejected: `invalid_event` or `site_url_mismatch`.
    code: &'static str,
    detail: String,
}

/// Report events
///
/// At most 100, oldest first. `accepted` and `duplicate` mean: kept, and it will be applied once. An event that can't be read is
/// `rejected`, the others are taken.
#[utoipa::path(
    post,
    path = "/api/v1/integration/webhooks/wordpress/events/",
    operation_id = "receive_events",
    tag = "webhooks",
    request_body = Vec<Event>,
    responses(
        (status = 200, description = "An answer for each, in the same order", body = Success<Acks>),
        (status = 401, description = "key_missing, key_invalid, key_revoked, signature_missing, signature_invalid, timestamp_out_of_window", body = ProblemBody),
        (status = 403, description = "site_suspended", body = ProblemBody),
        (status = 413, description = "body_too_large", body = ProblemBody),
        (status = 422, description = "invalid_field, too_many_events", body = ProblemBody),
        (status = 429, description = "rate_limited: come back after Retry-After", body = ProblemBody),
        (status = 503, description = "Nothing is known to be kept; come back after Retry-After", body = ProblemBody),
    )
)]
pub async fn receive_events(request: Admitted, state: Data<AppState>) -> Result<Success<Acks>, Problem> {
    let events: Vec<Value> = Json::parse(&request.body)?;
    if events.len() > MOST {
        let detail = format!(
            "A batch has at most {MOST} events, this one {}; send the rest in another.",
            events.len()
        );
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many_events", detail));
    }
    let now = state.directory.now();
    let (mut deliveries, mut places, mut elsewhere) = (Vec::new(), Vec::new(), None);
    for event in &events {
        places.push(match read(event, &request, now) {
            Ok(delivery) => {
                let id = delivery.webhook_id.clone().unwrap_or_default();
                deliveries.push(delivery);
                Ok(id)
            }
            Err(why) => {
                let ack = rejected(event, &why);
                if let Wrong::OtherSite(address) = why {
                    elsewhere = Some(address);
                }
                Err(ack)
            }
        });
    }
    if let Some(address) = elsewhere {
        tell_elsewhere(&state.database, &request.site, &address, now).await;
    }
    // They are the larger part of what a request takes while it waits.
    drop(events);
    let mut kept = state.intake.keep(deliveries).await?.into_iter();
    let acks = places.into_iter().map(|place| match place {
        Ok(id) => taken(id, kept.next().expect("invariant: one answer for each delivery")),
        Err(ack) => ack,
    });
    Ok(Success::ok(Acks { acks: acks.collect() }))
}

fn read(event: &Value, request: &SignedRequest, now: Timestamp) -> Result<NewDelivery, Wrong> {
    let wrong = |name, error: &dyn std::fmt::Display| Wrong::Field(name, error.to_string());
    if !event.is_object() {
        return Err(wrong("", &"an event must be an object"));
    }
    let Event { id, seq, kind, occurred_at, .. } =
        Event::deserialize(event).map_err(|error| wrong("", &error))?;
    check_id(&id).map_err(|_| wrong("id", &"must have 8 to 64 letters, digits, hyphens or underscores"))?;
    check_line(&kind, 64).map_err(|error| wrong("type", &error))?;
    if seq.is_some_and(|seq| seq < 0) {
        return Err(wrong("seq", &"must not be negative"));
    }
    let post = match kind.as_str() {
        STATUS_CHANGED | DELETED | UPDATED => Some(read_post(event, &request.site, &kind)?),
        _ => None,
    };
    Ok(NewDelivery {
        id: DeliveryId::generate(),
        account: request.site.account,
        site: request.site.id,
        webhook_id: Some(id),
        kind,
        seq,
        occurred_at: occurred_at.filter(|at| is_sensible(*at)).unwrap_or(now),
        received_at: now,
        signed: request.signed,
        body: to_text(event),
        post,
    })
}

fn read_post(event: &Value, site: &Site, kind: &str) -> Result<PostEvent, Wrong> {
    let data = event.get("data").filter(|it| it.is_object());
    let data = data.ok_or_else(|| Wrong::Field("data", "must be an object".to_owned()))?;
    let post = Post::deserialize(data).map_err(|error| Wrong::Field("data", error.to_string()))?;
    match (kind, data.as_object()) {
        (DELETED, _) => post.deleted(site, to_text(data)),
        (UPDATED, Some(fields)) => post.updated(site, rest::of_event(fields), to_text(data)),
        _ => post.with_status(site, to_text(data)),
    }
}

fn taken(id: String, kept: Kept) -> Ack {
    let status = if kept.is_new() { "accepted" } else { "duplicate" };
    Ack { id, status, delivery_id: kept.delivery().to_string(), ..Ack::default() }
}

fn rejected(event: &Value, why: &Wrong) -> Ack {
    metrics::counter("webhook_rejected_total", "Events of a batch that can't be read.", &[])
        .with_label_values::<&str>(&[])
        .inc();
    let (code, detail) = match why {
        Wrong::Field("", message) => ("invalid_event", message.clone()),
        Wrong::Field(name, message) => ("invalid_event", format!("{name}: {message}")),
        Wrong::OtherSite(_) => {
            ("site_url_mismatch", "The key belongs to another site than the one in site_url.".to_owned())
        }
    };
    let id = event.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ack { id, status: "rejected", code, detail, ..Ack::default() }
}
