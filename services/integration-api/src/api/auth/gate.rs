use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use web::{ClientIp, Problem};

use crate::settings::SessionsSettings;

/// Bounds what guessing passwords brings, and what checking them costs. Each replica counts for itself.
#[derive(Clone)]
pub struct LoginGate {
    /// One permit per check: each takes memory and a processor for a while.
    places: Arc<Semaphore>,
    failures: Arc<Mutex<HashMap<Source, Failures>>>,
    allowed: u32,
    window: SignedDuration,
}

/// Where guesses come from. Nobody can lock a person out from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Source {
    OneAddress(IpAddr, String),
    Anyone(IpAddr),
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    since: Timestamp,
}

/// More sources than that are forgotten all at once: the memory is bounded before the guesses are.
const MOST_SOURCES: usize = 50_000;
/// Many people sit behind one office's address.
const PEOPLE_PER_PLACE: u32 = 10;
const PATIENCE: Duration = Duration::from_secs(3);

impl LoginGate {
    pub fn new(settings: &SessionsSettings) -> Self {
        Self {
            places: Arc::new(Semaphore::new(settings.concurrent_logins)),
            failures: Arc::default(),
            allowed: settings.failures_allowed,
            window: SignedDuration::try_from(settings.failures_forgotten_after)
                .unwrap_or(SignedDuration::from_mins(15)),
        }
    }

    /// Refuses who has guessed wrong too often.
    pub fn check(&self, email: &str, from: ClientIp, now: Timestamp) -> Result<(), Problem> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for (source, allowed) in self.sources(email, from) {
            let Some(known) = failures.get(&source).filter(|it| it.count >= allowed) else { continue };
            let left = self.window - now.duration_since(known.since);
            if left.is_positive() {
                let detail = "Too many wrong passwords came from your network. Wait a little.";
                return Err(limited(detail, left.unsigned_abs()));
            }
        }
        Ok(())
    }

    pub fn failed(&self, email: &str, from: ClientIp, now: Timestamp) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST_SOURCES {
            failures.retain(|_, it| now.duration_since(it.since) < self.window);
        }
        if failures.len() >= MOST_SOURCES {
            failures.clear();
        }
        for (source, _) in self.sources(email, from) {
            let known = failures.entry(source).or_insert(Failures { count: 0, since: now });
            if now.duration_since(known.since) >= self.window {
                *known = Failures { count: 0, since: now };
            }
            known.count += 1;
        }
    }

    /// A place among the checks, for as long as one lasts.
    pub async fn enter(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = tokio::time::timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await;
        let detail = "Too many people log in at this moment. Try again in a few seconds.";
        place.ok().and_then(Result::ok).ok_or_else(|| limited(detail, PATIENCE))
    }

    fn sources(&self, email: &str, from: ClientIp) -> [(Source, u32); 2] {
        let network = network(from.0);
        [
            (Source::OneAddress(network, email.to_lowercase()), self.allowed),
            (Source::Anyone(network), self.allowed.saturating_mul(PEOPLE_PER_PLACE)),
        ]
    }
}

/// Whoever has one IPv6 address has the 2^64 beside it.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(it) => Ipv6Addr::from_bits(it.to_bits() & (u128::MAX << 64)).into(),
    }
}

fn limited(detail: &str, wait: Duration) -> Problem {
    Problem::new(StatusCode::TOO_MANY_REQUESTS, web::codes::RATE_LIMITED, detail).retry_after(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate() -> LoginGate {
        let settings = crate::settings::defaults();
        LoginGate::new(&settings.sessions)
    }

    fn ip(text: &str) -> ClientIp {
        ClientIp(text.parse().unwrap())
    }

    #[test]
    fn guesses_for_one_address_are_counted_per_place() {
        let (gate, mut now) = (gate(), Timestamp::UNIX_EPOCH);
        for _ in 0..10 {
            assert!(gate.check("a@b.test", ip("192.0.2.1"), now).is_ok());
            gate.failed("A@b.test", ip("192.0.2.1"), now);
        }
        now += SignedDuration::from_mins(5);
        assert_eq!(gate.check("a@b.test", ip("192.0.2.1"), now).unwrap_err().status(), 429);
        assert!(
            gate.check("a@b.test", ip("192.0.2.2"), now).is_ok(),
            "the person elsewhere is not locked out"
        );
        assert!(gate.check("c@b.test", ip("192.0.2.1"), now).is_ok());
        now += SignedDuration::from_mins(10);
        assert!(gate.check("a@b.test", ip("192.0.2.1"), now).is_ok());
        gate.failed("a@b.test", ip("192.0.2.1"), now);
        assert!(gate.check("a@b.test", ip("192.0.2.1"), now).is_ok(), "counted anew");
    }

    #[test]
    fn one_place_has_only_so_many_guesses_for_all_addresses() {
        let (gate, now) = (gate(), Timestamp::UNIX_EPOCH);
        for number in 0..100_u16 {
            let from = ip(&format!("2001:db8::{number:x}"));
            assert!(gate.check(&format!("{number}@b.test"), from, now).is_ok());
            gate.failed(&format!("{number}@b.test"), from, now);
        }
        assert!(gate.check("new@b.test", ip("2001:db8::ffff"), now).is_err());
        assert!(gate.check("new@b.test", ip("2001:db8:0:1::1"), now).is_ok());
    }

    #[test]
    fn the_memory_is_bounded() {
        let (gate, now) = (gate(), Timestamp::UNIX_EPOCH);
        for number in 0..60_000_u32 {
            gate.failed("a@b.test", ClientIp(IpAddr::V4(number.into())), now);
        }
        assert!(gate.failures.lock().unwrap().len() <= MOST_SOURCES + 2);
    }
}
