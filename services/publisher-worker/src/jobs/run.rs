//! A claimed job from its first call to its outcome. No transaction is open here.

use std::sync::Arc;

use contracts::publishing::ProbeSite;
use database::{Database, DatabaseError};
use domain::delivery::{
    Answer, Cause, Doubt, Failure, Outcome, ReceiptAnswer, RetryPolicy, judge, judge_receipt,
};
use domain::{Clock, SiteId};
use jiff::Timestamp;
use lifecycle::chain;
use secrets::Sealer;

use super::finish::{Finished, Health, Report};
use super::images::Images;
use super::record::{Record, answer_name, receipt_name};
use super::report::probed;
use super::text;
use super::{order, read};
use crate::destinations::{Access, Destination, Findings, Order, Receipt, Site};
use crate::egress::Egress;
use crate::store::claims::Claimed;
use crate::store::jobs;

pub struct Runner {
    pub database: Database,
    pub destination: Arc<dyn Destination>,
    pub egress: Egress,
    pub sealer: Sealer,
    pub clock: Clock,
    pub retry: RetryPolicy,
    /// For what failed beside the post.
    pub mending: RetryPolicy,
    pub reading: RetryPolicy,
    pub images: Images,
}

impl Runner {
    pub async fn run(&self, job: Claimed) -> Finished {
        let mut record = Record::new(job);
        match record.job.kind.as_str() {
            "probe" => return self.probe(record).await,
            read::KIND => return self.read(record).await,
            _ => {}
        }
        let (order, site) = match self.prepare(&record.job) {
            Ok(ready) => ready,
            Err(failure) => {
                return self.finish(record, Outcome::Failed { failure }, Health::Unknown);
            }
        };
        if !record.job.begins_try() {
            return self.look(record, &order, &site).await;
        }
        if record.job.was_begun() {
            match self.ask_first(&mut record, &order, &site).await {
                Asked::NeverBegan => record.doubt_since = None,
                Asked::Done(outcome) => return self.finish(record, outcome, Health::Up),
                Asked::InTheWay(answer) => return self.conclude(record, &answer),
            }
        }
        self.send(record, order, &site).await
    }

    async fn send(&self, mut record: Record, mut order: Order, site: &Site) -> Finished {
        if let Some(reserved) = self.destination.reserve(site, &order).await {
            let cause = reserved.value.as_ref().err().and_then(Failure::of).map(|failure| failure.cause);
            let outcome = reserved.value.as_ref().map_or_else(answer_name, |_| "done");
            record.call("reserve", reserved.call, outcome, cause);
            match reserved.value {
                Ok(post) if self.note(&record, &post).await => order.post = Some(post),
                // Without the note, nobody would know later what became of it.
                Ok(_) => return self.conclude(record, &Answer::Interrupted),
                Err(answer) => return self.conclude(record, &answer),
            }
        }
        if let Some(article) = order.task.article_mut() {
            text::put_into_format(article).await;
        }
        let mut media = Vec::new();
        if let Some(article) = order.task.article() {
            let brought = self.images.bring(article, site, &*self.destination, &self.egress).await;
            for (call, outcome) in brought.calls {
                record.call("media", call, outcome, None);
            }
            (record.warnings, media) = (brought.warnings, brought.media);
        }
        let reply = self.destination.carry_out(site, &order, &media).await;
        let cause = Failure::of(&reply.value).map(|failure| failure.cause);
        record.call(order.task.name(), reply.call, answer_name(&reply.value), cause);
        self.conclude(record, &reply.value)
    }

    async fn note(&self, record: &Record, post: &str) -> bool {
        let job = (record.job.id, record.job.fence);
        let noted = async {
            jobs::note_post(&mut *self.database.connection().await?, job, post)
                .await
                .map_err(DatabaseError::from)
        };
        noted.await.unwrap_or_else(|error| {
            tracing::warn!(error = chain(&error), "a post could not be noted");
            false
        })
    }

    /// What an answer to this try means.
    fn conclude(&self, mut record: Record, answer: &Answer) -> Finished {
        let now = self.clock.now();
        let attempt = record.job.attempts.unsigned_abs();
        let mut outcome = judge(answer, attempt, self.policy(&record), now, rand::random());
        // An earlier try may have left a post, and the site has not said otherwise: then this failure can't be the last word.
        if record.doubt_since.is_some()
            && let Outcome::Failed { failure } = &outcome
        {
            let check_at = self.first_look(now);
            outcome = Outcome::Unconfirmed { check_at, failure: failure.clone() };
        }
        if may_have_left_a_post(answer, &self.retry) {
            record.doubt_since.get_or_insert(now);
        }
        self.finish(record, outcome, health_of(answer))
    }

    /// Before anything is sent a second time.
    async fn ask_first(&self, record: &mut Record, order: &Order, site: &Site) -> Asked {
        match self.look_up(record, order, site).await {
            Receipt { answer: ReceiptAnswer::Done(post), .. } => Asked::Done(Outcome::Done { post }),
            Receipt { answer: ReceiptAnswer::Unknown, .. } => Asked::NeverBegan,
            Receipt { answer: ReceiptAnswer::InProgress { retry_after }, .. } => {
                Asked::InTheWay(Answer::InProgress { retry_after, evidence: String::new() })
            }
            Receipt { answer: ReceiptAnswer::Unavailable { .. }, trouble } => {
                Asked::InTheWay(trouble.unwrap_or(Answer::Timeout { evidence: String::new() }))
            }
        }
    }

    /// A job in doubt: only the receipt can tell.
    async fn look(&self, mut record: Record, order: &Order, site: &Site) -> Finished {
        let receipt = self.look_up(&mut record, order, site).await;
        let now = self.clock.now();
        record.doubt_looks += 1;
        let since = *record.doubt_since.get_or_insert(now);
        let failure =
            record.last_failure.take().unwrap_or_else(|| Failure::new(Cause::Interrupted, "", None));
        let doubt = Doubt {
            attempt: record.job.attempts.unsigned_abs(),
            since,
            looks: record.doubt_looks.unsigned_abs(),
            failure,
        };
        let outcome = judge_receipt(&receipt.answer, &doubt, self.policy(&record), now, rand::random());
        if receipt.answer == ReceiptAnswer::Unknown {
            record.doubt_since = None;
        }
        let health = receipt.trouble.as_ref().map_or(Health::Up, health_of);
        self.finish(record, outcome, health)
    }

    async fn look_up(&self, record: &mut Record, order: &Order, site: &Site) -> Receipt {
        let reply = self.destination.look_up(site, order).await;
        let cause = reply.value.trouble.as_ref().and_then(Failure::of).map(|failure| failure.cause);
        record.call("receipt", reply.call, receipt_name(&reply.value.answer), cause);
        reply.value
    }

    async fn probe(&self, mut record: Record) -> Finished {
        let message = order::stored::<ProbeSite>(&record.job.payload).unwrap_or_default();
        let (findings, health) = match self.site(&record.job) {
            Ok(site) => {
                let post_type = Some(message.post_type.as_str()).filter(|it| !it.is_empty());
                let reply = self.destination.probe(&site, post_type).await;
                let cause = reply.value.cause;
                record.call("probe", reply.call, if reply.value.ok() { "ok" } else { "failed" }, cause);
                (reply.value, cause.map_or(Health::Up, |_| Health::Unknown))
            }
            Err(failure) => (not_connected(&failure), Health::Unknown),
        };
        let now = self.clock.now();
        record.finish_without_progress(
            "done",
            now,
            Some(Report::Probe(probed(message, findings, now))),
            health,
        )
    }

    fn prepare(&self, job: &Claimed) -> Result<(Order, Site), Failure> {
        let order =
            order::read(job).map_err(|error| Failure::new(Cause::InvalidPayload, error.to_string(), None))?;
        Ok((Order { post: job.post.clone(), ..order }, self.site(job)?))
    }

    fn policy(&self, record: &Record) -> &RetryPolicy {
        if record.job.kind == "mend" { &self.mending } else { &self.retry }
    }

    fn finish(&self, record: Record, outcome: Outcome, health: Health) -> Finished {
        record.finish(outcome, health, &self.mending, self.clock.now())
    }

    pub(super) fn site(&self, job: &Claimed) -> Result<Site, Failure> {
        let Some(rest_url) = job.rest_url.as_deref().filter(|url| !url.is_empty()) else {
            return Err(Failure::new(Cause::NotPaired, "", None));
        };
        let rest_url = rest_url
            .parse()
            .map_err(|error| Failure::new(Cause::ForbiddenAddress, format!("{rest_url:?}: {error}"), None))?;
        // One that was forgotten leaves its name: then the site will say what is wrong.
        let access = if let Some(username) = job.username.clone().filter(|name| !name.is_empty()) {
            let sealed = job.sealed_password.as_ref();
            let password = sealed.and_then(|sealed| self.open(job.site_id, sealed, "application_password"));
            Access::Password { username, password }
        } else if job.signed == Some(true) {
            Access::Signed
        } else {
            Access::Key(
                job.sealed_key.as_ref().and_then(|sealed| self.open(job.site_id, sealed, "outbound_key")),
            )
        };
        Ok(Site { id: SiteId::new(job.site_id), rest_url, access })
    }

    /// What it is, is said in what it is sealed for.
    fn open(&self, site_id: i64, sealed: &[u8], what: &str) -> Option<secrets::Secret> {
        let opened = self.sealer.open_text(sealed, &format!("site.{what}|{site_id}"));
        opened
            .inspect_err(
                |error| tracing::error!(site.id = site_id, %error, "a site's {what} can't be opened"),
            )
            .ok()
    }

    fn first_look(&self, now: Timestamp) -> Timestamp {
        now.checked_add(self.retry.first_look).unwrap_or(Timestamp::MAX)
    }
}

enum Asked {
    /// Or left nothing behind: sending it again is safe.
    NeverBegan,
    Done(Outcome),
    /// No receipt came; what came instead is this try's answer.
    InTheWay(Answer),
}

/// If this were the last try, would the receipt have to be asked?
fn may_have_left_a_post(answer: &Answer, policy: &RetryPolicy) -> bool {
    let last = judge(answer, u32::MAX, policy, Timestamp::UNIX_EPOCH, 0.0);
    matches!(last, Outcome::Unconfirmed { .. })
}

pub(super) fn health_of(answer: &Answer) -> Health {
    match Failure::of(answer) {
        Some(failure) if failure.cause.is_site_trouble() => Health::Trouble(failure.cause),
        _ => Health::Up,
    }
}

fn not_connected(failure: &Failure) -> Findings {
    let finding = crate::destinations::Finding {
        name: "connected".into(),
        ok: false,
        detail: failure.detail.clone(),
        evidence: failure.evidence.clone(),
        fix: failure.next_step.clone(),
    };
    Findings { checks: vec![finding], cause: Some(failure.cause), ..Findings::default() }
}
