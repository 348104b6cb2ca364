use std::time::Duration;

use jiff::Timestamp;

use super::cause::Cause;
use crate::text_enum::text_enum;

/// What came back from telling a site what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 201, or 200 for what a post was told afterwards: it is done.
    Done(SitePost),
    /// 200: this operation was done before; the first answer again.
    Replayed(SitePost),
    /// 412: somebody changed the post since it was last seen.
    Conflict(Box<Conflict>),
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

/// What stands on the site in place of what was last seen there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflict {
    pub post: SitePost,
    pub theirs: PostText,
    /// What the last command left there; `None` if the site does not know any more.
    pub base: Option<PostText>,
    pub modified_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PostText {
    pub title: String,
    pub content_html: String,
    pub excerpt: String,
}

/// Something beside the post that did not work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Warning {
    pub code: String,
    /// What it concerns: an image's URL, a term, a SEO field.
    pub subject: String,
    pub detail: String,
    /// What can be tried again alone.
    pub part: Option<Part>,
}

text_enum! {
    /// What of a post can be done again without the rest.
    Part {
        Images = "images",
        Terms = "terms",
        Seo = "seo",
        Fields = "fields",
    }
}
