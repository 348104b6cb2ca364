use std::time::Instant;

use domain::delivery::{Answer, Cause, Failure, Outcome, ReceiptAnswer, RetryPolicy, Warning};
use jiff::Timestamp;

use super::finish::{Finished, Health, Report};
use super::report::Subject;
use super::{failure, mend};
use crate::destinations::Call;
use crate::store::attempts::NewAttempt;
use crate::store::claims::Claimed;
use crate::store::jobs::Settled;

/// What is noted while a job runs.
pub struct Record {
    pub job: Claimed,
    pub doubt_since: Option<Timestamp>,
    pub doubt_looks: i32,
    /// Why the try before did not succeed.
    pub last_failure: Option<Failure>,
    pub warnings: Vec<Warning>,
    attempts: Vec<NewAttempt>,
    begun: Instant,
}

impl Record {
    pub fn new(mut job: Claimed) -> Self {
        let last_failure = job.failure.take().and_then(failure::from_json);
        let doubt_since = job.doubt_since.map(Timestamp::from);
        // Whoever was at it is gone, and what the try before came to says nothing of this one.
        let interrupted = job.was == "running" && doubt_since.is_none();
        Self {
            doubt_since,
            doubt_looks: job.doubt_looks,
            last_failure: last_failure.filter(|_| !interrupted),
            warnings: Vec::new(),
            attempts: Vec::new(),
            begun: Instant::now(),
            job,
        }
    }

    pub fn call(&mut self, kind: &'static str, call: Call, outcome: &'static str, cause: Option<Cause>) {
        super::observe_call(kind, outcome, call.duration);
        self.attempts.push(NewAttempt {
            job_id: self.job.id,
            account_id: self.job.account_id,
            number: self.attempt(),
            kind,
            started_at: call.started_at.into(),
            duration_ms: i32::try_from(call.duration.as_millis()).unwrap_or(i32::MAX),
            http_status: call.http_status.map(i32::from),
            outcome,
            cause: cause.map(Cause::as_str),
            evidence: call.evidence.replace('\0', " "),
            request_id: call.request_id,
        });
    }

    /// The try this is about: one that was handed back is not counted, but what became of it is not about no try at all.
    fn attempt(&self) -> i32 {
        self.job.attempts.max(1)
    }

    pub fn finish(
        mut self,
        mut outcome: Outcome,
        health: Health,
        mending: &RetryPolicy,
        now: Timestamp,
    ) -> Finished {
        let mut mend = None;
        if let Outcome::Done { post } | Outcome::Adopted { post } = &mut outcome {
            let theirs = std::mem::take(&mut post.warnings);
            post.warnings = mend::without_echoes(std::mem::take(&mut self.warnings), theirs);
            mend = mend::successor(&self.job, post, &post.warnings, mending, now);
        }
        let (state, run_at, failure) = match &outcome {
            Outcome::Done { .. } | Outcome::Adopted { .. } | Outcome::Conflicted { .. } => {
                ("done", now, None)
            }
            Outcome::RetryAt { at, failure } => ("retrying", *at, Some(failure)),
            Outcome::Unconfirmed { check_at, failure } => ("unconfirmed", *check_at, Some(failure)),
            Outcome::Failed { failure } => ("failed", now, Some(failure)),
        };
        let failure = failure.map(failure::to_json);
        let settled = matches!(state, "done" | "failed");
        let doubt_since = match state {
            "unconfirmed" => Some(self.doubt_since.unwrap_or(now)),
            _ => self.doubt_since.filter(|_| !settled),
        };
        let settled = Settled {
            id: self.job.id,
            fence: self.job.fence,
            state,
            run_at,
            sequence: self.job.sequence + 1,
            doubt_looks: if doubt_since.is_some() { self.doubt_looks } else { 0 },
            doubt_since,
            failure,
        };
        let duration_ms = i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        let subject =
            Subject { sequence: settled.sequence, attempts: self.attempt(), ..Subject::from(&self.job) };
        let report = subject
            .outcome(outcome, mend.is_some(), duration_ms, now)
            .map(|report| Report::Publication(Box::new(report)));
        Finished {
            site_id: self.job.site_id,
            settled,
            attempts: self.attempts,
            report,
            mend,
            health,
            trace: telemetry::inject(),
        }
    }

    /// Ends a job of whose coming along nothing is said.
    pub fn finish_without_progress(
        self,
        state: &'static str,
        run_at: Timestamp,
        report: Option<Report>,
        health: Health,
    ) -> Finished {
        let settled = Settled {
            id: self.job.id,
            fence: self.job.fence,
            state,
            run_at,
            sequence: self.job.sequence,
            doubt_since: None,
            doubt_looks: 0,
            failure: None,
        };
        Finished {
            site_id: self.job.site_id,
            settled,
            attempts: self.attempts,
            report,
            mend: None,
            health,
            trace: telemetry::inject(),
        }
    }
}

pub const fn answer_name(answer: &Answer) -> &'static str {
    match answer {
        Answer::Done(_) => "done",
        Answer::Conflict(_) => "conflict",
        Answer::Replayed(_) => "replayed",
        Answer::AlreadyExists(_) => "already_exists",
        Answer::InProgress { .. } => "in_progress",
        Answer::Gone { .. } => "gone",
        Answer::Refused(_) => "refused",
        Answer::Timeout { .. } => "timeout",
        Answer::Connect { .. } => "no_connection",
        Answer::BrokenAnswer { .. } => "broken_answer",
        Answer::Interrupted => "interrupted",
    }
}

pub const fn receipt_name(answer: &ReceiptAnswer) -> &'static str {
    match answer {
        ReceiptAnswer::Done(_) => "done",
        ReceiptAnswer::InProgress { .. } => "in_progress",
        ReceiptAnswer::Unknown => "unknown",
        ReceiptAnswer::Unavailable { .. } => "unavailable",
    }
}
