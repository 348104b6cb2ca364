//! What a call to a site came to, and what to do next. The whole retry policy is [`judge`] and [`judge_receipt`].

mod answer;
mod breaker;
mod cause;
mod diagnosis;
mod failure;
mod outcome;
mod receipt;
mod retry;

pub use answer::{Answer, Conflict, Part, PostText, ReceiptAnswer, Refusal, SitePost, Warning};
pub use breaker::{Admission, Breaker, BreakerPolicy};
pub use cause::Cause;
pub use diagnosis::{Response, diagnose};
pub use failure::Failure;
pub use outcome::{Outcome, judge};
pub use receipt::{Doubt, judge_receipt};
pub use retry::RetryPolicy;
