use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error, HttpMessage};
use tracing::Span;
use tracing::field::Empty;
use tracing_actix_web::RootSpanBuilder;

use crate::passage::Passage;
use crate::{ClientIp, RequestId};

/// One span per request, continuing the caller's trace. Query strings and headers stay out: they carry secrets.
pub struct RootSpan;

impl RootSpanBuilder for RootSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let Passage { route, told } = Passage::of(request);
        if !told {
            return Span::none();
        }
        let request_id = request.extensions().get::<RequestId>().map(|it| it.0.clone()).unwrap_or_default();
        let span = tracing::info_span!(
            "request",
            otel.name = format!("{} {route}", request.method()),
            otel.kind = "server",
            otel.status_code = Empty,
            http.method = %request.method(),
            http.route = &*route,
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

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("http.status", status.as_u16());
        if status.is_server_error() {
            span.record("otel.status_code", "ERROR");
        }
    }
}
