use jiff::Timestamp;

use super::{
    answer::ReceiptAnswer,
    cause::Cause,
    failure::Failure,
    outcome::Outcome,
    retry::{RetryPolicy, later},
};

/// A try whose effect is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The try in doubt; the first is 1.
    pub attempt: u32,
    /// When that try ended without a clear answer.
    pub since: Timestamp,
    /// Looks at the receipt so far, this one included.
    pub looks: u32,
    /// Why it is in doubt; kept as the reason until something clearer is known.
    pub failure: Failure,
}

/// What the look at a receipt tells. Only `Unknown` lets the operation be sent again, and never before the pause a failed
/// try asks for (none, if it was the worker that was stopped).
pub fn judge_receipt(
    receipt: &ReceiptAnswer,
    doubt: &Doubt,
    policy: &RetryPolicy,
    now: Timestamp,
    jitter: f64,
) -> Outcome {
    let failure = doubt.failure.clone();
    match receipt {
        ReceiptAnswer::Done(post) => Outcome::Done { post: post.clone() },
        ReceiptAnswer::Unknown if !policy.may_try_again_after(doubt.attempt) => Outcome::Failed { failure },
        ReceiptAnswer::Unknown if failure.cause == Cause::Interrupted => {
            Outcome::RetryAt { at: now, failure }
        }
        ReceiptAnswer::Unknown => {
            let at = policy.next_try(doubt.attempt, None, doubt.since, jitter).max(now);
            Outcome::RetryAt { at, failure }
        }
        ReceiptAnswer::InProgress { .. } | ReceiptAnswer::Unavailable { .. }
            if now >= later(doubt.since, policy.max_doubt) =>
        {
            Outcome::Failed { failure: never_settled(failure) }
        }
        ReceiptAnswer::InProgress { retry_after } | ReceiptAnswer::Unavailable { retry_after } => {
            Outcome::Unconfirmed {
                check_at: policy.next_look(doubt.looks, *retry_after, now, jitter),
                failure,
            }
        }
    }
}

fn never_settled(failure: Failure) -> Failure {
    Failure {
        detail: format!("{} The site never told whether it has the post.", failure.detail),
        next_step: format!(
            "Look on the site whether the post is there. Publishing again is safe: it takes over a post that exists. {}",
            failure.next_step
        ),
        ..failure
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rstest::rstest;

    use super::*;
    use crate::delivery::SitePost;

    const HOUR: i64 = 3600;

    fn doubt(cause: Cause, attempt: u32, looks: u32) -> Doubt {
        Doubt { attempt, since: Timestamp::UNIX_EPOCH, looks, failure: Failure::new(cause, "", None) }
    }

    fn short(outcome: &Outcome) -> String {
        match outcome {
            Outcome::Done { post } => format!("done {}", post.id),
            Outcome::Conflicted { .. } => "conflicted".to_owned(),
            Outcome::Adopted { .. } => "adopted".to_owned(),
            Outcome::RetryAt { at, .. } => format!("resend {}", at.as_second()),
            Outcome::Unconfirmed { check_at, .. } => format!("look {}", check_at.as_second()),
            Outcome::Failed { failure } => format!("failed {}", failure.cause),
        }
    }

    fn done() -> ReceiptAnswer {
        ReceiptAnswer::Done(SitePost { id: "77".to_owned(), ..SitePost::default() })
    }

    fn busy(retry_after: Option<u64>) -> ReceiptAnswer {
        ReceiptAnswer::InProgress { retry_after: retry_after.map(Duration::from_secs) }
    }

    fn unavailable() -> ReceiptAnswer {
        ReceiptAnswer::Unavailable { retry_after: None }
    }

    #[rstest]
    #[case(done(), Cause::Timeout, 1, 1, 10, "done 77")]
    #[case(done(), Cause::Timeout, 3, 9, 99 * HOUR, "done 77")]
    #[case(ReceiptAnswer::Unknown, Cause::Timeout, 1, 1, 10, "resend 60")]
    #[case(ReceiptAnswer::Unknown, Cause::Timeout, 1, 5, 300, "resend 300")]
    #[case(ReceiptAnswer::Unknown, Cause::Timeout, 2, 1, 10, "resend 120")]
    #[case(ReceiptAnswer::Unknown, Cause::Timeout, 3, 1, 10, "failed timeout")]
    #[case(ReceiptAnswer::Unknown, Cause::Interrupted, 1, 1, 10, "resend 10")]
    #[case(ReceiptAnswer::Unknown, Cause::Interrupted, 3, 1, 10, "failed interrupted")]
    #[case(busy(None), Cause::Timeout, 1, 1, 10, "look 30")]
    #[case(busy(None), Cause::Timeout, 3, 2, 30, "look 70")]
    #[case(busy(Some(100)), Cause::Timeout, 1, 1, 10, "look 110")]
    #[case(unavailable(), Cause::Timeout, 3, 3, 100, "look 180")]
    #[case(unavailable(), Cause::Timeout, 3, 60, HOUR, "look 4200")]
    #[case(unavailable(), Cause::Timeout, 3, 60, 24 * HOUR - 1, "look 86999")]
    #[case(unavailable(), Cause::Timeout, 3, 60, 24 * HOUR, "failed timeout")]
    #[case(busy(None), Cause::Timeout, 1, 60, 24 * HOUR, "failed timeout")]
    fn receipts(
        #[case] receipt: ReceiptAnswer,
        #[case] cause: Cause,
        #[case] attempt: u32,
        #[case] looks: u32,
        #[case] now: i64,
        #[case] expected: &str,
    ) {
        let now = Timestamp::from_second(now).unwrap();
        let outcome =
            judge_receipt(&receipt, &doubt(cause, attempt, looks), &RetryPolicy::default(), now, 0.0);
        assert_eq!(short(&outcome), expected);
    }
}
