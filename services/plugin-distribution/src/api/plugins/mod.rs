//! `/api/plugins/{slug}/…`

pub mod check_update;
pub mod download;
pub mod download_grant;
pub mod health_check;
pub mod info;
pub mod log;
pub mod register;

use actix_web::http::header::{CONTENT_TYPE, EntityTag, Header, HeaderValue, IF_NONE_MATCH, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;

use crate::AppState;

/// What was written as JSON when it changed last.
fn answer(json: Bytes) -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json"))).body(json)
}

/// Whether the client has what bears this tag; `None` where it asks for no tag. What can't be read is no.
fn is_known(request: &HttpRequest, tag: &EntityTag) -> Option<bool> {
    request.headers().contains_key(IF_NONE_MATCH).then(|| match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|it| it.weak_eq(tag)),
        Err(_) => false,
    })
}

fn package_url(state: &AppState, slug: &str) -> String {
    crate::offers::package_url(state.settings.public_url.trim_end_matches('/'), slug)
}
