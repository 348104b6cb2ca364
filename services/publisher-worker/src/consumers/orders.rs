//! What integration-api orders of a content: becomes a job each. Nothing is called here, so a slow site never holds the broker's messages.
//!
//! integration-api has one command of a content under way at a time, so jobs of one content need no order among themselves. A newer
//! command makes what was still to be mended of an older one moot.

use contracts::publishing::CancelOperation;
use contracts::topology::{Queue, queues};
use contracts::{Message, PublishOrder};
use database::Tx;
use domain::Clock;
use mailbox::{Handler, HandlerError, OrFail};
use uuid::Uuid;

use crate::destinations::Order;
use crate::jobs::order::{read_move, read_publish, read_update, read_uuid};
use crate::jobs::report::Subject;
use crate::store::jobs::{self, NewJob, QUEUED};

pub struct OrdersHandler {
    pub clock: Clock,
}

impl Handler for OrdersHandler {
    type Message = PublishOrder;
    const NAME: &'static str = "orders";
    const QUEUE: Queue = queues::PUBLISHER_ORDERS;

    async fn apply(&self, tx: &mut Tx, messages: Vec<PublishOrder>) -> Result<(), HandlerError> {
        let now = self.clock.now();
        let (mut new, mut cancelled) = (Vec::with_capacity(messages.len()), Vec::new());
        for message in messages {
            match read(message)? {
                Read::Job(job) => new.push(job),
                Read::Cancel(operation) => cancelled.push(operation),
            }
        }
        if !new.is_empty() {
            let contents: Vec<i64> = new.iter().map(|job| job.content_id).collect();
            jobs::drop_mends(tx.conn(), &contents, now).await.or_retry()?;
            jobs::insert(tx.conn(), &new, now).await.or_retry()?;
        }
        if !cancelled.is_empty() {
            let left = jobs::cancel(tx.conn(), &cancelled, now).await.or_retry()?;
            let reports: Vec<_> = left.iter().map(|job| Subject::from(job).cancelled(now)).collect();
            mailbox::post_all(tx, &reports).await.or_retry()?;
        }
        tx.wake_after_commit(QUEUED);
        Ok(())
    }
}

enum Read {
    Job(NewJob),
    Cancel(Uuid),
}

fn read(message: PublishOrder) -> Result<Read, HandlerError> {
    let (ids, payload, order) = match message {
        PublishOrder::Publish(it) => {
            ((it.account_id, it.site_id), it.to_bytes(), read_publish(it).or_park()?)
        }
        PublishOrder::Update(it) => ((it.account_id, it.site_id), it.to_bytes(), read_update(it).or_park()?),
        PublishOrder::Move(it) => ((it.account_id, it.site_id), it.to_bytes(), read_move(&it).or_park()?),
        PublishOrder::Cancel(CancelOperation { operation_id, .. }) => {
            return Ok(Read::Cancel(read_uuid("operation_id", &operation_id).or_park()?));
        }
    };
    let Order { operation, content, task, .. } = order;
    Ok(Read::Job(NewJob {
        operation_id: operation.as_uuid(),
        kind: task.name(),
        account_id: ids.0,
        site_id: ids.1,
        content_id: content.get(),
        payload: payload.to_vec(),
    }))
}
