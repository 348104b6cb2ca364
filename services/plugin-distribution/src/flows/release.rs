//! A package becomes the version that sites are offered.

use database::Tx;
use domain::plugin::log::Action;
use domain::plugin::status::Act;
use domain::plugin::{Statement, Status};
use jiff::Timestamp;
use serde_json::json;

use super::facts::{package_facts, plugin_facts};
use super::{ActError, Which, Works, log_entry};
use crate::artifact::{Built, Source};
use crate::signing::{Signer, enclosed_keys};
use crate::store::plugins;
use crate::store::versions::{self, ReleaseFacts, Version};

/// For whom it is released, and over what.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms {
    /// Only for sites that want early versions. The same bytes can be released for all later.
    pub beta: bool,
    pub place: Place,
    /// To so many per cent of all sites; all, if nothing is said.
    pub rollout: Option<u8>,
    /// Under a key that no site knows.
    pub new_key: bool,
}

/// Among the versions that there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Its number says.
    #[default]
    Any,
    /// Above all that its channel offers, or nowhere.
    Highest,
    /// Also in place of a release of the same version that has other bytes.
    Overwriting,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Released {
    pub slug: String,
    pub version: String,
    pub status: Status,
    pub sha256: String,
    pub rollout_percent: u8,
    /// The same bytes were released under this version before, on the terms that are told here.
    pub before: bool,
}

/// Builds the source with the keys that its successors may be signed with, and releases it.
pub async fn release_source(
    works: &Works,
    signer: &Signer,
    mut source: Source,
    terms: Terms,
) -> Result<Released, ActError> {
    signer.enclose_keys(&mut source);
    let built = works.build(source).await?;
    release_built(works, signer, (&built, None), terms).await
}

/// Releases what is on the shelf: a version in development with our keys in it, any other as it is.
pub async fn release_stored(
    works: &Works,
    signer: &Signer,
    which: Which<'_>,
    terms: Terms,
) -> Result<Released, ActError> {
    let (row, stored) = works.stored(which).await?;
    if row.status()? != Status::Development {
        return release_built(works, signer, (&stored, None), terms).await;
    }
    let mut source = stored.source;
    signer.enclose_keys(&mut source);
    let built = works.build(source).await?;
    let released = release_built(works, signer, (&built, Some(&row.checksum_sha256)), terms).await?;
    works.discard(which.slug, &row.file_path).await?;
    Ok(released)
}

/// Of what was made of a version in development its digest is told: it has to be that still.
async fn release_built(
    works: &Works,
    signer: &Signer,
    built: (&Built, Option<&str>),
    terms: Terms,
) -> Result<Released, ActError> {
    let now = works.clock.now();
    works.database.transaction(async |tx| release(tx, works, built, signer, terms, now).await).await
}

/// Signs what was built, enters it into the log, and offers it. An older version than the latest is kept, but not offered.
async fn release(
    tx: &mut Tx,
    works: &Works,
    (built, made_of): (&Built, Option<&str>),
    signer: &Signer,
    terms: Terms,
    now: Timestamp,
) -> Result<Released, ActError> {
    let (slug, version) = (&built.source.slug, &built.source.header.version);
    if terms.rollout.is_some_and(|percent| percent > 100) {
        return Err(ActError::NoPercent);
    }
    let plugin_id = plugins::upsert(tx.conn(), &plugin_facts(&built.source)).await?;
    let all = versions::of_plugin(tx.conn(), plugin_id).await?;
    let known = all.iter().find(|it| it.version == *version);
    let (status, before) = judge(known, built, terms)?;
    let released = Released {
        slug: slug.clone(),
        version: version.clone(),
        status,
        sha256: built.digests.sha256.clone(),
        rollout_percent: terms.rollout.unwrap_or(100),
        before: before.is_some(),
    };
    if let Some(percent) = before {
        return Ok(Released { rollout_percent: percent, ..released });
    }
    if made_of.is_some_and(|sha256| known.is_none_or(|it| it.checksum_sha256 != sha256)) {
        return Err(ActError::ReplacedMeanwhile(version.clone()));
    }
    if terms.place == Place::Highest {
        check_highest(&all, status, version)?;
    }
    if !terms.new_key {
        check_key(&all, signer.key_id())?;
    }
    let file_path = works.shelf.put(slug, version, built.package.clone()).await?;
    let statement = Statement { slug, version, sha256: &built.digests.sha256, size: built.size() };
    let signed = signer.sign(&statement);
    let release = ReleaseFacts {
        key_id: &signed.key_id,
        signature: &signed.signature,
        rollout_percent: i16::from(released.rollout_percent),
    };
    let keys = json!(enclosed_keys(&built.source));
    let sections = json!(built.source.readme.sections);
    let package = package_facts(plugin_id, built, status, &file_path, (&sections, &keys));
    versions::release(tx.conn(), &package, &release, now).await?;
    versions::settle_latest(tx.conn(), plugin_id).await?;
    let action = if status == Status::Beta { Action::Beta } else { Action::Release };
    log_entry::enter(tx, plugin_id, action, &statement, signer, now).await?;
    Ok(released)
}

/// How the version will stand; and if nothing is to be done, since it was released before, to how many per cent.
fn judge(known: Option<&Version>, built: &Built, terms: Terms) -> Result<(Status, Option<u8>), ActError> {
    let act = if terms.beta { Act::Beta } else { Act::Release };
    let Some(known) = known else {
        return Ok((if terms.beta { Status::Beta } else { Status::Released }, None));
    };
    let (was, version) = (known.status()?, &known.version);
    let status = was.after(act).ok_or_else(|| ActError::stands(was, version))?;
    let is_same = known.checksum_sha256 == built.digests.sha256;
    if is_same && status == was {
        return Ok((status, Some(u8::try_from(known.rollout_percent).unwrap_or_default())));
    }
    if !is_same && was.was_given_out() && terms.place != Place::Overwriting {
        return Err(ActError::OtherBytes {
            slug: built.source.slug.clone(),
            version: version.clone(),
            sha256: known.checksum_sha256.clone(),
        });
    }
    if known.paused && was.is_offered() {
        return Err(ActError::Paused { version: version.clone(), reason: known.paused_reason.clone() });
    }
    Ok((status, None))
}

fn check_highest(all: &[Version], status: Status, version: &str) -> Result<(), ActError> {
    let offered = all.iter().filter(|it| it.status == status.as_str());
    match offered.max_by_key(|it| it.number()) {
        Some(latest) if latest.number() >= semver::Version::parse(version).ok() => {
            Err(ActError::NotHigher { version: version.to_owned(), latest: latest.version.clone() })
        }
        _ => Ok(()),
    }
}

/// A site takes a release only under a key that the package it runs carries.
fn check_key(all: &[Version], key_id: &str) -> Result<(), ActError> {
    let given_out = || all.iter().filter(|it| it.status != Status::Development.as_str());
    if given_out().next().is_none() || given_out().any(|it| it.trusts(key_id)) {
        return Ok(());
    }
    Err(ActError::UnknownKey { key_id: key_id.to_owned() })
}
