//! How many requests are taken, by address and by key, before anything else is done for them.

use std::sync::{Arc, LazyLock};
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError};
use telemetry::metrics::{self, IntCounterVec};
use web::ClientIp;
use web::rate_limit::{self, RateLimit, Standing};

use crate::settings::LimitsSettings;

/// Shared by all threads of this process. Cheap to clone.
#[derive(Clone)]
pub struct Limits(Arc<Both>);

struct Both {
    per_ip: RateLimit,
    per_key: RateLimit,
}

impl Limits {
    pub fn new(settings: LimitsSettings) -> Self {
        let per_ip = RateLimit::new("ip", settings.per_ip);
        Self(Arc::new(Both { per_ip, per_key: RateLimit::new("key", settings.per_key) }))
    }

    /// What the sender may still send. Whoever is refused by address takes nothing of a key's quota.
    fn take(&self, request: &ServiceRequest) -> Vec<Standing> {
        let now = Instant::now();
        let address = rate_limit::neighbours(ClientIp::of(request.request()).0);
        let by_ip = self.0.per_ip.take(address, now);
        if by_ip.is_some_and(|it| it.is_exceeded()) {
            return by_ip.into_iter().collect();
        }
        let by_key = key(request.headers()).and_then(|key| self.0.per_key.take(key, now));
        by_ip.into_iter().chain(by_key).collect()
    }
}

/// Lets the request through, or refuses it; says in either case how much is left.
pub async fn keep_to<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let limits = request.app_data::<Limits>().expect("invariant: the application carries its limits").clone();
    let standings = limits.take(&request);
    let mut response = if let Some(problem) = rate_limit::refusal(&standings) {
        for exceeded in standings.iter().filter(|it| it.is_exceeded()) {
            REFUSED.with_label_values(&[exceeded.name()]).inc();
        }
        request.into_response(problem.error_response()).map_into_right_body()
    } else {
        next.call(request).await?.map_into_left_body()
    };
    rate_limit::tell(&standings, response.headers_mut());
    Ok(response)
}

/// The key as it was sent. Who varies it is stopped by address.
fn key(headers: &HeaderMap) -> Option<&[u8]> {
    let sent = |name: &HeaderName| headers.get(name).map(HeaderValue::as_bytes).filter(|it| !it.is_empty());
    let bearer = |value: &'_ [u8]| value.get(..7).is_some_and(|it| it.eq_ignore_ascii_case(b"bearer "));
    let given = sent(&OWN).or_else(|| sent(&AUTHORIZATION))?;
    if bearer(given) { given.get(7..) } else { Some(given) }
}

const OWN: HeaderName = HeaderName::from_static("x-igny8-api-key");

static REFUSED: LazyLock<IntCounterVec> = LazyLock::new(|| {
    metrics::counter(
        "webhook_rate_limited_total",
        "Requests refused for there being too many, by what counted them.",
        &["by"],
    )
});
