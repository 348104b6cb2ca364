//! Every change of a site's keys, address or state: one place, so that each raises the version and tells the other services.
//!
//! Callers lock the site first ([`sites::lock`]); what is announced is the whole picture, read in the same transaction.

use contracts::site::{AcceptedKey, SiteCredentialChanged, SiteState};
use database::Tx;
use diesel::QueryResult;
use domain::{AccountId, ApiKey, IntegrationId, SiteId};
use jiff::{SignedDuration, Timestamp};
use secrets::Pepper;

use crate::store::integrations::{self, Connection, Integration, State};
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
    let integration = integrations::of_site(tx.conn(), account, site).await?;
    // A site without the plugin has its password, and needs no key.
    if integration.is_none_or(|it| it.connection() == Connection::Plugin) {
        integrations::forget_credentials(tx.conn(), site).await?;
        integrations::set_state(tx.conn(), site, State::Revoked, now).await?;
    }
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
        if integration.connection() == Connection::ApplicationPassword {
            // It was given for the old address, and whoever is at the new one is not to see it.
            integrations::forget_password(tx.conn(), IntegrationId::new(integration.id)).await?;
        }
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

/// The site is spoken to by a person's application password from now on, once a probe has shown that it works: what the probe is to be
/// told comes back.
pub async fn use_password(
    tx: &mut Tx,
    (account, site): (AccountId, SiteId),
    login: &integrations::Login<'_>,
    now: Timestamp,
) -> QueryResult<(Integration, SiteCredentialChanged)> {
    let integration = ensure_integration(tx, account, site, now).await?;
    let id = IntegrationId::new(integration.id);
    let integration = integrations::use_password(tx.conn(), id, login, now).await?;
    Ok((integration, announce(tx, account, site, now).await?))
}

/// A probe found that the site's application password works; true if that is news. It has to be the present one, so the probe has to be about
/// the present credentials.
pub async fn password_works(
    tx: &mut Tx,
    integration: IntegrationId,
    version: i64,
    now: Timestamp,
) -> QueryResult<bool> {
    let Some(found) = integrations::by_id(tx.conn(), integration).await? else { return Ok(false) };
    let (account, site) = (AccountId::new(found.account_id), SiteId::new(found.site_id));
    if found.connection() != Connection::ApplicationPassword || found.state() == State::Connected {
        return Ok(false);
    }
    let locked = sites::lock(tx.conn(), account, site).await?;
    if locked.is_none_or(|it| it.credential_version != version) {
        return Ok(false);
    }
    integrations::password_works(tx.conn(), integration, now).await?;
    announce(tx, account, site, now).await?;
    Ok(true)
}

/// Tells the other services all they need to know of the site's credentials.
pub async fn announce(
    tx: &mut Tx,
    account: AccountId,
    site: SiteId,
    now: Timestamp,
) -> QueryResult<SiteCredentialChanged> {
    let (version, site_url) = sites::next_version(tx.conn(), site).await?;
    let keys = api_keys::current(tx.conn(), site).await?;
    let integration = integrations::of_site_in_any_state(tx.conn(), site).await?;
    let picture = picture(account, site, version, site_url, keys, integration, now);
    mailbox::post(tx, &picture).await?;
    Ok(picture)
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
    picture.connection = integration.connection;
    picture.username = integration.username;
    picture.sealed_application_password = integration.sealed_application_password.unwrap_or_default();
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
