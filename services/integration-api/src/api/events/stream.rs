use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Problem, ProblemBody, Query};

use super::listener::{Listener, Wanted};
use super::place::Place;
use crate::access::Member;
use crate::{AppState, codes};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StreamFilter {
    /// Of this site only.
    #[serde(alias = "site_id")]
    site: Option<i64>,
    /// Of this content only.
    #[serde(alias = "content_id")]
    content: Option<i64>,
    /// The same as the header `Last-Event-ID`, for who can't set it.
    last_event_id: Option<String>,
}

/// Follow the log as it is written: Server-Sent Events, each `data` being an event as in the list. With `Last-Event-ID` it goes on where
/// the last stream ended, on any replica. A comment every 15 seconds shows that it is open; after half an hour it ends, to be opened anew.
#[utoipa::path(
    get, path = "/api/v1/integration/events/stream/", operation_id = "stream_events", tag = "Events",
    params(StreamFilter, ("Last-Event-ID" = Option<String>, Header, description = "The `id` of the last event that came.")),
    responses(
        (status = 200, description = "The events to come.", content_type = "text/event-stream", body = String),
        (status = 422, description = "`invalid_last_event_id`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "`too_many_streams`, `unavailable`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn stream_events(
    member: Member,
    state: Data<AppState>,
    request: HttpRequest,
    Query(filter): Query<StreamFilter>,
) -> Result<HttpResponse, Problem> {
    let seen = last_event_id(&request, filter.last_event_id.as_deref())?;
    let most = state.settings.events.most_streams;
    let seat = state.events.sit(member.account_id.get(), most).ok_or_else(full)?;
    let wanted = Wanted { site_id: filter.site, content_id: filter.content };
    let listener = Listener::new(seat, member.account_id, state.database.clone(), wanted, seen).await;
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // A proxy that collects the answer would hold the events back.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(listener.ok_or_else(away)?.into_stream()))
}

fn last_event_id(request: &HttpRequest, parameter: Option<&str>) -> Result<Option<Place>, Problem> {
    let header = request.headers().get("last-event-id").map(|it| it.to_str().unwrap_or("?"));
    let Some(given) = header.or(parameter).filter(|it| !it.is_empty()) else { return Ok(None) };
    given.parse().map(Some).map_err(|_| {
        let detail = "`Last-Event-ID` is none that this stream gave. Begin without it.";
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, codes::INVALID_LAST_EVENT_ID, detail)
    })
}

fn full() -> Problem {
    let detail = "As many streams are open as this server carries. Try again shortly.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, codes::TOO_MANY_STREAMS, detail)
        .retry_after(Duration::from_secs(5))
}

fn away() -> Problem {
    let detail = "The log can't be read for the moment. Try again shortly.";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, web::codes::UNAVAILABLE, detail)
        .retry_after(Duration::from_secs(2))
}
