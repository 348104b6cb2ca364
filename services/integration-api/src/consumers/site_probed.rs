use contracts::publishing::SiteProbed;
use contracts::topology::{Queue, queues};
use database::Tx;
use domain::Clock;
use mailbox::{Handler, HandlerError, OrFail};
use uuid::Uuid;

use crate::AppState;
use crate::flows::credentials;
use crate::store::integrations::{self, Versions};
use crate::store::probes::{self, Check, PROBED};

/// What publisher-worker found when it called a site, as asked by `ProbeSite`. The request that asked may still be waiting.
pub struct SiteProbes {
    clock: Clock,
}

impl SiteProbes {
    pub fn new(state: &AppState) -> Self {
        Self { clock: state.clock.clone() }
    }
}

impl Handler for SiteProbes {
    type Message = SiteProbed;
    const NAME: &'static str = "site_probed";
    const QUEUE: Queue = queues::INTEGRATION_SITE_PROBED;

    async fn apply(&self, tx: &mut Tx, messages: Vec<SiteProbed>) -> Result<(), HandlerError> {
        for probed in messages {
            let id: Uuid = probed.probe_id.parse().or_park()?;
            let checks = probed.checks.into_iter().map(Check::from).collect();
            let now = self.clock.now();
            // A probe that is forgotten already, or answered before, stays as it is.
            let asked = probes::answer(tx.conn(), id, probed.ok, checks, now).await.or_retry()?;
            if let Some((integration, version)) = asked {
                let versions =
                    Versions::told(&probed.plugin_version, &probed.wordpress_version, &probed.php_version);
                integrations::note_versions(tx.conn(), integration, &versions, now).await.or_retry()?;
                if probed.ok && credentials::password_works(tx, integration, version, now).await.or_retry()? {
                    tracing::info!(
                        integration.id = integration.get(),
                        "site connected by an application password"
                    );
                }
            }
        }
        tx.wake_after_commit(PROBED);
        Ok(())
    }
}
