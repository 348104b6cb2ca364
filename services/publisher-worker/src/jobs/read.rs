//! Reading a site's posts. Nothing on the site changes by it, so it is simply done again where its runner died.

use contracts::reading::{PostsRead, ReadFailed, ReadPosts};
use contracts::{ReadOrder, ReadReport};
use domain::delivery::{Answer, Cause, Failure, Outcome, judge};
use jiff::Timestamp;

use super::finish::{Finished, Health, Report};
use super::order::stored;
use super::record::{Record, answer_name};
use super::run::{Runner, health_of};
use crate::destinations::{PageOrder, PostsFound, Wanted};
use crate::store::claims::Claimed;

pub const KIND: &str = "read";

/// So many are named or shown at once, at most.
const MOST: u32 = 100;

impl Runner {
    pub(super) async fn read(&self, mut record: Record) -> Finished {
        let message: ReadPosts = stored(&record.job.payload).unwrap_or_default();
        let site = match self.site(&record.job) {
            Ok(site) => site,
            Err(failure) => return self.not_read(record, &message, failure, Health::Unknown),
        };
        let reply = self.destination.read(&site, &wanted(&message)).await;
        let cause = reply.value.as_ref().err().and_then(Failure::of).map(|failure| failure.cause);
        let outcome = reply.value.as_ref().map_or_else(answer_name, |_| "done");
        record.call(KIND, reply.call, outcome, cause);
        let now = self.clock.now();
        match reply.value {
            Ok(found) => {
                let report = Report::Read(ReadReport::Read(read(message, found, now)));
                record.finish_without_progress("done", now, Some(report), Health::Up)
            }
            Err(answer) => self.try_again(record, &message, &answer),
        }
    }

    fn try_again(&self, record: Record, message: &ReadPosts, answer: &Answer) -> Finished {
        let now = self.clock.now();
        // A runner that died with it was a try, too.
        let attempt = record.job.fence.unsigned_abs().try_into().unwrap_or(u32::MAX);
        let health = health_of(answer);
        let policy = &self.reading;
        let at = match judge(answer, attempt, policy, now, rand::random()) {
            Outcome::RetryAt { at, .. } => Some(at),
            // Where a command would be in doubt, a question is asked again.
            Outcome::Unconfirmed { .. } if policy.may_try_again_after(attempt) => {
                Some(policy.next_try(attempt, None, now, rand::random()))
            }
            _ => None,
        };
        if let Some(at) = at {
            return record.finish_without_progress("retrying", at, None, health);
        }
        let failure = Failure::of(answer).unwrap_or_else(|| Failure::new(Cause::BrokenAnswer, "", None));
        self.not_read(record, message, failure, health)
    }

    fn not_read(&self, record: Record, message: &ReadPosts, failure: Failure, health: Health) -> Finished {
        let now = self.clock.now();
        let report = Report::Read(ReadReport::Failed(failed(message, failure, now)));
        record.finish_without_progress("failed", now, Some(report), health)
    }
}

impl Claimed {
    /// Nothing is said of how it comes along.
    pub fn is_silent(&self) -> bool {
        is_silent(&self.kind)
    }
}

/// Of these kinds of jobs only the end is told, and otherwise than that of a command.
pub fn is_silent(kind: &str) -> bool {
    matches!(kind, "mend" | "probe" | KIND)
}

fn wanted(message: &ReadPosts) -> Wanted {
    if !message.post_ids.is_empty() {
        return Wanted::Named(message.post_ids.iter().copied().take(MOST as usize).collect());
    }
    let post_type = message.post_type.clone();
    let order = match ReadOrder::of(&message.order) {
        Some(ReadOrder::Checksums) => {
            return Wanted::Checksums { post_type, after: message.cursor.parse().unwrap_or(-1) };
        }
        Some(ReadOrder::Range) => {
            return Wanted::Range { post_type, range: message.cursor.parse().unwrap_or(0) };
        }
        Some(ReadOrder::Modified) => PageOrder::Modified,
        Some(ReadOrder::Id) | None => PageOrder::Id,
    };
    Wanted::Page {
        post_type,
        order,
        cursor: message.cursor.clone(),
        limit: u32::try_from(message.limit).unwrap_or(0).clamp(1, MOST),
    }
}

fn read(asked: ReadPosts, found: PostsFound, now: Timestamp) -> PostsRead {
    PostsRead {
        read_id: asked.read_id,
        account_id: asked.account_id,
        site_id: asked.site_id,
        integration_id: asked.integration_id,
        posts: found.posts,
        missing: found.missing,
        post_type: asked.post_type,
        cursor: found.cursor,
        more: found.more,
        total: found.total,
        order: asked.order,
        ranges: found.ranges,
        standings: found.standings,
        read_at_ms: now.as_millisecond(),
    }
}

/// What is said of a read that was given up.
pub fn failed(asked: &ReadPosts, failure: Failure, now: Timestamp) -> ReadFailed {
    ReadFailed {
        read_id: asked.read_id.clone(),
        account_id: asked.account_id,
        site_id: asked.site_id,
        integration_id: asked.integration_id,
        cause: failure.cause.as_str().to_owned(),
        detail: failure.detail,
        evidence: failure.evidence,
        next_step: failure.next_step,
        occurred_at_ms: now.as_millisecond(),
    }
}
