use std::path::PathBuf;

use bytes::Bytes;
use database::Database;
use domain::Clock;

use super::{ActError, Which};
use crate::artifact::{BuildError, Built, Shelf, Source};
use crate::store::plugins;
use crate::store::versions::{self, Version};

/// What releases are made with. Cheap to clone.
#[derive(Clone)]
pub struct Works {
    pub database: Database,
    pub shelf: Shelf,
    pub clock: Clock,
    /// The command.
    pub php: PathBuf,
}

impl Works {
    /// Builds elsewhere than where requests are answered.
    pub async fn build(&self, source: Source) -> Result<Built, ActError> {
        let php = self.php.clone();
        Ok(tokio::task::spawn_blocking(move || Built::of_source(source, &php)).await??)
    }

    /// The source in this folder.
    pub async fn read(&self, folder: PathBuf) -> Result<Source, ActError> {
        let source = tokio::task::spawn_blocking(move || Source::read(&folder).map_err(BuildError::from));
        Ok(source.await??)
    }

    /// The source in a ZIP that somebody sent.
    pub async fn unpack(&self, zip: Bytes) -> Result<Source, ActError> {
        let source = tokio::task::spawn_blocking(move || Source::unpack(&zip).map_err(BuildError::from));
        Ok(source.await??)
    }

    /// A version that is on the shelf: its row as it is now, and its package.
    pub async fn stored(&self, which: Which<'_>) -> Result<(Version, Built), ActError> {
        let row = {
            let connection = &mut *self.database.connection().await?;
            let plugin_id = plugins::id_of(connection, which.slug).await?;
            let plugin_id = plugin_id.ok_or_else(|| ActError::NoPlugin(which.slug.to_owned()))?;
            versions::find(connection, plugin_id, which.version).await?.ok_or_else(|| which.missing())?
        };
        let size = u64::try_from(row.file_size).unwrap_or_default();
        let package = self.shelf.read(&row.file_path, &row.checksum_sha256, size).await?;
        Ok((row, tokio::task::spawn_blocking(move || Built::of_package(package)).await??))
    }

    /// Takes a package from the shelf if no version needs it. The plugin's row is held: nobody puts the same one there meanwhile.
    pub async fn discard(&self, slug: &str, file_path: &str) -> Result<(), ActError> {
        self.database
            .transaction(async |tx| {
                plugins::hold(tx.conn(), slug).await?;
                if !versions::uses(tx.conn(), file_path).await? {
                    self.shelf.remove(file_path).await?;
                }
                Ok(())
            })
            .await
    }
}
