use std::error::Error;
use std::io;

use domain::delivery::Cause;

use super::Refused;

/// Why a call brought no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// There was no connection: nothing was sent.
    Connect { cause: Cause, evidence: String },
    /// Nothing, or not all of it, came in time after the request had gone out.
    Timeout { evidence: String },
    /// The connection broke after the request had begun to go out.
    Broken { status: Option<u16>, evidence: String },
}

impl From<Refused> for CallError {
    fn from(refused: Refused) -> Self {
        Self::Connect { cause: cause_of(&refused), evidence: refused.to_string() }
    }
}

impl CallError {
    pub(super) fn new(error: &reqwest::Error, status: Option<u16>) -> Self {
        let evidence = in_words(error);
        // A request that can't be built was not sent either.
        if error.is_connect() || error.is_builder() {
            return Self::Connect { cause: connect_cause(error), evidence };
        }
        if error.is_timeout() {
            return Self::Timeout { evidence };
        }
        Self::Broken { status, evidence }
    }

    pub fn cause(&self) -> Cause {
        match self {
            Self::Connect { cause, .. } => *cause,
            Self::Timeout { .. } => Cause::Timeout,
            Self::Broken { .. } => Cause::BrokenAnswer,
        }
    }

    pub fn evidence(&self) -> &str {
        match self {
            Self::Connect { evidence, .. } | Self::Timeout { evidence } | Self::Broken { evidence, .. } => {
                evidence
            }
        }
    }
}

fn connect_cause(error: &reqwest::Error) -> Cause {
    for cause in chain(error) {
        if let Some(refused) = cause.downcast_ref::<Refused>() {
            return cause_of(refused);
        }
        if is_tls(cause) {
            return Cause::Tls;
        }
    }
    if error.is_timeout() { Cause::Timeout } else { Cause::Unreachable }
}

fn cause_of(refused: &Refused) -> Cause {
    match refused {
        Refused::Url(_) | Refused::Address { .. } => Cause::ForbiddenAddress,
        Refused::NoAddress { .. } | Refused::Unresolved { .. } => Cause::Dns,
    }
}

/// What an I/O error carries is not its source, so it has to be asked for; there may be one in another.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    match error.downcast_ref::<io::Error>() {
        Some(io) => io.get_ref().is_some_and(|inner| is_tls(inner)),
        None => error.is::<rustls::Error>(),
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

/// The error and its causes, each thing said once, without the URL's query.
fn in_words(error: &reqwest::Error) -> String {
    let mut text = String::new();
    for cause in chain(error).skip(1) {
        let words = cause.to_string();
        if !text.contains(&words) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&words);
        }
    }
    if text.is_empty() { error.to_string() } else { text }
}
