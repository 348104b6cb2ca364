//! An older version's code goes out again under a higher number: sites take nothing that is lower than what they have.

use domain::plugin::Status;
use domain::plugin::log::Action;
use semver::Version;

use super::release::{Place, Released, Terms, release_source};
use super::{ActError, Which, Works};
use crate::artifact::BuildError;
use crate::signing::Signer;
use crate::store::{release_log, versions};

/// Which code goes out as which version, in place of one.
#[derive(Clone, Copy, Debug)]
pub struct Reversion<'a> {
    pub replaced: Which<'a>,
    /// The version whose code it is.
    pub to: &'a str,
    /// The number it gets.
    pub new: &'a str,
}

/// Releases it in the channel of the version it replaces, which is neither paused nor taken back by that.
pub async fn revert(
    works: &Works,
    signer: &Signer,
    reversion: Reversion<'_>,
    terms: Terms,
) -> Result<Released, ActError> {
    let Reversion { replaced, to, new } = reversion;
    let number = Version::parse(new).map_err(|_| ActError::NoNumber(new.to_owned()))?;
    let (row, built) = works.stored(Which { version: to, ..replaced }).await?;
    match row.status()? {
        Status::Beta | Status::Released | Status::Deprecated => {}
        unfit @ (Status::Development | Status::Withdrawn) => return Err(ActError::stands(unfit, to)),
    }
    let beta = was_beta(works, row.plugin_id, replaced).await?;
    if Version::parse(replaced.version).is_ok_and(|replaced| number <= replaced) {
        return Err(ActError::NotHigher { version: new.to_owned(), latest: replaced.version.to_owned() });
    }
    let note = format!("The code of {to} again, in place of {}.", replaced.version);
    let source = built.source.renumbered(new, &note).map_err(BuildError::from)?;
    release_source(works, signer, source, Terms { beta, place: Place::Highest, ..terms }).await
}

/// Whether the replaced version went to those alone that want early ones, as the log has it last.
async fn was_beta(works: &Works, plugin_id: i64, replaced: Which<'_>) -> Result<bool, ActError> {
    let connection = &mut *works.database.connection().await?;
    let row = versions::find(connection, plugin_id, replaced.version).await?;
    let row = row.ok_or_else(|| replaced.missing())?;
    if !row.status()?.was_given_out() {
        return Err(ActError::stands(Status::Development, replaced.version));
    }
    let given_out = release_log::given_out_as(connection, plugin_id, replaced.version).await?;
    Ok(given_out.as_deref() == Some(Action::Beta.as_str()))
}
