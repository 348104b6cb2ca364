//! What is known of a request before it is answered: its route, and whether it leaves a line in the log and a span.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;

use crate::HttpSettings;

/// Routes that answer so often that lines and spans would cost more than the answers: given as `app_data` to the application. Of their
/// answers one in [`HttpSettings::log_one_in`] is told of, and each that went wrong.
#[derive(Clone, Debug, Default)]
pub struct BusyRoutes(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    patterns: HashSet<String>,
    /// The patterns of paths that were asked for before: matching costs more than remembering.
    known: RwLock<HashMap<String, Arc<str>>>,
}

/// Anyone may make up paths; these are enough for those that are really asked for.
const MOST_KNOWN: usize = 256;

impl BusyRoutes {
    /// As they are registered, such as `/api/plugins/{slug}/info`.
    pub fn new(patterns: impl IntoIterator<Item = String>) -> Self {
        Self(Arc::new(Inner { patterns: patterns.into_iter().collect(), known: RwLock::default() }))
    }

    fn known(&self, path: &str) -> Option<Arc<str>> {
        self.0.known.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    /// Whether it is one of them.
    fn learn(&self, path: &str, route: &Arc<str>) -> bool {
        let busy = self.0.patterns.contains(&**route);
        if busy {
            let mut known = self.0.known.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() < MOST_KNOWN {
                known.insert(path.to_owned(), Arc::clone(route));
            }
        }
        busy
    }
}

#[derive(Debug)]
pub struct Passage {
    /// Its pattern; what stands in its place for an unknown address must not become a label.
    pub route: Arc<str>,
    /// It has a span of its own, and its answer gets a line.
    pub told: bool,
}

impl Passage {
    pub fn of(request: &ServiceRequest) -> Self {
        let (routes, path) = (request.app_data::<BusyRoutes>(), request.path());
        if let Some(route) = routes.and_then(|it| it.known(path)) {
            return Self { told: is_told(request), route };
        }
        let route: Arc<str> = request.match_pattern().map_or_else(|| "unmatched".into(), Into::into);
        let busy = routes.is_some_and(|it| it.learn(path, &route));
        Self { told: !busy || is_told(request), route }
    }

    /// Whether an answer that is not told of by itself has to be all the same. Who asks too often is counted, not written down.
    pub fn must_tell(status: StatusCode) -> bool {
        status.is_server_error() || (status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS)
    }
}

fn is_told(request: &ServiceRequest) -> bool {
    has_sampled_trace(request) || is_next(request)
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
