use contracts::content::DeliveryApplied;
use contracts::topology::{Queue, queues};
use database::Tx;
use jiff::Timestamp;
use lifecycle::BoxError;
use mailbox::{Handler, HandlerError, OrFail};
use uuid::Uuid;

use crate::store::deliveries::{self, Outcome};

/// What became of a delivery: from integration-api, which applied it or had a reason not to.
pub struct DeliveryOutcomes;

const OUTCOMES: [&str; 6] = ["applied", "echo", "stale", "unknown_content", "unknown_status", "refused"];

impl Handler for DeliveryOutcomes {
    type Message = DeliveryApplied;
    const NAME: &'static str = "delivery_applied";
    const QUEUE: Queue = queues::WEBHOOK_DELIVERY_APPLIED;

    async fn apply(&self, tx: &mut Tx, messages: Vec<DeliveryApplied>) -> Result<(), HandlerError> {
        let outcomes = messages.into_iter().map(outcome).collect::<Result<Vec<_>, _>>().or_park()?;
        deliveries::settle(tx, &outcomes).await.or_retry()?;
        Ok(())
    }
}

fn outcome(message: DeliveryApplied) -> Result<Outcome, BoxError> {
    if !OUTCOMES.contains(&message.outcome.as_str()) {
        return Err(format!("the outcome {:?} is not known here", message.outcome).into());
    }
    Ok(Outcome {
        id: Uuid::try_parse(&message.delivery_id)?,
        site: message.site_id,
        state: message.outcome,
        detail: message.detail,
        applied_at: Timestamp::from_millisecond(message.applied_at_ms)?,
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("applied", "0193511c-7a00-7000-8000-000000000001", true)]
    #[case("accepted", "0193511c-7a00-7000-8000-000000000001", false)]
    #[case("something newer", "0193511c-7a00-7000-8000-000000000001", false)]
    #[case("applied", "77", false)]
    fn only_what_can_be_written_down(#[case] outcome: &str, #[case] delivery_id: &str, #[case] fits: bool) {
        let message = DeliveryApplied {
            delivery_id: delivery_id.into(),
            outcome: outcome.into(),
            ..DeliveryApplied::default()
        };
        assert_eq!(super::outcome(message).is_ok(), fits);
    }
}
