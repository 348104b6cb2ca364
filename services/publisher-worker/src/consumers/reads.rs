//! `ReadPosts`, from integration-api: becomes a job in its site's turn, like a command.

use contracts::Message;
use contracts::reading::ReadPosts;
use contracts::topology::{Queue, queues};
use database::Tx;
use domain::Clock;
use mailbox::{Handler, HandlerError, OrFail};

use crate::jobs::order::read_uuid;
use crate::jobs::read::KIND;
use crate::store::jobs::{self, NewJob, QUEUED};

pub struct ReadsHandler {
    pub clock: Clock,
}

impl Handler for ReadsHandler {
    type Message = ReadPosts;
    const NAME: &'static str = "reads";
    const QUEUE: Queue = queues::PUBLISHER_READS;

    async fn apply(&self, tx: &mut Tx, messages: Vec<ReadPosts>) -> Result<(), HandlerError> {
        let new = messages.into_iter().map(|message| new_job(&message)).collect::<Result<Vec<_>, _>>()?;
        jobs::insert(tx.conn(), &new, self.clock.now()).await.or_retry()?;
        tx.wake_after_commit(QUEUED);
        Ok(())
    }
}

fn new_job(message: &ReadPosts) -> Result<NewJob, HandlerError> {
    Ok(NewJob {
        operation_id: read_uuid("read_id", &message.read_id).or_park()?,
        kind: KIND,
        account_id: message.account_id,
        site_id: message.site_id,
        content_id: 0,
        payload: message.to_bytes().to_vec(),
    })
}
