use database::DatabaseError;
use diesel::result::Error as QueryError;
use domain::plugin::Status;

use crate::artifact::{BuildError, ShelfError};

/// Why nothing was done, and what to do instead.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    #[error("there is no plugin {0}")]
    NoPlugin(String),
    #[error("there is no version {version} of {slug}")]
    NoVersion { slug: String, version: String },
    #[error("{0} was not released yet: nobody has it")]
    NotReleased(String),
    #[error("{0} was released: sites may have it. Deprecate or withdraw it, and release a higher version")]
    WasReleased(String),
    #[error("{0} is deprecated, so it is offered to nobody: release it again first")]
    Deprecated(String),
    #[error("{0} was withdrawn, and sites refuse it from then on: give the release a higher version")]
    Withdrawn(String),
    #[error("{version} is paused ({reason}): resume it first, or release a higher version")]
    Paused { version: String, reason: String },
    #[error(
        "version {version} of {slug} was released before with other bytes (SHA-256 {sha256}): give the new release a higher version"
    )]
    OtherBytes { slug: String, version: String, sha256: String },
    #[error(
        "{version} is not higher than {latest}, so sites that have that would not take it: give it a higher version"
    )]
    NotHigher { version: String, latest: String },
    #[error(
        "no released package carries the signing key {key_id}, so no site would take this release: put the key among `release.trusted_keys`, \
        release once more with the old key, and then with this one. If the old key is lost, `new-key` releases for sites that install it by hand"
    )]
    UnknownKey { key_id: String },
    #[error("the plugin {0} has versions: it can be switched off, but not deleted")]
    HasVersions(String),
    #[error("another package was uploaded as {0} meanwhile: look at it, and release it again")]
    ReplacedMeanwhile(String),
    #[error("this is no number of per cent: 0 to 100")]
    NoPercent,
    #[error("\"{0}\" is no semantic version, such as 2.1.1")]
    NoNumber(String),
    #[error("the source is of {found}, not of {slug}: its folder has the plugin's name")]
    OtherPlugin { slug: String, found: String },
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("the work was cut off")]
    CutOff(#[from] tokio::task::JoinError),
}

impl ActError {
    /// Why a version that stands so is not acted upon.
    pub fn stands(status: Status, version: &str) -> Self {
        let version = version.to_owned();
        match status {
            Status::Development => Self::NotReleased(version),
            Status::Beta | Status::Released => Self::WasReleased(version),
            Status::Deprecated => Self::Deprecated(version),
            Status::Withdrawn => Self::Withdrawn(version),
        }
    }
}

impl From<QueryError> for ActError {
    fn from(error: QueryError) -> Self {
        DatabaseError::from(error).into()
    }
}
