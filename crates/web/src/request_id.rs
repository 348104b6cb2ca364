use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use uuid::Uuid;

use crate::Problem;

/// Names one request in the answer, the log and every problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

pub const HEADER: &str = "x-request-id";

impl RequestId {
    /// The caller's, if it is short and plain; else a new one.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        let given = headers.get(HEADER).and_then(|it| it.to_str().ok()).filter(|it| is_sane(it));
        Self(given.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned))
    }
}

fn is_sane(id: &str) -> bool {
    (8..=128).contains(&id.len()) && id.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it))
}

impl FromRequest for RequestId {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = request.extensions().get::<Self>().cloned();
        ready(Ok(known.unwrap_or_else(|| Self::from_headers(request.headers()))))
    }
}
