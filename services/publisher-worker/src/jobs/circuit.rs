//! A site's circuit breaker between the rules and its columns.

use std::time::Duration;

use domain::delivery::{Breaker, Cause};

use crate::store::sites::Circuit;

pub fn breaker(circuit: &Circuit) -> Breaker {
    let pause = Duration::from_millis(circuit.circuit_pause_ms.unwrap_or_default().unsigned_abs());
    match (circuit.circuit.as_str(), circuit.circuit_until) {
        ("open", Some(until)) => Breaker::Open { until: until.into(), pause },
        ("half_open", Some(lost_at)) => Breaker::HalfOpen { lost_at: lost_at.into(), pause },
        _ => Breaker::Closed { failures: circuit.circuit_failures.unsigned_abs() },
    }
}

pub fn circuit(site_id: i64, breaker: Breaker, cause: Option<Cause>) -> Circuit {
    let (name, failures, until, pause) = match breaker {
        Breaker::Closed { failures } => ("closed", failures, None, None),
        Breaker::Open { until, pause } => ("open", 0, Some(until), Some(pause)),
        Breaker::HalfOpen { lost_at, pause } => ("half_open", 0, Some(lost_at), Some(pause)),
    };
    Circuit {
        site_id,
        circuit: name.to_owned(),
        circuit_failures: i32::try_from(failures).unwrap_or(i32::MAX),
        circuit_until: until.map(Into::into),
        circuit_pause_ms: pause.map(|pause| i64::try_from(pause.as_millis()).unwrap_or(i64::MAX)),
        circuit_cause: cause.map(|cause| cause.as_str().to_owned()),
    }
}

/// Why a site is shut out.
pub fn cause(circuit: &Circuit) -> Cause {
    circuit.circuit_cause.as_deref().and_then(|name| name.parse().ok()).unwrap_or(Cause::Unreachable)
}
