use std::time::Duration;

use super::cause::Cause;

/// What came back from telling a site to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 201: the post was made.
    Created(SitePost),
    /// 200: this operation was done before; the first answer again.
    Replayed(SitePost),
    /// 409 `already_exists`: another operation made a post for this content.
    AlreadyExists(SitePost),
    /// 409 `in_progress`: another request is at work on this content.
    InProgress { retry_after: Option<Duration>, evidence: String },
    /// 410 `gone`: the content had a post, and a person deleted it.
    Gone { evidence: String },
    /// Any other status that is no success, 3xx to 5xx.
    Refused(Refusal),
    /// Nothing came back in time after the request was sent.
    Timeout { evidence: String },
    /// No connection: the request was never sent.
    Connect { cause: Cause, evidence: String },
    /// A success, or a part of an answer, that cannot be read as the plugin's.
    BrokenAnswer { status: Option<u16>, cause: Cause, evidence: String },
    /// The worker was stopped in the middle of a call.
    Interrupted,
}

/// An answer that says no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    /// The plugin's or WordPress' own code, if there was one.
    pub code: String,
    /// What it said to that, for people.
    pub message: String,
    pub retry_after: Option<Duration>,
    /// The plugin itself said so, inside its frame: then nothing was left behind on the site.
    pub from_plugin: bool,
    /// As [`diagnose`](super::diagnose) says.
    pub cause: Cause,
    /// The first bytes of the answer.
    pub evidence: String,
}

/// What came back from asking for the receipt of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReceiptAnswer {
    /// `done`: the first answer again.
    Done(SitePost),
    /// `in_progress`: the site is still at it.
    InProgress { retry_after: Option<Duration> },
    /// 404 `unknown_operation`: it never began or left nothing behind. Sending it again is safe.
    Unknown,
    /// Nothing that answers the question.
    Unavailable { retry_after: Option<Duration> },
}

/// A post as its site reports it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SitePost {
    pub id: String,
    pub url: String,
    /// As WordPress says it: `publish`, `draft`, `future` …
    pub status: String,
    /// The hash of what the site stored; empty if it did not say.
    pub revision: String,
    pub warnings: Vec<Warning>,
}

/// Something beside the post that did not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub code: String,
    /// What it concerns: an image's URL, a term, a SEO field.
    pub subject: String,
    pub detail: String,
}
