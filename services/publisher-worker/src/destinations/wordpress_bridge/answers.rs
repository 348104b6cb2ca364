//! From what a WordPress site said to what it means. Between us and the plugin stand firewalls, caches, and other plugins that print
//! into the answer; so the plugin's own words are looked for, wherever they stand, before the status is believed.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::delivery::{
    Answer, Conflict, PostText, ReceiptAnswer, Refusal, Response as Shown, SitePost, Warning, diagnose,
};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::destinations::{MediaRefusal, Receipt};
use crate::egress::{CallError, Response};

/// An answer, read.
#[derive(Debug)]
pub struct Reading {
    status: u16,
    /// The plugin's own words, if it is they that came.
    members: Option<Map<String, Value>>,
    refusal: Refusal,
}

/// How the plugin's words are recognised.
#[derive(Clone, Copy, Debug)]
pub enum Mark<'a> {
    /// The frame carries the id of our request; another one is an old answer out of a cache.
    RequestId(&'a str),
    /// An older plugin: any frame, or none at all.
    Any,
}

/// So much of an answer is kept.
const EVIDENCE_CHARS: usize = 500;
/// Signs of what is wrong are looked for in so much.
pub const DIAGNOSED_BYTES: usize = 16 * 1024;

pub fn read(response: &Response, mark: Mark<'_>, now: Timestamp) -> Reading {
    let text = String::from_utf8_lossy(&response.body);
    let members = framed(&text, mark).or_else(|| match mark {
        Mark::Any => unframed(&text),
        Mark::RequestId(_) => None,
    });
    // Without a frame it may still be WordPress that says why: {"code", "message", "data": {"status"}}.
    let words = members.clone().or_else(|| whole_object(&text)).unwrap_or_default();
    let (code, message) = (text_of(&words, "code"), text_of(&words, "message"));
    let status = status_meant(response.status, members.as_ref(), &code);
    let shown = Shown {
        status,
        code: &code,
        content_type: &response.content_type,
        body: head(&text, DIAGNOSED_BYTES),
    };
    let refusal = Refusal {
        status,
        cause: diagnose(&shown),
        retry_after: response.retry_after.as_deref().and_then(|value| retry_after(value, now)),
        from_plugin: members.is_some(),
        evidence: evidence(&text),
        message: details(message, &words),
        code,
    };
    Reading { status, members, refusal }
}

impl Reading {
    pub fn into_answer(self) -> Answer {
        let Self { status, members, refusal } = self;
        let Some(members) = members else {
            return match status {
                200..=299 => broken(refusal),
                _ => Answer::Refused(refusal),
            };
        };
        match (status, refusal.code.as_str()) {
            (200..=299, _) => match post(&members) {
                Some(post) if members.get("replayed") == Some(&Value::Bool(true)) => Answer::Replayed(post),
                Some(post) => Answer::Done(post),
                None => broken(refusal),
            },
            (409, "in_progress") => {
                Answer::InProgress { retry_after: refusal.retry_after, evidence: refusal.evidence }
            }
            (412, "conflict") => match conflict(&members) {
                Some(conflict) => Answer::Conflict(Box::new(conflict)),
                None => broken(refusal),
            },
            (410, _) => Answer::Gone { evidence: refusal.evidence },
            (409, _) => match post(&members) {
                Some(post) => Answer::AlreadyExists(post),
                None => Answer::Refused(refusal),
            },
            _ => Answer::Refused(refusal),
        }
    }

    pub fn into_receipt(self) -> Receipt {
        let state = self.members.as_ref().map(|members| text_of(members, "state")).unwrap_or_default();
        let post = self.members.as_ref().and_then(post);
        let retry_after = self.refusal.retry_after;
        let answer = match (self.status, state.as_str(), post) {
            (200..=299, "done", Some(post)) => ReceiptAnswer::Done(post),
            (200..=299, "in_progress", _) => ReceiptAnswer::InProgress { retry_after },
            (404, ..) if self.refusal.code == "unknown_operation" => ReceiptAnswer::Unknown,
            _ => ReceiptAnswer::Unavailable { retry_after },
        };
        let trouble = matches!(answer, ReceiptAnswer::Unavailable { .. }).then(|| match self.status {
            200..=299 => broken(self.refusal),
            _ => Answer::Refused(self.refusal),
        });
        Receipt { answer, trouble }
    }

    /// `Ok(None)`: the library does not have it.
    pub fn into_attachment(self) -> Result<Option<i64>, MediaRefusal> {
        let id =
            self.members.as_ref().and_then(|members| members.get("attachment_id")).and_then(Value::as_i64);
        match (self.status, id) {
            (200..=299, Some(id)) => Ok(Some(id)),
            (404, _) if self.refusal.code == "unknown_media" => Ok(None),
            _ => Err(MediaRefusal { cause: self.refusal.cause, detail: said(&self.refusal) }),
        }
    }

    /// The members of a success.
    pub fn into_members(self) -> Result<Map<String, Value>, Refusal> {
        match self.members {
            Some(members) if (200..=299).contains(&self.status) => Ok(members),
            _ => Err(self.refusal),
        }
    }

    /// The same, or what the answer comes to.
    pub fn into_found(self) -> Result<Map<String, Value>, Answer> {
        let status = self.status;
        self.into_members().map_err(|refusal| match status {
            200..=299 => broken(refusal),
            _ => Answer::Refused(refusal),
        })
    }

    pub fn code(&self) -> &str {
        &self.refusal.code
    }
}

pub fn unanswered(error: CallError) -> Answer {
    let cause = error.cause();
    match error {
        CallError::Connect { cause, evidence } => Answer::Connect { cause, evidence },
        CallError::Timeout { evidence } => Answer::Timeout { evidence },
        CallError::Broken { status, evidence } => Answer::BrokenAnswer { status, cause, evidence },
    }
}

/// The first bytes, fit to be kept and shown.
pub fn evidence(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(EVIDENCE_CHARS)
        .collect::<String>()
        .trim()
        .to_owned()
}

fn broken(refusal: Refusal) -> Answer {
    Answer::BrokenAnswer { status: Some(refusal.status), cause: refusal.cause, evidence: refusal.evidence }
}

/// `{"igny8_frame": F, …, "igny8_end": F}`, whatever stands around it.
fn framed(text: &str, mark: Mark<'_>) -> Option<Map<String, Value>> {
    text.match_indices("\"igny8_frame\"").find_map(|(place, _)| {
        let start = text[..place].trim_end();
        let object = text.get(start.strip_suffix('{')?.len()..)?;
        let members = first_object(object)?;
        let (frame, end) = (members.get("igny8_frame")?.as_str()?, members.get("igny8_end")?.as_str()?);
        let ours = match mark {
            Mark::RequestId(id) => frame == id || members.get("success") == Some(&Value::Bool(false)),
            Mark::Any => true,
        };
        (frame == end && ours).then_some(members)
    })
}

/// The plugins of old answered with an object of `success`, some with all the rest under `data`.
fn unframed(text: &str) -> Option<Map<String, Value>> {
    let mut members = whole_object(text)?;
    members.get("success").or_else(|| members.get("post_id"))?;
    if let Some(Value::Object(data)) = members.remove("data") {
        members.extend(data);
    }
    Some(members)
}

fn whole_object(text: &str) -> Option<Map<String, Value>> {
    first_object(text.trim_start_matches('\u{feff}').trim_start())
}

fn first_object(text: &str) -> Option<Map<String, Value>> {
    if !text.starts_with('{') {
        return None;
    }
    serde_json::Deserializer::from_str(text).into_iter().next()?.ok()
}

/// Where headers had gone out before the plugin could set the status, its words say what it would have been.
fn status_meant(status: u16, members: Option<&Map<String, Value>>, code: &str) -> u16 {
    let Some(members) = members else { return status };
    match members.get("success") {
        Some(Value::Bool(true)) => status.clamp(200, 299),
        Some(Value::Bool(false)) if status < 400 => match code {
            "already_exists" | "in_progress" => 409,
            "gone" => 410,
            "conflict" => 412,
            "unknown_operation" | "unknown_media" | "unknown_post" | "rest_no_route" => 404,
            "operation_reused" | "invalid_payload" | "hash_mismatch" => 422,
            "insert_failed" | "not_stored" => 500,
            "not_paired"
            | "signature_missing"
            | "signature_invalid"
            | "timestamp_out_of_window"
            | "request_replayed"
            | "key_invalid" => 401,
            "too_large" => 413,
            "not_an_image" => 415,
            _ => 400,
        },
        _ => status,
    }
}

fn post(members: &Map<String, Value>) -> Option<SitePost> {
    let id = match members.get("post_id")? {
        Value::Number(id) => id.as_u64().filter(|id| *id > 0)?.to_string(),
        Value::String(id) if !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()) => id.clone(),
        _ => return None,
    };
    let warnings =
        members.get("warnings").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    Some(SitePost {
        id,
        url: text_of(members, "post_url"),
        status: text_of(members, "post_status"),
        revision: text_of(members, "revision"),
        warnings: warnings.map(warning).collect(),
    })
}

/// Texts come with the images' own addresses in place of the library's, as the article has them.
fn conflict(members: &Map<String, Value>) -> Option<Conflict> {
    let images = members.get("images").and_then(Value::as_object);
    let images: BTreeMap<String, String> = images
        .into_iter()
        .flatten()
        .filter_map(|(library, source)| Some((library.clone(), source.as_str()?.to_owned())))
        .collect();
    let read = |name: &str| {
        let text = members.get(name)?.as_object()?;
        let content = text_of(text, "content_html");
        Some(PostText {
            title: text_of(text, "title"),
            content_html: with_sources(content, &images),
            excerpt: text_of(text, "excerpt"),
        })
    };
    let theirs = read("theirs")?;
    let revision = text_of(members.get("theirs")?.as_object()?, "revision");
    Some(Conflict {
        post: SitePost { revision, ..post(members)? },
        theirs,
        base: read("base"),
        modified_at: text_of(members, "modified_gmt").parse().ok(),
    })
}

/// A text with the images' own addresses in place of the library's.
pub fn with_sources(html: String, images: &BTreeMap<String, String>) -> String {
    // The other way round, since one may begin with another.
    let images = images.iter().rev().filter(|(library, _)| !library.is_empty());
    images.fold(html, |html, (library, source)| with_source(&html, library, source))
}

/// Plain, or as an attribute has it.
fn with_source(html: &str, library: &str, source: &str) -> String {
    let escaped = |url: &str| url.replace('&', "&amp;");
    let html = html.replace(&escaped(library), &escaped(source));
    if library.contains('&') { html.replace(library, source) } else { html }
}

fn warning(members: &Map<String, Value>) -> Warning {
    let text = |name| text_of(members, name);
    Warning {
        code: text("code"),
        subject: text("subject"),
        detail: text("detail"),
        part: text("part").parse().ok(),
    }
}

/// What the plugin said about single fields, after what it said in general.
fn details(message: String, words: &Map<String, Value>) -> String {
    let errors =
        words.get("errors").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    let errors: Vec<_> =
        errors.take(10).map(|e| format!("{} {}", text_of(e, "field"), text_of(e, "message"))).collect();
    let message = if errors.is_empty() { message } else { format!("{message} ({})", errors.join("; ")) };
    evidence(&message)
}

fn said(refusal: &Refusal) -> String {
    let detail = refusal.cause.detail();
    if refusal.message.is_empty() {
        format!("{detail} (HTTP {})", refusal.status)
    } else {
        refusal.message.clone()
    }
}

fn text_of(members: &Map<String, Value>, name: &str) -> String {
    members.get(name).and_then(Value::as_str).unwrap_or_default().replace('\0', "")
}

/// Seconds, or a date.
pub fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    Duration::try_from(at.duration_since(now)).ok()
}

pub fn head(text: &str, max: usize) -> &str {
    &text[..text.floor_char_boundary(max)]
}

#[cfg(test)]
mod tests;
