use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use bytes::Bytes;
use tracing::Span;
use tracing::field::Empty;

use crate::{ClientIp, RequestId};

/// One span per request, continuing the caller's trace. Query strings and headers stay out: they carry secrets.
pub fn begin(request: &ServiceRequest, route: &str, RequestId(request_id): &RequestId) -> Span {
    let span = tracing::info_span!(
        "request",
        otel.name = format!("{} {route}", request.method()),
        otel.kind = "server",
        otel.status_code = Empty,
        http.method = %request.method(),
        http.route = route,
        http.status = Empty,
        client.ip = %ClientIp::of(request.request()).0,
        request_id,
        trace_id = Empty,
    );
    let headers = request.headers().iter();
    let pairs = headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    telemetry::set_parent(&span, &telemetry::extract(pairs));
    if let Some(trace) = span.in_scope(telemetry::current_trace_id) {
        span.record("trace_id", trace);
    }
    span
}

pub fn end<B>(span: &Span, outcome: &Result<ServiceResponse<B>, Error>) {
    let status = match outcome {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    span.record("http.status", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// What is still to be made of the body belongs to the request, too.
pub fn around(body: BoxBody, span: Span) -> BoxBody {
    match body.size() {
        BodySize::None | BodySize::Sized(0) => body,
        _ => BoxBody::new(InSpan { body, span }),
    }
}

struct InSpan {
    body: BoxBody,
    span: Span,
}

impl MessageBody for InSpan {
    type Error = Box<dyn StdError>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = &mut *self;
        let _entered = this.span.enter();
        Pin::new(&mut this.body).poll_next(context)
    }
}
