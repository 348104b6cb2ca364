//! `ProbeSite`, from integration-api: becomes a job that waits for nothing, neither the site's other jobs nor its circuit.

use contracts::Message;
use contracts::publishing::ProbeSite;
use contracts::topology::{Queue, queues};
use database::Tx;
use domain::Clock;
use mailbox::{Handler, HandlerError, OrFail};

use super::site_changed::take_in;
use crate::jobs::order::read_uuid;
use crate::store::jobs::{self, NewJob, QUEUED};

pub struct ProbeSiteHandler {
    pub clock: Clock,
}

impl Handler for ProbeSiteHandler {
    type Message = ProbeSite;
    const NAME: &'static str = "probe_site";
    const QUEUE: Queue = queues::PUBLISHER_PROBE_SITE;

    async fn apply(&self, tx: &mut Tx, messages: Vec<ProbeSite>) -> Result<(), HandlerError> {
        let mut messages = messages;
        // Before the job, which is not to call the site by what was known before.
        let sites = messages.iter_mut().filter_map(|message| message.site.take()).collect();
        take_in(tx, sites).await?;
        let new = messages.into_iter().map(|message| new_job(&message)).collect::<Result<Vec<_>, _>>()?;
        jobs::insert(tx.conn(), &new, self.clock.now()).await.or_retry()?;
        tx.wake_after_commit(QUEUED);
        Ok(())
    }
}

fn new_job(message: &ProbeSite) -> Result<NewJob, HandlerError> {
    Ok(NewJob {
        operation_id: read_uuid("probe_id", &message.probe_id).or_park()?,
        kind: "probe",
        account_id: message.account_id,
        site_id: message.site_id,
        content_id: 0,
        payload: message.to_bytes().to_vec(),
    })
}
