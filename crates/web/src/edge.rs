//! What every request passes: it gets an id, a deadline and a span, the answer its headers, and both a line in the log.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use futures::FutureExt;
use telemetry::metrics::{self, HistogramVec, IntCounterVec, IntGauge};
use tracing::Instrument;

use crate::passage::Passage;
use crate::request_id::{self, RequestId};
use crate::root_span;
use crate::text::check_percent_encoded;
use crate::tidy_path::tidy_path;
use crate::{ClientIp, HttpSettings, Problem, body, codes, probes};

static DURATION: LazyLock<HistogramVec> = LazyLock::new(|| {
    let labels = ["method", "route", "status"];
    metrics::histogram(
        "http_request_duration_seconds",
        "Requests by route and status.",
        &labels,
        metrics::SECONDS,
    )
});
static IN_FLIGHT: LazyLock<IntGauge> = LazyLock::new(|| {
    metrics::gauge("http_requests_in_flight", "Requests being answered.", &[]).with_label_values::<&str>(&[])
});
static PANICS: LazyLock<IntCounterVec> =
    LazyLock::new(|| metrics::counter("http_panics_total", "Requests that ended in a panic.", &[]));

/// Set unless the handler has set its own.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

pub async fn pass<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    tidy_path(&mut request);
    let id = RequestId::from_headers(request.headers());
    request.extensions_mut().insert(id.clone());
    let timeout = request.app_data::<Arc<HttpSettings>>().map(|it| it.body_timeout);
    body::limit_time(&mut request, timeout.unwrap_or_else(|| HttpSettings::default().body_timeout));

    let passage = Passage::of(&request);
    let outcome = if passage.told {
        let span = root_span::begin(&request, &passage.route, &id);
        let outcome = inside(request, next, &passage, &id).instrument(span.clone()).await;
        root_span::end(&span, &outcome);
        outcome.map(|response| response.map_body(|_, body| root_span::around(body, span)))
    } else {
        inside(request, next, &passage, &id).await
    };
    let id = HeaderValue::from_str(&id.0).expect("invariant: request ids are plain ASCII");
    let id = (HeaderName::from_static(request_id::HEADER), id);
    match outcome {
        Ok(mut response) => {
            let headers = response.headers_mut();
            headers.reserve(HEADERS.len() + 1);
            for (name, value) in HEADERS.into_iter().chain([id]) {
                if !headers.contains_key(&name) {
                    headers.insert(name, value);
                }
            }
            Ok(response)
        }
        // There is no response to put headers on: the server makes one of the error later.
        Err(error) => {
            let problem = as_problem(&error);
            Err(HEADERS
                .into_iter()
                .chain([id])
                .fold(problem, |it, (name, value)| it.header(name, value))
                .into())
        }
    }
}

/// Turns panics and foreign errors into problems, measures, and writes the one line in the log.
async fn inside<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
    Passage { route, told }: &Passage,
    RequestId(id): &RequestId,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let method = request.method().clone();
    let in_flight = InFlight::enter();
    let outcome = match check_address(&request) {
        Ok(()) => match AssertUnwindSafe(next.call(request)).catch_unwind().await {
            Ok(Ok(response)) => Ok(settle(response.map_into_boxed_body(), id)),
            Ok(Err(error)) => Err(as_problem(&error).with_request_id(id).into()),
            Err(panic) => Err(panicked(panic.as_ref()).with_request_id(id).into()),
        },
        Err(problem) => Ok(settle(request.error_response(problem), id)),
    };
    drop(in_flight);

    let status = match &outcome {
        Ok(response) => response.status(),
        Err(error) => Error::as_response_error(error).status_code(),
    };
    let elapsed = began.elapsed();
    DURATION.with_label_values(&[label(&method), route, status.as_str()]).observe(elapsed.as_secs_f64());
    let duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let http_status = status.as_u16();
    if *told && !probes::PATHS.contains(&&**route) {
        tracing::info!(http.status = http_status, duration_ms, "answered");
    } else if !*told && Passage::must_tell(status) {
        // There is no span that would say these.
        let client = outcome.as_ref().ok().map(|it| tracing::field::display(ClientIp::of(it.request()).0));
        let span = tracing::info_span!("request", http.method = %method, http.route = &**route, client.ip = client, request_id = id);
        span.in_scope(|| tracing::info!(http.status = http_status, duration_ms, "answered"));
    }
    outcome
}

/// U+0000 and broken UTF-8 in a path or query end here.
fn check_address(request: &ServiceRequest) -> Result<(), Problem> {
    let uri = request.uri();
    check_percent_encoded(uri.path()).map_err(|fault| fault.problem("path"))?;
    check_percent_encoded(uri.query().unwrap_or_default()).map_err(|fault| fault.problem("query string"))
}

/// Writes the request's id into problems, and makes problems of other errors. What a handler answered on purpose stays as it is.
fn settle(response: ServiceResponse, id: &str) -> ServiceResponse {
    let problem = response.response().extensions().get::<Problem>().cloned().or_else(|| foreign(&response));
    let Some(problem) = problem else { return response };
    let status = problem.status();
    let body = problem.with_request_id(id).to_json();
    let mut response = response.map_body(|_, _| BoxBody::new(body));
    *response.response_mut().status_mut() = status;
    let media_type = HeaderValue::from_static(crate::problem::MEDIA_TYPE);
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    response
}

/// The problem for an error of the framework's own.
fn foreign(response: &ServiceResponse) -> Option<Problem> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    match response.response().error() {
        Some(error) => Some(as_problem(error)),
        None if matches!(response.response().body().size(), BodySize::None | BodySize::Sized(0)) => {
            Some(by_status(status, None))
        }
        None => None,
    }
}

fn as_problem(error: &Error) -> Problem {
    if let Some(problem) = error.as_error::<Problem>() {
        return problem.clone();
    }
    if let Some(error) = error.as_error::<PayloadError>() {
        return body::refuse(error);
    }
    let status = error.as_response_error().status_code();
    if status.is_server_error() {
        tracing::error!(%error, "unexpected error");
        return by_status(status, None);
    }
    by_status(status, Some(error.to_string()))
}

fn by_status(status: StatusCode, detail: Option<String>) -> Problem {
    let (code, usual) = match status {
        StatusCode::UNAUTHORIZED => (codes::UNAUTHENTICATED, "Say who you are first."),
        StatusCode::FORBIDDEN => (codes::FORBIDDEN, "This is not yours to do."),
        StatusCode::NOT_FOUND => (codes::NOT_FOUND, "There is nothing at this address."),
        StatusCode::METHOD_NOT_ALLOWED => (codes::METHOD_NOT_ALLOWED, "This address takes other methods."),
        StatusCode::REQUEST_TIMEOUT => (codes::BODY_TIMEOUT, "The body took too long to arrive."),
        StatusCode::CONFLICT => (codes::CONFLICT, "The state of things does not allow it."),
        StatusCode::PAYLOAD_TOO_LARGE => (codes::BODY_TOO_LARGE, "The body is too large."),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            (codes::UNSUPPORTED_MEDIA_TYPE, "The body is of a kind not taken here.")
        }
        StatusCode::TOO_MANY_REQUESTS => (codes::RATE_LIMITED, "Too many requests; wait a little."),
        StatusCode::SERVICE_UNAVAILABLE => {
            (codes::UNAVAILABLE, "A part of the service is away for the moment.")
        }
        status if status.is_server_error() => return Problem::internal_unlogged().at(status),
        _ => (codes::INVALID_REQUEST, "The request is not valid."),
    };
    Problem::new(status, code, detail.filter(|it| !it.is_empty()).unwrap_or_else(|| usual.to_owned()))
}

fn panicked(panic: &(dyn Any + Send)) -> Problem {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(error = text.unwrap_or("of unknown kind"), "panicked");
    PANICS.with_label_values::<&str>(&[]).inc();
    Problem::internal_unlogged()
}

/// Counts down also when the client goes away and the request is dropped half-way.
struct InFlight;

impl InFlight {
    fn enter() -> Self {
        IN_FLIGHT.inc();
        Self
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        IN_FLIGHT.dec();
    }
}

/// A made-up method must not become a label.
fn label(method: &Method) -> &str {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.into_iter().find(|it| *it == method.as_str()).unwrap_or("other")
}
