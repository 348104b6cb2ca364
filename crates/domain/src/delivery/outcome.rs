use jiff::Timestamp;

use super::{
    answer::{Answer, Conflict, Refusal, SitePost},
    cause::Cause,
    failure::Failure,
    retry::RetryPolicy,
};

/// What a try came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The site has done what it was told.
    Done {
        post: SitePost,
    },
    /// The post was there already, by another operation, and is ours now.
    Adopted {
        post: SitePost,
    },
    /// Nothing was changed: somebody else had changed the post.
    Conflicted {
        conflict: Box<Conflict>,
    },
    /// Send it again, with the same operation id.
    RetryAt {
        at: Timestamp,
        failure: Failure,
    },
    /// The site may have the post. Look at the receipt; send nothing before.
    Unconfirmed {
        check_at: Timestamp,
        failure: Failure,
    },
    Failed {
        failure: Failure,
    },
}

/// The retry policy. `attempt` counts real tries and is 1 for the first; `jitter` is chance, 0 to 1.
pub fn judge(answer: &Answer, attempt: u32, policy: &RetryPolicy, now: Timestamp, jitter: f64) -> Outcome {
    let failure = match answer {
        Answer::Done(post) | Answer::Replayed(post) => return Outcome::Done { post: post.clone() },
        Answer::Conflict(conflict) => return Outcome::Conflicted { conflict: conflict.clone() },
        Answer::AlreadyExists(post) => return Outcome::Adopted { post: post.clone() },
        other => Failure::of(other).expect("invariant: every answer without a post is a failure"),
    };
    let retry_after = retry_after(answer);
    match verdict(answer) {
        Verdict::Retry | Verdict::RetryThenLook if policy.may_try_again_after(attempt) => {
            Outcome::RetryAt { at: policy.next_try(attempt, retry_after, now, jitter), failure }
        }
        Verdict::Fail | Verdict::Retry => Outcome::Failed { failure },
        Verdict::Look | Verdict::RetryThenLook => {
            Outcome::Unconfirmed { check_at: policy.next_look(0, retry_after, now, jitter), failure }
        }
        Verdict::LookNow => Outcome::Unconfirmed { check_at: now, failure },
    }
}

enum Verdict {
    /// Trying again cannot mend it.
    Fail,
    /// Trying again may. Sending the same operation twice is harmless.
    Retry,
    /// The same; but the site may have done its part, so after the last try the receipt has the last word.
    RetryThenLook,
    /// Only the receipt can tell what happened.
    Look,
    LookNow,
}

fn verdict(answer: &Answer) -> Verdict {
    match answer {
        Answer::Timeout { .. } | Answer::BrokenAnswer { .. } | Answer::InProgress { .. } => Verdict::Look,
        Answer::Interrupted => Verdict::LookNow,
        Answer::Done(_)
        | Answer::Replayed(_)
        | Answer::AlreadyExists(_)
        | Answer::Conflict(_)
        | Answer::Gone { .. }
        // Our own guard: the address does not get better by waiting.
        | Answer::Connect { cause: Cause::ForbiddenAddress, .. } => Verdict::Fail,
        Answer::Connect { .. } => Verdict::Retry,
        Answer::Refused(refusal) => refused(refusal),
    }
}

fn refused(Refusal { status, code, from_plugin, .. }: &Refusal) -> Verdict {
    match status {
        // The site has seen this very request: something on the way sent it twice, and the first one's answer is lost.
        401 if *from_plugin && code == "request_replayed" => Verdict::Look,
        // Not the plugin's own word: a gateway that lost its answer, or a crash after the post was made.
        500.. if !from_plugin => Verdict::RetryThenLook,
        408 | 425 | 429 | 500.. => Verdict::Retry,
        _ => Verdict::Fail,
    }
}

fn retry_after(answer: &Answer) -> Option<std::time::Duration> {
    match answer {
        Answer::InProgress { retry_after, .. } | Answer::Refused(Refusal { retry_after, .. }) => *retry_after,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn refusal(status: u16, code: &str, retry_after: Option<u64>, from_plugin: bool) -> Answer {
        Answer::Refused(Refusal {
            status,
            code: code.to_owned(),
            message: String::new(),
            retry_after: retry_after.map(Duration::from_secs),
            from_plugin,
            cause: Cause::ServerError,
            evidence: "first bytes".to_owned(),
        })
    }

    fn plugin(status: u16, code: &str) -> Answer {
        refusal(status, code, None, true)
    }

    fn host(status: u16) -> Answer {
        refusal(status, "", None, false)
    }

    fn busy(retry_after: Option<u64>) -> Answer {
        Answer::InProgress { retry_after: retry_after.map(Duration::from_secs), evidence: String::new() }
    }

    fn timeout() -> Answer {
        Answer::Timeout { evidence: "30 s".to_owned() }
    }

    fn broken(status: Option<u16>) -> Answer {
        Answer::BrokenAnswer { status, cause: Cause::HtmlInsteadOfJson, evidence: String::new() }
    }

    fn connect(cause: Cause) -> Answer {
        Answer::Connect { cause, evidence: "connection refused".to_owned() }
    }

    fn post() -> SitePost {
        SitePost { id: "77".to_owned(), ..SitePost::default() }
    }

    fn conflict() -> Answer {
        Answer::Conflict(Box::new(Conflict { post: post(), ..Conflict::default() }))
    }

    /// The outcome in short: what, and after how many seconds.
    fn short(outcome: &Outcome) -> String {
        match outcome {
            Outcome::Done { post } => format!("done {}", post.id),
            Outcome::Conflicted { conflict } => format!("conflict on {}", conflict.post.id),
            Outcome::Adopted { post } => format!("adopted {}", post.id),
            Outcome::RetryAt { at, .. } => format!("retry {}", at.as_second()),
            Outcome::Unconfirmed { check_at, .. } => format!("look {}", check_at.as_second()),
            Outcome::Failed { .. } => "failed".to_owned(),
        }
    }

    #[rstest]
    //                                             first try       second          last
    #[case(Answer::Done(post()),                  ["done 77",      "done 77",      "done 77"])]
    #[case(Answer::Replayed(post()),              ["done 77",      "done 77",      "done 77"])]
    #[case(conflict(),                            ["conflict on 77", "conflict on 77", "conflict on 77"])]
    #[case(Answer::AlreadyExists(post()),         ["adopted 77",   "adopted 77",   "adopted 77"])]
    #[case(busy(None),                            ["look 10",      "look 10",      "look 10"])]
    #[case(busy(Some(90)),                        ["look 90",      "look 90",      "look 90"])]
    #[case(Answer::Gone { evidence: String::new() }, ["failed",    "failed",       "failed"])]
    #[case(timeout(),                             ["look 10",      "look 10",      "look 10"])]
    #[case(broken(Some(200)),                     ["look 10",      "look 10",      "look 10"])]
    #[case(broken(Some(201)),                     ["look 10",      "look 10",      "look 10"])]
    #[case(broken(None),                          ["look 10",      "look 10",      "look 10"])]
    #[case(Answer::Interrupted,                   ["look 0",       "look 0",       "look 0"])]
    #[case(connect(Cause::Dns),                   ["retry 60",     "retry 120",    "failed"])]
    #[case(connect(Cause::Tls),                   ["retry 60",     "retry 120",    "failed"])]
    #[case(connect(Cause::Unreachable),           ["retry 60",     "retry 120",    "failed"])]
    #[case(connect(Cause::Timeout),               ["retry 60",     "retry 120",    "failed"])]
    #[case(connect(Cause::ForbiddenAddress),      ["failed",       "failed",       "failed"])]
    #[case(host(301),                             ["failed",       "failed",       "failed"])]
    #[case(host(302),                             ["failed",       "failed",       "failed"])]
    #[case(plugin(400, "rest_invalid_json"),      ["failed",       "failed",       "failed"])]
    #[case(plugin(401, "not_paired"),             ["failed",       "failed",       "failed"])]
    #[case(plugin(401, "signature_invalid"),      ["failed",       "failed",       "failed"])]
    #[case(plugin(401, "timestamp_out_of_window"), ["failed",      "failed",       "failed"])]
    #[case(plugin(401, "request_replayed"),       ["look 10",      "look 10",      "look 10"])]
    #[case(plugin(401, "key_invalid"),            ["failed",       "failed",       "failed"])]
    #[case(host(401),                             ["failed",       "failed",       "failed"])]
    #[case(host(403),                             ["failed",       "failed",       "failed"])]
    #[case(host(404),                             ["failed",       "failed",       "failed"])]
    #[case(host(405),                             ["failed",       "failed",       "failed"])]
    #[case(host(406),                             ["failed",       "failed",       "failed"])]
    #[case(host(408),                             ["retry 60",     "retry 120",    "failed"])]
    #[case(plugin(404, "unknown_post"),           ["failed",       "failed",       "failed"])]
    #[case(plugin(409, "something_else"),         ["failed",       "failed",       "failed"])]
    #[case(host(410),                             ["failed",       "failed",       "failed"])]
    #[case(host(413),                             ["failed",       "failed",       "failed"])]
    #[case(plugin(422, "operation_reused"),       ["failed",       "failed",       "failed"])]
    #[case(plugin(422, "invalid_payload"),        ["failed",       "failed",       "failed"])]
    #[case(host(425),                             ["retry 60",     "retry 120",    "failed"])]
    #[case(host(429),                             ["retry 60",     "retry 120",    "failed"])]
    #[case(refusal(429, "", Some(300), false),    ["retry 300",    "retry 300",    "failed"])]
    #[case(refusal(429, "", Some(99_999), false), ["retry 21600",  "retry 21600",  "failed"])]
    #[case(host(451),                             ["failed",       "failed",       "failed"])]
    #[case(plugin(500, "insert_failed"),          ["retry 60",     "retry 120",    "failed"])]
    #[case(host(500),                             ["retry 60",     "retry 120",    "look 10"])]
    #[case(host(502),                             ["retry 60",     "retry 120",    "look 10"])]
    #[case(host(503),                             ["retry 60",     "retry 120",    "look 10"])]
    #[case(refusal(503, "", Some(600), false),    ["retry 600",    "retry 600",    "look 600"])]
    #[case(host(504),                             ["retry 60",     "retry 120",    "look 10"])]
    #[case(host(507),                             ["retry 60",     "retry 120",    "look 10"])]
    #[case(host(521),                             ["retry 60",     "retry 120",    "look 10"])]
    #[case(host(599),                             ["retry 60",     "retry 120",    "look 10"])]
    fn policy(#[case] answer: Answer, #[case] expected: [&str; 3]) {
        let policy = RetryPolicy::default();
        let found =
            [1, 2, 3].map(|attempt| short(&judge(&answer, attempt, &policy, Timestamp::UNIX_EPOCH, 0.0)));
        assert_eq!(found, expected);
    }

    #[test]
    fn attempts_are_a_setting() {
        let policy = RetryPolicy { max_attempts: 1, ..RetryPolicy::default() };
        let once = judge(&connect(Cause::Dns), 1, &policy, Timestamp::UNIX_EPOCH, 0.0);
        assert!(matches!(once, Outcome::Failed { failure } if failure.cause == Cause::Dns));
    }

    #[test]
    fn the_failure_keeps_what_the_site_said() {
        let Answer::Refused(mut refusal) = host(403) else { unreachable!() };
        refusal.message = "Forbidden by rule 12.".to_owned();
        refusal.cause = Cause::Blocked;
        let outcome =
            judge(&Answer::Refused(refusal), 1, &RetryPolicy::default(), Timestamp::UNIX_EPOCH, 0.0);
        let Outcome::Failed { failure } = outcome else { panic!("{outcome:?}") };
        assert_eq!((failure.cause, failure.http_status), (Cause::Blocked, Some(403)));
        assert!(failure.detail.ends_with("The site said: Forbidden by rule 12."));
        assert_eq!(
            (failure.evidence.as_str(), failure.next_step.as_str()),
            ("first bytes", Cause::Blocked.next_step())
        );
    }

    proptest! {
        #[test]
        fn nothing_is_sent_again_for_ever(status in 300_u16..=999, from_plugin: bool, retry_after: Option<u64>, attempt in 3_u32..) {
            let answer = refusal(status, "", retry_after, from_plugin);
            let outcome = judge(&answer, attempt, &RetryPolicy::default(), Timestamp::UNIX_EPOCH, 0.5);
            let sent_again = matches!(outcome, Outcome::RetryAt { .. });
            prop_assert!(!sent_again);
        }
    }
}
