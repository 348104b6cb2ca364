//! What is known of a request before it is answered: its route, and whether it leaves a line in the log and a span.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::Arc;

use actix_web::HttpMessage;
use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;

use crate::HttpSettings;

/// Routes that answer so often that lines and spans would cost more than the answers: given as `app_data` to the application. Of their
/// answers one in [`HttpSettings::log_one_in`] is told of, and each that went wrong.
#[derive(Clone, Debug, Default)]
pub struct BusyRoutes(Arc<HashSet<String>>);

impl BusyRoutes {
    /// As they are registered, such as `/api/plugins/{slug}/info`.
    pub fn new(patterns: impl IntoIterator<Item = String>) -> Self {
        Self(Arc::new(patterns.into_iter().collect()))
    }
}

#[derive(Clone, Debug)]
pub struct Passage {
    /// Its pattern; what stands in its place for an unknown address must not become a label.
    pub route: Arc<str>,
    /// It has a span of its own, and its answer gets a line.
    pub told: bool,
}

impl Passage {
    /// Works it out once; whoever asks later is given the same.
    pub fn of(request: &ServiceRequest) -> Self {
        if let Some(known) = request.extensions().get::<Self>() {
            return known.clone();
        }
        let route: Arc<str> = request.match_pattern().map_or_else(|| "unmatched".into(), Into::into);
        let busy = request.app_data::<BusyRoutes>().is_some_and(|it| it.0.contains(&*route));
        let passage = Self { told: !busy || has_sampled_trace(request) || is_next(request), route };
        request.extensions_mut().insert(passage.clone());
        passage
    }

    /// Whether an answer that is not told of by itself has to be all the same. Who asks too often is counted, not written down.
    pub fn must_tell(status: StatusCode) -> bool {
        status.is_server_error() || (status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS)
    }
}

/// One in so many, on each thread by itself.
fn is_next(request: &ServiceRequest) -> bool {
    thread_local! {
        static PASSED: Cell<u32> = const { Cell::new(0) };
    }
    let one_in = request.app_data::<Arc<HttpSettings>>().map_or(1, |it| it.log_one_in);
    let nth = PASSED.get();
    PASSED.set(if nth + 1 >= one_in { 0 } else { nth + 1 });
    nth == 0
}

/// Somebody follows this one.
fn has_sampled_trace(request: &ServiceRequest) -> bool {
    let flags =
        request.headers().get("traceparent").and_then(|it| it.as_bytes().rsplit(|byte| *byte == b'-').next());
    flags.is_some_and(|it| it == b"01")
}
