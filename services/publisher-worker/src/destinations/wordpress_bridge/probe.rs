use domain::delivery::{Cause, Failure};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::destinations::{Finding, Findings};

/// The steps towards a working site, in order: when one is in the way, those before it are passed and those after it unknown.
const STEPS: [(&str, &str); 4] = [
    ("reachable", "The site answers."),
    ("rest_api", "WordPress' REST API answers."),
    ("plugin", "The plugin answers."),
    ("signature", "The plugin knows that it is us."),
];

/// Requests further apart than the window are refused; from here on it is worth a word.
const CLOCK_WARNING: SignedDuration = SignedDuration::from_secs(120);

pub fn of_status(status: &Map<String, Value>, now: Timestamp) -> Findings {
    let text = |name: &str| status.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut checks: Vec<_> = STEPS.iter().map(|(name, detail)| passed(name, (*detail).to_owned())).collect();
    if let Ok(time) = text("time").parse::<Timestamp>() {
        checks.push(clock(time, now));
    }
    if status.get("paired") == Some(&Value::Bool(false)) {
        checks.push(failed("paired", &Failure::new(Cause::NotPaired, "", None)));
    }
    let cause = checks.iter().any(|check| !check.ok).then_some(Cause::Refused);
    Findings {
        checks,
        plugin_version: text("plugin_version"),
        wordpress_version: text("wp_version"),
        php_version: text("php_version"),
        cause,
    }
}

pub fn of_failure(failure: &Failure) -> Findings {
    let stuck = step(failure.cause);
    let mut checks: Vec<_> =
        STEPS[..stuck].iter().map(|(name, detail)| passed(name, (*detail).to_owned())).collect();
    checks.push(failed(STEPS[stuck].0, failure));
    Findings { checks, cause: Some(failure.cause), ..Findings::default() }
}

/// Which step a cause stands in the way of.
fn step(cause: Cause) -> usize {
    match cause {
        Cause::Dns
        | Cause::Tls
        | Cause::Unreachable
        | Cause::ForbiddenAddress
        | Cause::Timeout
        | Cause::Interrupted
        | Cause::Expired => 0,
        Cause::PluginMissing | Cause::MissingCapability => 2,
        Cause::NotPaired | Cause::HeaderStripped | Cause::WrongKey | Cause::ClockSkew => 3,
        _ => 1,
    }
}

pub fn passed(name: &'static str, detail: String) -> Finding {
    Finding { name: name.into(), ok: true, detail, evidence: String::new(), fix: String::new() }
}

pub fn failed(name: &'static str, failure: &Failure) -> Finding {
    let detail = match failure.http_status {
        Some(status) => format!("{} (HTTP {status})", failure.detail),
        None if failure.evidence.is_empty() => failure.detail.clone(),
        None => format!("{} ({})", failure.detail, failure.evidence),
    };
    let (evidence, fix) = (failure.evidence.clone(), failure.next_step.clone());
    Finding { name: name.into(), ok: false, detail, evidence, fix }
}

/// It was not looked at, which is no fault.
pub fn skipped(name: &'static str, fix: &str) -> Finding {
    let detail = "Not looked at: the plugin is too old to be asked.".to_owned();
    Finding { fix: fix.to_owned(), ..passed(name, detail) }
}

fn clock(time: Timestamp, now: Timestamp) -> Finding {
    let off = time.duration_since(now).abs();
    if off <= CLOCK_WARNING {
        return passed("clock", format!("The site's clock is {} s off.", off.as_secs()));
    }
    Finding {
        name: "clock".into(),
        ok: false,
        detail: format!("The site's clock is {} s off; beyond 300 s it refuses our requests.", off.as_secs()),
        evidence: format!("The site says {time}, it is {now}."),
        fix: Cause::ClockSkew.next_step().to_owned(),
    }
}
