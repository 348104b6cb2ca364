use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use secrets::signature::{SiteRequest, canonical_target, check_window};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::state::{File, State};
use super::{Shared, Trust, doctor, lock, plugin, reading};

/// What the plugin says: status, members, and the mark of its frame.
pub struct Answer {
    status: u16,
    members: Value,
    mark: String,
}

pub type Query = HashMap<String, String>;

/// The route below `igny8/v1/` and the query, for both forms of permalinks.
pub fn route(request: &HttpRequest) -> Option<(String, Query)> {
    let query: Query = form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect();
    let path = match query.get("rest_route") {
        Some(route) => route.clone(),
        None => request.path().strip_prefix("/wp-json")?.to_owned(),
    };
    Some((path.strip_prefix("/igny8/v1/")?.to_owned(), query))
}

/// The same of WordPress' own, below `wp/v2/`.
pub fn core_route(request: &HttpRequest) -> Option<(String, Query)> {
    let query: Query = form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect();
    let path = query
        .get("rest_route")
        .cloned()
        .or_else(|| Some(request.path().strip_prefix("/wp-json")?.to_owned()));
    Some((path?.strip_prefix("/wp/v2/")?.to_owned(), query))
}

pub fn answer(state: &Shared, request: &HttpRequest, route: &str, query: &Query, body: &[u8]) -> Answer {
    let mut state = lock(state);
    if let Err((status, code)) = verify(&mut state, request, route, query, body) {
        return refused(request, status, code);
    }
    let (status, members) = match (request.method().as_str(), route) {
        ("POST", "publish") => plugin::publish(&mut state, body),
        ("GET", "media") => plugin::find_media(&state, query),
        ("POST", "media") => plugin::take_media(&mut state, query, body),
        ("GET", "status") => (200, status(&state)),
        ("GET", "doctor") => doctor::report(),
        ("POST" | "PUT" | "DELETE", "doctor/echo") => doctor::echo(request, body),
        ("PUT", _) if route.starts_with("posts/") => plugin::update(&mut state, route, body),
        ("DELETE", _) if route.starts_with("posts/") => plugin::move_post(&mut state, route, query),
        ("GET", "posts") => reading::page(&state, query),
        ("GET", "posts/checksums") => reading::checksums(&state, query),
        ("GET", _) if route.starts_with("posts/") => reading::one(&state, route),
        ("GET", _) if route.starts_with("collections/") => doctor::collection(&route["collections/".len()..]),
        ("GET", _) => match route.strip_prefix("operations/") {
            Some(operation) => plugin::receipt(&state, operation),
            None => (404, refusal("rest_no_route")),
        },
        _ => (404, refusal("rest_no_route")),
    };
    Answer { status, members, mark: mark(request) }
}

impl Answer {
    pub fn framed(self) -> HttpResponse {
        let mut response = HttpResponse::build(StatusCode::from_u16(self.status).unwrap());
        if self.members["code"] == "in_progress" {
            response.insert_header(("Retry-After", "1"));
        }
        response.content_type("application/json; charset=UTF-8").body(self.text())
    }

    pub fn with_noise(self) -> HttpResponse {
        let text = self.text();
        let body = format!(
            "<br />\n<b>Warning</b>: Undefined variable {{$x}} in /wp/x.php on line 7<br />\n{text}<!-- cached -->"
        );
        HttpResponse::Ok().content_type("text/html").body(body)
    }

    fn text(&self) -> String {
        let mark = Value::String(self.mark.clone());
        let inner = self.members.to_string();
        let inner = inner.trim_start_matches('{').strip_suffix('}').unwrap_or_default();
        format!("{{\"igny8_frame\":{mark},{inner},\"igny8_end\":{mark}}}")
    }
}

pub fn refused(request: &HttpRequest, status: u16, code: &str) -> Answer {
    Answer { status, members: refusal(code), mark: mark(request) }
}

pub fn in_progress(request: &HttpRequest) -> Answer {
    refused(request, 409, "in_progress")
}

/// Begins work on a content; false if another request is at it.
pub fn begin(state: &Shared, route: &str, body: &[u8]) -> bool {
    route != "publish" || lock(state).open.insert(content_id(body))
}

pub fn content_id(body: &[u8]) -> i64 {
    serde_json::from_slice::<Value>(body)
        .ok()
        .and_then(|body| body["content_id"].as_i64())
        .unwrap_or_default()
}

pub fn page(status: u16, page: &'static str) -> HttpResponse {
    HttpResponse::build(StatusCode::from_u16(status).unwrap()).content_type("text/html").body(page)
}

pub fn no_route() -> HttpResponse {
    let body = json!({"code": "rest_no_route", "message": "No route was found.", "data": {"status": 404}});
    HttpResponse::NotFound().content_type("application/json").body(body.to_string())
}

pub fn file(request: &HttpRequest, state: &Shared) -> HttpResponse {
    let mut state = lock(state);
    state.requests.push(format!("GET {}", request.path()));
    match state.files.get(request.path()) {
        Some(File::Bytes(bytes)) => {
            HttpResponse::Ok().content_type("application/octet-stream").body(bytes.clone())
        }
        Some(File::Redirect(to)) => HttpResponse::Found().insert_header(("Location", to.clone())).finish(),
        None => HttpResponse::NotFound().body("nothing here"),
    }
}

fn verify(
    state: &mut State,
    request: &HttpRequest,
    route: &str,
    query: &Query,
    body: &[u8],
) -> Result<(), (u16, &'static str)> {
    let header =
        |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (key, mut site_ids) = match &state.trust {
        Trust::Key(key) if header("x-igny8-api-key").is_empty() => {
            return Err((401, if key.is_empty() { "not_paired" } else { "key_invalid" }));
        }
        Trust::Key(key) => {
            return if header("x-igny8-api-key") == key { Ok(()) } else { Err((401, "key_invalid")) };
        }
        Trust::Password(..) => return Err((404, "rest_no_route")),
        Trust::Signature(key, site_ids) => (*key, site_ids.clone()),
    };
    let (id, signature) = (header("webhook-id"), header("webhook-signature"));
    let timestamp: i64 = header("webhook-timestamp").parse().unwrap_or_default();
    if id.is_empty() || signature.is_empty() {
        return Err((401, "signature_missing"));
    }
    let pairs = query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let target = canonical_target(&format!("/igny8/v1/{route}"), pairs);
    let method = request.method().as_str();
    let for_us = |site_id| {
        let signed = SiteRequest { site_id, method, target: &target, body };
        key.verify_request(signature, id, timestamp, &signed).is_ok()
    };
    if !site_ids.any(for_us) {
        return Err((401, "signature_invalid"));
    }
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().cast_signed();
    check_window(timestamp, now).map_err(|_| (401, "timestamp_out_of_window"))?;
    if state.seen_ids.insert(id.to_owned()) { Ok(()) } else { Err((401, "request_replayed")) }
}

fn status(state: &State) -> Value {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    json!({
        "success": true, "plugin_version": "2.0.0", "wp_version": "6.5.5", "php_version": "8.2.1", "paired": true,
        "time": rfc3339(now), "site_url": format!("http://127.0.0.1:{}", state.port),
    })
}

fn rfc3339(seconds: u64) -> String {
    jiff::Timestamp::from_second(seconds.cast_signed()).unwrap().to_string()
}

pub fn refusal(code: &str) -> Value {
    json!({"success": false, "code": code, "message": format!("The site says {code}.")})
}

fn mark(request: &HttpRequest) -> String {
    let id = request.headers().get("webhook-id").and_then(|value| value.to_str().ok());
    id.map_or_else(|| uuid::Uuid::now_v7().simple().to_string(), str::to_owned)
}
