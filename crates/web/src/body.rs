use std::cell::Cell;
use std::future::Future;
use std::io;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::{StatusCode, header};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use bytes::{Bytes, BytesMut};
use futures::future::LocalBoxFuture;
use futures::{Stream, StreamExt};

use crate::{HttpSettings, Problem, codes};

/// How many bytes a route takes: given as `app_data` to a resource or scope.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit(pub usize);

/// How long a route waits for the whole body: given as `app_data` to a resource or scope.
#[derive(Clone, Copy, Debug)]
pub struct BodyTimeout(pub Duration);

/// The body as it came, for signatures and files. Limited like any other.
#[derive(Clone, Debug)]
pub struct RawBody(pub Bytes);

impl RawBody {
    pub fn into_inner(self) -> Bytes {
        self.0
    }
}

impl Deref for RawBody {
    type Target = Bytes;

    fn deref(&self) -> &Bytes {
        &self.0
    }
}

impl FromRequest for RawBody {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = read(request, payload);
        Box::pin(async move { read.await.map(Self) })
    }
}

/// Collects the body, within the route's limits.
pub fn read(
    request: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<Bytes, Problem>> + use<> {
    let settings = request.app_data::<Arc<HttpSettings>>();
    let limit = request.app_data::<BodyLimit>().map_or_else(
        || settings.map_or(HttpSettings::default().body_limit_bytes, |it| it.body_limit_bytes),
        |it| it.0,
    );
    if let (Some(deadline), Some(timeout)) =
        (request.extensions().get::<Deadline>(), request.app_data::<BodyTimeout>())
    {
        deadline.restart(timeout.0);
    }
    let announced =
        request.headers().get(header::CONTENT_LENGTH).and_then(|it| it.to_str().ok()?.parse::<u64>().ok());
    let mut payload = payload.take();
    async move {
        if announced.is_some_and(|length| length > limit as u64) {
            return Err(too_large(limit));
        }
        // Most bodies come in one piece, which is the body then.
        let (mut first, mut body) = (Bytes::new(), BytesMut::new());
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| refuse(&error))?;
            if first.len() + body.len() + chunk.len() > limit {
                return Err(too_large(limit));
            }
            if first.is_empty() && body.is_empty() {
                first = chunk;
            } else {
                body.extend_from_slice(&std::mem::take(&mut first));
                body.extend_from_slice(&chunk);
            }
        }
        Ok(if body.is_empty() { first } else { body.freeze() })
    }
}

/// When the body of a request has to be there.
#[derive(Clone, Debug)]
struct Deadline(Rc<Cell<Instant>>, Instant);

impl Deadline {
    fn restart(&self, timeout: Duration) {
        self.0.set(self.1 + timeout);
    }
}

/// Puts a deadline on the body, whoever reads it. The server itself times the head only.
pub fn limit_time(request: &mut ServiceRequest, timeout: Duration) {
    let now = Instant::now();
    let deadline = Deadline(Rc::new(Cell::new(now + timeout)), now);
    request.extensions_mut().insert(deadline.clone());
    match request.take_payload() {
        Payload::None => {}
        payload => request.set_payload(Payload::Stream { payload: Box::pin(timed(payload, deadline)) }),
    }
}

fn timed(mut payload: Payload, deadline: Deadline) -> impl Stream<Item = Result<Bytes, PayloadError>> {
    let mut timer: Option<Pin<Box<tokio::time::Sleep>>> = None;
    futures::stream::poll_fn(move |context| {
        if let Poll::Ready(chunk) = payload.poll_next_unpin(context) {
            return Poll::Ready(chunk);
        }
        let until = tokio::time::Instant::from_std(deadline.0.get());
        let timer = timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        if timer.deadline() != until {
            timer.as_mut().reset(until);
        }
        match timer.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Some(Err(PayloadError::Io(io::ErrorKind::TimedOut.into())))),
            Poll::Pending => Poll::Pending,
        }
    })
}

/// What an error while reading the body means to the sender.
pub fn refuse(error: &PayloadError) -> Problem {
    match error {
        PayloadError::Io(error) if error.kind() == io::ErrorKind::TimedOut => Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            codes::BODY_TIMEOUT,
            "The body took too long to arrive. Send it again on a better connection, or in smaller parts.",
        )
        .closing(),
        PayloadError::Overflow => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, codes::BODY_TOO_LARGE, "The body is too large.")
        }
        other => Problem::new(
            StatusCode::BAD_REQUEST,
            codes::INVALID_REQUEST,
            format!("The body could not be read to its end: {other}."),
        ),
    }
}

fn too_large(limit: usize) -> Problem {
    let detail = format!("The body is larger than the {limit} bytes that are taken here.");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, codes::BODY_TOO_LARGE, detail)
        .with("limit_bytes", limit)
        .closing()
}
