use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

/// What `/readyz` answers from: one entry per thing the service depends on.
#[derive(Clone, Debug, Default)]
pub struct Readiness(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    stopping: bool,
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug)]
struct Entry {
    required: bool,
    lifetime: Option<Duration>,
    /// `None` is well.
    trouble: Option<String>,
    since: Instant,
    said: Instant,
}

/// The state of everything registered, at one moment.
#[derive(Clone, Debug, Serialize)]
pub struct ReadinessSnapshot {
    pub ready: bool,
    pub stopping: bool,
    pub checks: Vec<Check>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Check {
    pub name: String,
    pub ok: bool,
    /// Whether the service is not ready without it.
    pub required: bool,
    /// Empty when it is well.
    pub detail: String,
    /// How long it has been so.
    pub for_seconds: u64,
}

impl Readiness {
    pub fn new() -> Self {
        Self::default()
    }

    /// Something the service can't answer without.
    pub fn register(&self, name: impl Into<String>) -> ReadinessHandle {
        self.add(name.into(), true, None)
    }

    /// Something the service can't answer without and that must say `ok` again within `lifetime`.
    pub fn register_expiring(&self, name: impl Into<String>, lifetime: Duration) -> ReadinessHandle {
        self.add(name.into(), true, Some(lifetime))
    }

    /// Something whose failure is shown, while the service stays ready.
    pub fn watch(&self, name: impl Into<String>) -> ReadinessHandle {
        self.add(name.into(), false, None)
    }

    pub fn snapshot(&self) -> ReadinessSnapshot {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let checks: Vec<Check> = state.entries.iter().map(|(name, entry)| entry.check(name)).collect();
        let ready = !state.stopping && checks.iter().all(|check| check.ok || !check.required);
        ReadinessSnapshot { ready, stopping: state.stopping, checks }
    }

    pub fn is_ready(&self) -> bool {
        self.snapshot().ready
    }

    /// Not ready any more, whatever the entries say: the service is going away.
    pub fn stopping(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).stopping = true;
    }

    fn add(&self, name: String, required: bool, lifetime: Option<Duration>) -> ReadinessHandle {
        let now = Instant::now();
        let entry = Entry { required, lifetime, trouble: Some("starting".to_owned()), since: now, said: now };
        let handle = ReadinessHandle { readiness: self.clone(), name: name.clone() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entries.insert(name, entry);
        handle
    }
}

impl Entry {
    fn check(&self, name: &str) -> Check {
        let silent_for = self.said.elapsed();
        let expired = self.lifetime.is_some_and(|lifetime| silent_for > lifetime);
        let detail = match &self.trouble {
            Some(trouble) => trouble.clone(),
            None if expired => format!("no sign of life for {} s", silent_for.as_secs()),
            None => String::new(),
        };
        Check {
            name: name.to_owned(),
            ok: detail.is_empty(),
            required: self.required,
            detail,
            for_seconds: self.since.elapsed().as_secs(),
        }
    }
}

/// Where one dependency says how it is.
#[derive(Clone, Debug)]
pub struct ReadinessHandle {
    readiness: Readiness,
    name: String,
}

impl ReadinessHandle {
    pub fn ok(&self) {
        self.say(None);
    }

    /// `why` is shown to whoever reads `/readyz?verbose`: no secrets.
    pub fn failed(&self, why: impl Display) {
        let why = why.to_string();
        self.say(Some(if why.is_empty() { "failed".to_owned() } else { why }));
    }

    fn say(&self, trouble: Option<String>) {
        let mut state = self.readiness.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(entry) = state.entries.get_mut(&self.name) else { return };
        let now = Instant::now();
        entry.said = now;
        if entry.trouble.is_some() == trouble.is_some() {
            entry.trouble = trouble;
            return;
        }
        match &trouble {
            None => tracing::info!(dependency = self.name, "ready"),
            Some(why) => tracing::warn!(dependency = self.name, why, "not ready"),
        }
        entry.trouble = trouble;
        entry.since = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_when_everything_required_is() {
        let readiness = Readiness::new();
        assert!(readiness.is_ready(), "nothing to wait for");
        let database = readiness.register("database");
        let broker = readiness.watch("broker");
        assert!(!readiness.is_ready(), "what is registered has yet to say so");
        database.ok();
        assert!(readiness.is_ready(), "the broker is only watched");
        broker.failed("connection refused");
        let snapshot = readiness.snapshot();
        assert!(snapshot.ready);
        let names: Vec<_> = snapshot.checks.iter().map(|check| (check.name.as_str(), check.ok)).collect();
        assert_eq!(names, [("broker", false), ("database", true)]);
        assert_eq!(snapshot.checks[0].detail, "connection refused");
        database.failed("");
        assert!(!readiness.is_ready(), "a failure without a reason is one");
        database.ok();
        readiness.stopping();
        assert!(!readiness.is_ready());
    }

    #[test]
    fn a_sign_of_life_grows_old() {
        let readiness = Readiness::new();
        let consumer = readiness.register_expiring("consumer", Duration::from_millis(30));
        consumer.ok();
        assert!(readiness.is_ready());
        std::thread::sleep(Duration::from_millis(60));
        assert!(!readiness.is_ready());
        consumer.ok();
        assert!(readiness.is_ready());
    }
}
