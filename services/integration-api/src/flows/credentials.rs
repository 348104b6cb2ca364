//! Every change of a site's keys, address or state: one place, so that each raises the version and tells the other services.
//!
//! Callers lock the site first ([`sites::lock`]); what is announced is the whole picture, read in the same transaction.

use contracts::site::{AcceptedKey, SiteCredentialChanged, SiteState};
use database::Tx;
use diesel::QueryResult;
use domain::{AccountId, ApiKey, SiteId};
use jiff::{SignedDuration, Timestamp};
use secrets::Pepper;

use crate::store::integrations::{self, Integration, State};
use crate::store::{api_keys, sites};

/// Gives the site its first key, or a new one after all were revoked. There must be no active one.
pub async fn give_key(
    tx: &mut Tx,
    pepper: &Pepper,
    (account, site): (AccountId, SiteId),
    now: Timestamp,
) -> QueryResult<(ApiKey, Integration)> {
    let key = add_key(tx, pepper, (account, site), now).await?;
    let integration = ensure_integration(tx, account, site, now).await?;
    let integration = match integration.state() {
        State::Revoked => {
            integrations::set_state(tx.conn(), site, State::Pending, now).await?.unwrap_or(integration)
        }
        _ => integration,
    };
    announce(tx, account, site, now).await?;
    Ok((key, integration))
}

/// Replaces the active key; the old one is accepted for `grace` longer, keys replaced before it no longer than they were.
pub async fn rotate_key(
    tx: &mut Tx,
    pepper: &Pepper,
    (account, site): (AccountId, SiteId),
    grace: SignedDuration,
    now: Timestamp,
) -> QueryResult<(ApiKey, Integration)> {
    api_keys::put_in_grace(tx.conn(), site, now + grace).await?;
    api_keys::revoke_overdue(tx.conn(), site, now).await?;
    let key = add_key(tx, pepper, (account, site), now).await?;
    let integration = ensure_integration(tx, account, site, now).await?;
    announce(tx, account, site, now).await?;
    Ok((key, integration))
}

/// Ends all keys at once: the site is locked out until it gets a new one.
pub async fn revoke_keys(
    tx: &mut Tx,
    account: AccountId,
    site: SiteId,
    now: Timestamp,
) -> QueryResult<usize> {
    let revoked = api_keys::revoke_all(tx.conn(), site, now).await?;
    integrations::forget_credentials(tx.conn(), site).await?;
    integrations::set_state(tx.conn(), site, State::Revoked, now).await?;
    announce(tx, account, site, now).await?;
    Ok(revoked)
}

pub async fn end_grace(tx: &mut Tx, account: AccountId, site: SiteId, now: Timestamp) -> QueryResult<()> {
    sites::lock(tx.conn(), account, site).await?;
    if api_keys::revoke_overdue(tx.conn(), site, now).await? > 0 {
        announce(tx, account, site, now).await?;
    }
    Ok(())
}

/// The site has another address: what was connected is suspended until the site proves itself there.
pub async fn move_site(tx: &mut Tx, account: AccountId, site: SiteId, now: Timestamp) -> QueryResult<()> {
    if let Some(integration) = integrations::of_site(tx.conn(), account, site).await? {
        if integration.state() == State::Connected {
            integrations::set_state(tx.conn(), site, State::Suspended, now).await?;
        }
        announce(tx, account, site, now).await?;
    }
    Ok(())
}

/// The integration is gone, and with it every key and proof.
pub async fn disconnect(tx: &mut Tx, account: AccountId, site: SiteId, now: Timestamp) -> QueryResult<()> {
    api_keys::revoke_all(tx.conn(), site, now).await?;
    integrations::forget_credentials(tx.conn(), site).await?;
    if integrations::set_state(tx.conn(), site, State::Deleted, now).await?.is_some() {
        announce(tx, account, site, now).await?;
    }
    Ok(())
}

/// Tells the other services all they need to know of the site's credentials.
pub async fn announce(tx: &mut Tx, account: AccountId, site: SiteId, now: Timestamp) -> QueryResult<()> {
    let (version, site_url) = sites::next_version(tx.conn(), site).await?;
    let keys = api_keys::current(tx.conn(), site).await?;
    let integration = integrations::of_site_in_any_state(tx.conn(), site).await?;
    let picture = picture(account, site, version, site_url, keys, integration, now);
    mailbox::post(tx, &picture).await?;
    Ok(())
}

fn picture(
    account: AccountId,
    site: SiteId,
    version: i64,
    site_url: String,
    keys: Vec<api_keys::Key>,
    integration: Option<Integration>,
    now: Timestamp,
) -> SiteCredentialChanged {
    let accepted_keys = keys.into_iter().filter(|it| it.is_accepted(now)).map(|it| AcceptedKey {
        digest: it.digest,
        valid_until_ms: it.valid_until.map(Timestamp::as_millisecond),
    });
    let mut picture = SiteCredentialChanged {
        account_id: account.get(),
        site_id: site.get(),
        version,
        state: SiteState::Pending.into(),
        site_url,
        accepted_keys: accepted_keys.collect(),
        occurred_at_ms: now.as_millisecond(),
        ..SiteCredentialChanged::default()
    };
    let Some(integration) = integration else { return picture };
    let state = integration.state();
    picture.integration_id = integration.id;
    picture.state = said(state).into();
    // Until the site has proven its new address, what it said of the old one is not passed on as the new one's.
    if state == State::Connected {
        picture.site_url = integration.site_url;
    }
    picture.rest_url = integration.rest_url;
    picture.site_public_key = integration.site_public_key.unwrap_or_default();
    picture.sealed_key = integration.sealed_key.unwrap_or_default();
    picture.plugin_version = integration.plugin_version;
    picture
}

const fn said(state: State) -> SiteState {
    match state {
        State::Pending => SiteState::Pending,
        State::Connected => SiteState::Connected,
        State::Suspended | State::Revoked => SiteState::Suspended,
        State::Deleted => SiteState::Deleted,
    }
}

async fn add_key(
    tx: &mut Tx,
    pepper: &Pepper,
    owner: (AccountId, SiteId),
    now: Timestamp,
) -> QueryResult<ApiKey> {
    let key = ApiKey::generate();
    api_keys::create(tx.conn(), owner, &pepper.digest(key.expose()), &key.prefix_hint(), now).await?;
    Ok(key)
}

/// The site's integration, made if there is none.
async fn ensure_integration(
    tx: &mut Tx,
    account: AccountId,
    site: SiteId,
    now: Timestamp,
) -> QueryResult<Integration> {
    if let Some(integration) = integrations::of_site(tx.conn(), account, site).await? {
        return Ok(integration);
    }
    let site_url = sites::find(tx.conn(), account, site).await?.map(|it| it.url).unwrap_or_default();
    let made = integrations::create(tx.conn(), (account, site), &site_url, now).await?;
    made.ok_or(diesel::result::Error::NotFound)
}
