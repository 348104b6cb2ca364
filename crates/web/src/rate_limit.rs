use std::fmt::Write;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use crate::{Problem, codes};

mod cells;

use cells::Cells;

/// So many in the long run, and so many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// 0: no limit.
    pub per_second: u32,
    pub burst: u32,
}

/// Counts what each key takes of a quota, in this process alone and in a fixed piece of memory, about 1 MB.
pub struct RateLimit {
    name: &'static str,
    quota: Quota,
    cells: Cells,
}

/// What a key may still take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    name: &'static str,
    quota: Quota,
    remaining: u64,
    /// Until the whole quota is there again, if nothing else is taken.
    full_in: Duration,
    /// How long to wait for the next one; `None` if this one was taken.
    wait: Option<Duration>,
}

impl RateLimit {
    /// `name` is what clients see of it.
    pub fn new(name: &'static str, quota: Quota) -> Self {
        Self { name, quota, cells: Cells::new(quota) }
    }

    /// Takes one, if the key has one left. `None`: there is no limit.
    pub fn take(&self, key: impl Hash, now: Instant) -> Option<Standing> {
        if self.quota.per_second == 0 {
            return None;
        }
        let taken = self.cells.take(key, now);
        let (remaining, full_in, wait) = (taken.remaining, taken.full_in, taken.wait);
        Some(Standing { name: self.name, quota: self.quota, remaining, full_in, wait })
    }
}

impl Standing {
    /// Of the limit.
    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn is_exceeded(&self) -> bool {
        self.wait.is_some()
    }
}

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Says them in an answer, as draft-ietf-httpapi-ratelimit-headers has it: `"ip";q=1000;w=5` and `"ip";r=999;t=1`.
pub fn tell(standings: &[Standing], headers: &mut HeaderMap) {
    let (mut policies, mut limits) = (String::new(), String::new());
    for (place, it) in standings.iter().enumerate() {
        let comma = if place == 0 { "" } else { ", " };
        let window = it.quota.burst.div_ceil(it.quota.per_second);
        // Writing to a text can't fail.
        let _ = write!(policies, "{comma}\"{}\";q={};w={window}", it.name, it.quota.burst);
        let _ = write!(limits, "{comma}\"{}\";r={};t={}", it.name, it.remaining, seconds(it.full_in));
    }
    for (name, text) in [(POLICY, policies), (LIMIT, limits)] {
        if let Ok(value) = HeaderValue::from_str(&text)
            && !text.is_empty()
        {
            headers.insert(name, value);
        }
    }
}

/// The refusal, if one of them is exceeded.
pub fn refusal(standings: &[Standing]) -> Option<Problem> {
    let wait = standings.iter().filter_map(|it| it.wait).max()?;
    let detail = format!("Too many requests; the next one is taken in {} s.", seconds(wait).max(1));
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, codes::RATE_LIMITED, detail);
    Some(problem.retry_after(wait.max(Duration::from_secs(1))))
}

/// Whose requests count together: an address, or the network of one customer, which has a /64 of its own.
pub fn neighbours(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

/// Rounded up: whoever comes then is not too early.
fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests;
