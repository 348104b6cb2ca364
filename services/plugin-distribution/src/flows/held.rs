use database::Tx;
use domain::plugin::status::Act;
use domain::plugin::{Statement, Status};

use super::ActError;
use crate::store::plugins;
use crate::store::versions::{self, Version};

/// A version of a plugin, as it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Which<'a> {
    pub slug: &'a str,
    pub version: &'a str,
}

/// A version whose plugin's row this transaction holds: nobody else changes it until the end.
pub struct Held {
    pub slug: String,
    pub row: Version,
    pub status: Status,
}

impl Held {
    pub async fn hold(tx: &mut Tx, which: Which<'_>) -> Result<Self, ActError> {
        let no_plugin = || ActError::NoPlugin(which.slug.to_owned());
        let plugin = plugins::hold(tx.conn(), which.slug).await?.ok_or_else(no_plugin)?;
        let row = versions::find(tx.conn(), plugin.id, which.version).await?;
        let row = row.ok_or_else(|| which.missing())?;
        Ok(Self { slug: plugin.slug, status: row.status()?, row })
    }

    /// How it stands after the act, if it can be done.
    pub fn after(&self, act: Act) -> Result<Status, ActError> {
        self.status.after(act).ok_or_else(|| ActError::stands(self.status, &self.row.version))
    }

    pub fn statement(&self) -> Statement<'_> {
        Statement {
            slug: &self.slug,
            version: &self.row.version,
            sha256: &self.row.checksum_sha256,
            size: self.row.file_size,
        }
    }
}

impl Which<'_> {
    pub fn missing(&self) -> ActError {
        ActError::NoVersion { slug: self.slug.to_owned(), version: self.version.to_owned() }
    }
}
