use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, get, resource};
use actix_web::{HttpRequest, HttpResponse};
use lifecycle::Readiness;
use serde_json::json;

pub const PATHS: [&str; 3] = ["/livez", "/readyz", "/metrics"];

pub fn configure(config: &mut ServiceConfig) {
    config
        .service(resource("/livez").route(get().to(livez)))
        .service(resource("/readyz").route(get().to(readyz)))
        .service(resource("/metrics").route(get().to(metrics)));
}

/// The process answers; nothing else is asked.
async fn livez() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "alive": true }))
}

/// Whether requests should come here; with `?verbose` also why (not).
async fn readyz(request: HttpRequest, readiness: Data<Readiness>) -> HttpResponse {
    let snapshot = readiness.snapshot();
    let status = if snapshot.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let verbose = request.query_string().split('&').any(|it| it == "verbose" || it.starts_with("verbose="));
    let mut response = HttpResponse::build(status);
    if verbose { response.json(snapshot) } else { response.json(json!({ "ready": snapshot.ready })) }
}

async fn metrics() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(telemetry::metrics::render())
}
