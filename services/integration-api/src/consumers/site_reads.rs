use contracts::ReadReport;
use contracts::topology::{Queue, queues};
use database::Tx;
use domain::Clock;
use mailbox::{Handler, HandlerError, OrFail};
use uuid::Uuid;

use crate::AppState;
use crate::flows::imports::apply_reads;

/// What publisher-worker read from sites, as asked by `ReadPosts`.
pub struct SiteReads {
    clock: Clock,
}

impl SiteReads {
    pub fn new(state: &AppState) -> Self {
        Self { clock: state.clock.clone() }
    }
}

impl Handler for SiteReads {
    type Message = ReadReport;
    const NAME: &'static str = "site_reads";
    const QUEUE: Queue = queues::INTEGRATION_SITE_READS;

    async fn apply(&self, tx: &mut Tx, messages: Vec<ReadReport>) -> Result<(), HandlerError> {
        let reports = messages.into_iter().map(with_id).collect::<Result<Vec<_>, _>>().or_park()?;
        apply_reads(tx, self.clock.now(), reports).await.or_retry()
    }
}

fn with_id(report: ReadReport) -> Result<(Uuid, ReadReport), uuid::Error> {
    let id = match &report {
        ReadReport::Read(it) => &it.read_id,
        ReadReport::Failed(it) => &it.read_id,
    };
    Ok((id.parse()?, report))
}
