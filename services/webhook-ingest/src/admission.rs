//! What an event's request passes before its body is read: the site is known by its key, the outbox is not overfull, and there is room
//! for the body.

use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use credentials::{SignedRequest, SiteKey};
use futures::future::LocalBoxFuture;
use web::{BodyLimit, HttpSettings, Problem, RawBody};

use crate::app::AppState;
use crate::intake::Room;

/// A request that is a site's own, with the room its body takes until it is answered.
pub struct Admitted {
    request: SignedRequest,
    _room: Room,
}

impl Deref for Admitted {
    type Target = SignedRequest;

    fn deref(&self) -> &SignedRequest {
        &self.request
    }
}

impl FromRequest for Admitted {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (key, body) = (SiteKey::from_request(request, payload), RawBody::from_request(request, payload));
        let (bytes, request) = (largest(request), request.clone());
        Box::pin(async move {
            // Nobody takes room who is not known.
            let SiteKey(site) = key.await?;
            let state =
                request.app_data::<Data<AppState>>().expect("invariant: the application carries its state");
            let room = state.intake.room(bytes)?;
            let request = SignedRequest::check(site, &request, body.await?.into_inner())?;
            Ok(Self { request, _room: room })
        })
    }
}

/// What the body may come to: as announced, else as much as the route takes.
fn largest(request: &HttpRequest) -> usize {
    let limit = request.app_data::<BodyLimit>().map(|it| it.0);
    let limit = limit.or_else(|| request.app_data::<Arc<HttpSettings>>().map(|it| it.body_limit_bytes));
    let limit = limit.unwrap_or_else(|| HttpSettings::default().body_limit_bytes);
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|it| it.to_str().ok()?.parse().ok());
    announced.unwrap_or(limit).min(limit)
}
