//! What failed beside a post is tried again alone: each time by a job of its own, which knows the post as the last one left it.
//!
//! A newer command for the content carries everything anyway, so it makes mending moot (`consumers/orders`); one that has begun is turned
//! away by the site, since the post is no longer as the mending has seen it.

use contracts::publishing::{PublishContent, UpdateContent};
use contracts::{FromWire, Message};
use domain::delivery::{Part, RetryPolicy, SitePost, Warning};
use jiff::Timestamp;
use uuid::Uuid;

use crate::store::claims::Claimed;
use crate::store::jobs::{NewJob, NewMend};

/// The job that does again what these warnings name; `None` if that is nothing, or was tried often enough.
pub fn successor(
    job: &Claimed,
    post: &SitePost,
    warnings: &[Warning],
    policy: &RetryPolicy,
    now: Timestamp,
) -> Option<NewMend> {
    let mut parts: Vec<&'static str> =
        warnings.iter().filter_map(|warning| warning.part).map(Part::as_str).collect();
    parts.sort_unstable();
    parts.dedup();
    // The try that left the warnings is not one of mending.
    let tries = if job.kind == "mend" { job.attempts } else { 0 };
    let next = u32::try_from(tries).ok()? + 1;
    if parts.is_empty() || !policy.may_try_again_after(next - 1) {
        return None;
    }
    let article = match job.kind.as_str() {
        "publish" => stored::<PublishContent>(&job.payload)?.article,
        "update" | "mend" => stored::<UpdateContent>(&job.payload)?.article,
        _ => None,
    };
    let operation_id = Uuid::now_v7();
    let payload = UpdateContent {
        operation_id: operation_id.to_string(),
        account_id: job.account_id,
        site_id: job.site_id,
        content_id: job.content_id,
        article: Some(article?),
        external_id: post.id.clone(),
        expected_revision: post.revision.clone(),
        ..UpdateContent::default()
    };
    Some(NewMend {
        job: NewJob {
            operation_id,
            kind: "mend",
            account_id: job.account_id,
            site_id: job.site_id,
            content_id: job.content_id,
            payload: payload.to_bytes().to_vec(),
        },
        mends: job.mends.unwrap_or(job.operation_id),
        parts,
        attempts: tries,
        run_at: policy.next_try(next, None, now, rand::random()),
    })
}

fn stored<M: Message>(payload: &[u8]) -> Option<M> {
    M::from_wire(&M::type_name(), payload).ok()
}

/// The site names an image that did not reach it, too; whoever tried to bring it knows more.
pub fn without_echoes(ours: Vec<Warning>, theirs: Vec<Warning>) -> Vec<Warning> {
    let is_known = |warning: &Warning| {
        warning.part == Some(Part::Images) && ours.iter().any(|our| our.subject == warning.subject)
    };
    let theirs: Vec<Warning> = theirs.into_iter().filter(|warning| !is_known(warning)).collect();
    ours.into_iter().chain(theirs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warning(code: &str, subject: &str, part: Option<Part>) -> Warning {
        Warning { code: code.to_owned(), subject: subject.to_owned(), detail: String::new(), part }
    }

    #[test]
    fn an_image_is_named_once() {
        let ours = vec![
            warning("image_failed", "a.jpg", Some(Part::Images)),
            warning("image_left_out", "b.jpg", None),
        ];
        let theirs = vec![
            warning("featured_image_missing", "a.jpg", Some(Part::Images)),
            warning("gallery_image_missing", "c.jpg", Some(Part::Images)),
            warning("author_unknown", "a.jpg", None),
        ];
        let codes: Vec<_> = without_echoes(ours, theirs).into_iter().map(|it| it.code).collect();
        assert_eq!(codes, ["image_failed", "image_left_out", "gallery_image_missing", "author_unknown"]);
    }
}
