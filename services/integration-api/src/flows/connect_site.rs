use database::{DatabaseError, Tx};
use diesel::QueryResult;
use diesel::result::Error as QueryError;
use domain::{AddressPolicy, ApiKey, IntegrationId, SiteId, SiteUrl};
use jiff::Timestamp;
use secrets::{ExposeSecret, Pepper, Sealer, VerifyingKey};

use super::credentials;
use crate::access::SiteKey;
use crate::store::integrations::{self, Integration, Proof, State};
use crate::store::sites::Site;
use crate::store::{api_keys, publications, sites};

/// What a site with a valid key says of itself, checked as far as it can be without looking anything up.
pub struct Claim<'a> {
    /// `None`: an older plugin, which is taken to be where its site is registered.
    pub site_url: Option<SiteUrl>,
    /// Checked, and as it was written: it may need its query.
    pub rest_url: Option<(SiteUrl, &'a str)>,
    pub public_key: Option<VerifyingKey>,
    pub plugin_version: String,
    pub wp_version: String,
    pub php_version: String,
    pub debug_enabled: bool,
}

#[derive(Debug)]
pub struct Connected {
    pub site_id: i64,
    pub site_name: String,
    pub site_url: String,
    pub integration_id: i64,
    pub signed: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("the site was deleted")]
    SiteGone,
    #[error("the key was revoked")]
    KeyEnded,
    #[error("the site has signed before and gives no public key now")]
    SignatureExpected,
    #[error("another public key came with an API key that is in its grace")]
    KeyInGrace,
    #[error("the site is registered at another origin")]
    OtherOrigin { expected: String },
    #[error("the REST address is not the site's")]
    ForeignRestUrl,
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<QueryError> for Refusal {
    fn from(error: QueryError) -> Self {
        Self::Database(error.into())
    }
}

/// Connects the site that the key belongs to. The other services hear of it if anything is different from before.
pub async fn connect(
    tx: &mut Tx,
    pepper: &Pepper,
    sealer: &Sealer,
    proven: &SiteKey,
    claim: &Claim<'_>,
    now: Timestamp,
) -> Result<Connected, Refusal> {
    let (account, site_id) = (proven.account_id, proven.site_id);
    let site = sites::lock(tx.conn(), account, site_id).await?.ok_or(Refusal::SiteGone)?;
    // It was valid a moment ago; behind the lock it still has to be.
    let key = api_keys::by_digest(tx.conn(), &pepper.digest(proven.key.expose())).await?;
    let key = key.filter(|it| it.is_accepted(now)).ok_or(Refusal::KeyEnded)?;
    let (site_url, rest_url) = addresses(&site, claim)?;
    let before = existing(tx, &site, now).await?;

    let public_key = claim.public_key.map(|key| key.to_bytes().to_vec());
    check_identity(&before, public_key.as_deref(), key.is_active())?;
    let signed = public_key.is_some();
    let sealed_key = match public_key {
        Some(_) => None,
        None => Some(sealed(sealer, site_id, &proven.key, before.sealed_key.as_deref())),
    };
    let proof = Proof {
        site_url: &site_url,
        rest_url: &rest_url,
        site_public_key: public_key,
        sealed_key,
        plugin_version: &claim.plugin_version,
        wp_version: &claim.wp_version,
        php_version: &claim.php_version,
        debug_enabled: claim.debug_enabled,
    };
    let after = integrations::connect(tx.conn(), IntegrationId::new(before.id), proof, now).await?;
    if before.connection != after.connection {
        // The plugin finds posts that were made without it.
        publications::become_foreign(tx.conn(), site_id).await?;
    }
    if differ(&before, &after) {
        credentials::announce(tx, account, site_id, now).await?;
    }
    Ok(Connected {
        site_id: site.id,
        site_name: site.name,
        site_url: after.site_url,
        integration_id: after.id,
        signed,
    })
}

/// Once a site signs, an API key alone neither ends that nor, when it was replaced, puts another signer in its place.
fn check_identity(before: &Integration, given: Option<&[u8]>, key_is_active: bool) -> Result<(), Refusal> {
    match (before.site_public_key.as_deref(), given) {
        (Some(_), None) => Err(Refusal::SignatureExpected),
        (Some(known), Some(given)) if known != given && !key_is_active => Err(Refusal::KeyInGrace),
        _ => Ok(()),
    }
}

/// WordPress' home and REST address, both of the origin the site is registered at.
fn addresses(site: &Site, claim: &Claim<'_>) -> Result<(String, String), Refusal> {
    // What is registered was checked when it was; another policy since then must not lock the site out here.
    let registered = SiteUrl::parse(&site.url, &AddressPolicy::with_loopback()).ok();
    let expected = registered.as_ref().map(SiteUrl::origin);
    let site_url = match &claim.site_url {
        None => site.url.clone(),
        Some(url) if Some(url.origin()) == expected => url.as_str().to_owned(),
        Some(_) => return Err(Refusal::OtherOrigin { expected: site.url.clone() }),
    };
    let rest_url = match &claim.rest_url {
        None => integrations::default_rest_url(&site_url),
        Some((url, text)) if Some(url.origin()) == expected => (*text).to_owned(),
        Some(_) => return Err(Refusal::ForeignRestUrl),
    };
    Ok((site_url, rest_url))
}

async fn existing(tx: &mut Tx, site: &Site, now: Timestamp) -> QueryResult<Integration> {
    let owner = (domain::AccountId::new(site.account_id), SiteId::new(site.id));
    if let Some(integration) = integrations::of_site(tx.conn(), owner.0, owner.1).await? {
        return Ok(integration);
    }
    integrations::create(tx.conn(), owner, &site.url, now).await?.ok_or(QueryError::NotFound)
}

/// The key as the worker will need it; the one that is sealed already, if it is the same.
fn sealed(sealer: &Sealer, site: SiteId, key: &ApiKey, before: Option<&[u8]>) -> Vec<u8> {
    let context = format!("site.outbound_key|{site}");
    before
        .filter(|it| sealer.is_current(it))
        .filter(|it| sealer.open_text(it, &context).is_ok_and(|text| text.expose_secret() == key.expose()))
        .map_or_else(|| sealer.seal(key.expose().as_bytes(), &context), <[u8]>::to_vec)
}

fn differ(before: &Integration, after: &Integration) -> bool {
    before.state() != State::Connected
        || before.site_url != after.site_url
        || before.rest_url != after.rest_url
        || before.site_public_key != after.site_public_key
        || before.sealed_key != after.sealed_key
        || before.connection != after.connection
        || before.plugin_version != after.plugin_version
}
