//! `/api/plugins/{slug}/…`

pub mod check_update;
pub mod download;
pub mod download_grant;
pub mod health_check;
pub mod info;
pub mod log;
pub mod register;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use bytes::Bytes;

use crate::AppState;

/// What was written as JSON when it changed last.
fn answer(json: Bytes) -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json"))).body(json)
}

fn package_url(state: &AppState, slug: &str) -> String {
    crate::offers::package_url(state.settings.public_url.trim_end_matches('/'), slug)
}
