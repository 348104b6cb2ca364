use contracts::site::SiteCredentialChanged;
use contracts::topology::{Queue, queues};
use database::Tx;
use domain::Clock;
use mailbox::{Handler, HandlerError};

/// Which keys a site may present, and whether it signs: from integration-api, the highest version wins.
pub struct CredentialChanges {
    pub clock: Clock,
}

impl Handler for CredentialChanges {
    type Message = SiteCredentialChanged;
    const NAME: &'static str = "credential_changed";
    const QUEUE: Queue = queues::PLUGIN_SITE_CHANGED;

    async fn apply(&self, tx: &mut Tx, messages: Vec<SiteCredentialChanged>) -> Result<(), HandlerError> {
        credentials::apply(tx, self.clock.now(), messages).await
    }
}
