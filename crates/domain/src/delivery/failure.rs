use super::{
    answer::{Answer, Refusal},
    cause::Cause,
};

/// Why a try did not succeed, in words a site owner can act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub cause: Cause,
    /// What happened.
    pub detail: String,
    /// The first bytes of the answer, or the transport's error.
    pub evidence: String,
    /// What to do about it.
    pub next_step: String,
    pub http_status: Option<u16>,
}

impl Failure {
    pub fn new(cause: Cause, evidence: impl Into<String>, http_status: Option<u16>) -> Self {
        Self {
            cause,
            detail: cause.detail().to_owned(),
            evidence: evidence.into(),
            next_step: cause.next_step().to_owned(),
            http_status,
        }
    }

    /// What is wrong with this answer; `None` if the site did, or would do, what it was told.
    pub fn of(answer: &Answer) -> Option<Self> {
        match answer {
            Answer::Done(_) | Answer::Replayed(_) | Answer::AlreadyExists(_) | Answer::Conflict(_) => None,
            Answer::InProgress { evidence, .. } => Some(Self::new(Cause::InProgress, evidence, Some(409))),
            Answer::Gone { evidence } => Some(Self::new(Cause::Gone, evidence, Some(410))),
            Answer::Refused(refusal) => Some(Self::refused(refusal)),
            Answer::Timeout { evidence } => Some(Self::new(Cause::Timeout, evidence, None)),
            Answer::Connect { cause, evidence } => Some(Self::new(*cause, evidence, None)),
            Answer::BrokenAnswer { status, cause, evidence } => Some(Self::new(*cause, evidence, *status)),
            Answer::Interrupted => Some(Self::new(Cause::Interrupted, "", None)),
        }
    }

    fn refused(Refusal { status, message, cause, evidence, .. }: &Refusal) -> Self {
        let mut failure = Self::new(*cause, evidence, Some(*status));
        if !message.is_empty() {
            failure.detail = format!("{} The site said: {message}", failure.detail);
        }
        failure
    }
}
