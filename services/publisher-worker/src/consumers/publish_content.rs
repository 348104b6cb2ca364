//! `PublishContent`, from integration-api: becomes a job. Nothing is called here, so a slow site never holds the broker's messages.

use contracts::Message;
use contracts::publishing::PublishContent;
use contracts::topology::{Queue, queues};
use database::Tx;
use domain::Clock;
use mailbox::{Handler, HandlerError, OrFail};

use crate::jobs::order::read_order;
use crate::store::jobs::{self, NewJob, QUEUED};

pub struct PublishContentHandler {
    pub clock: Clock,
}

impl Handler for PublishContentHandler {
    type Message = PublishContent;
    const NAME: &'static str = "publish_content";
    const QUEUE: Queue = queues::PUBLISHER_PUBLISH_CONTENT;

    async fn apply(&self, tx: &mut Tx, messages: Vec<PublishContent>) -> Result<(), HandlerError> {
        let new = messages.into_iter().map(new_job).collect::<Result<Vec<_>, _>>()?;
        jobs::insert(tx.conn(), &new, self.clock.now()).await.or_retry()?;
        tx.wake_after_commit(QUEUED);
        Ok(())
    }
}

fn new_job(message: PublishContent) -> Result<NewJob, HandlerError> {
    let payload = message.to_bytes().to_vec();
    let (account_id, site_id) = (message.account_id, message.site_id);
    let order = read_order(message).or_park()?;
    Ok(NewJob {
        operation_id: order.operation.as_uuid(),
        kind: "publish",
        account_id,
        site_id,
        content_id: order.content.get(),
        payload,
    })
}
