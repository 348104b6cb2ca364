use domain::delivery::{Cause, Failure};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A failure as it is kept beside its job.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    cause: String,
    detail: String,
    evidence: String,
    next_step: String,
    http_status: Option<u16>,
}

pub fn to_json(failure: &Failure) -> Value {
    let kept = Kept {
        cause: failure.cause.as_str().to_owned(),
        detail: failure.detail.clone(),
        evidence: failure.evidence.clone(),
        next_step: failure.next_step.clone(),
        http_status: failure.http_status,
    };
    serde_json::to_value(kept).expect("invariant: texts and a number can be written as JSON")
}

/// `None` for what was written by another version and can't be read.
pub fn from_json(value: Value) -> Option<Failure> {
    let kept: Kept = serde_json::from_value(value).ok()?;
    Some(Failure {
        cause: kept.cause.parse::<Cause>().ok()?,
        detail: kept.detail,
        evidence: kept.evidence,
        next_step: kept.next_step,
        http_status: kept.http_status,
    })
}
