//! `SiteCredentialChanged`, from integration-api: how to reach a site. The highest version wins, in whatever order they come.

use contracts::site::{SiteCredentialChanged, SiteState};
use contracts::topology::{Queue, queues};
use database::Tx;
use mailbox::{Handler, HandlerError, OrFail};

use crate::store::jobs::{self, QUEUED};
use crate::store::sites::{self, Credentials};

pub struct SiteChangedHandler;

impl Handler for SiteChangedHandler {
    type Message = SiteCredentialChanged;
    const NAME: &'static str = "site_changed";
    const QUEUE: Queue = queues::PUBLISHER_SITE_CHANGED;

    async fn apply(&self, tx: &mut Tx, messages: Vec<SiteCredentialChanged>) -> Result<(), HandlerError> {
        take_in(tx, messages).await
    }
}

pub async fn take_in(tx: &mut Tx, messages: Vec<SiteCredentialChanged>) -> Result<(), HandlerError> {
    let mut changed = Vec::new();
    for message in messages {
        let site = credentials(message).or_park()?;
        if sites::upsert(tx.conn(), &site).await.or_retry()? {
            changed.push(site.site_id);
        }
    }
    if !changed.is_empty() {
        jobs::release(tx.conn(), &changed).await.or_retry()?;
        tx.wake_after_commit(QUEUED);
    }
    Ok(())
}

#[derive(Debug, thiserror::Error)]
#[error("site {site_id} has the unknown state {state}")]
struct UnknownState {
    site_id: i64,
    state: i32,
}

fn credentials(message: SiteCredentialChanged) -> Result<Credentials, UnknownState> {
    let state = match message.state() {
        SiteState::Pending => "pending",
        SiteState::Connected => "connected",
        SiteState::Suspended => "suspended",
        SiteState::Deleted => "deleted",
        SiteState::Unspecified => {
            return Err(UnknownState { site_id: message.site_id, state: message.state });
        }
    };
    Ok(Credentials {
        site_id: message.site_id,
        account_id: message.account_id,
        integration_id: message.integration_id,
        version: message.version,
        state,
        site_url: message.site_url,
        rest_url: message.rest_url,
        signed: !message.site_public_key.is_empty(),
        sealed_key: Some(message.sealed_key).filter(|key| !key.is_empty()),
        plugin_version: message.plugin_version,
        username: message.username,
        sealed_password: Some(message.sealed_application_password).filter(|it| !it.is_empty()),
    })
}
