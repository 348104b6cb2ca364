//! What nobody had goes away: a version in development, a plugin without versions.

use super::held::Held;
use super::{ActError, Which, Works};
use crate::store::{plugins, versions};

pub async fn delete_version(works: &Works, which: Which<'_>) -> Result<(), ActError> {
    let file_path = works
        .database
        .transaction(async |tx| {
            let held = Held::hold(tx, which).await?;
            if held.status.was_given_out() {
                return Err(ActError::stands(held.status, which.version));
            }
            versions::delete(tx.conn(), held.row.id).await?;
            Ok(held.row.file_path)
        })
        .await?;
    works.discard(which.slug, &file_path).await
}

pub async fn delete_plugin(works: &Works, slug: &str) -> Result<(), ActError> {
    works
        .database
        .transaction(async |tx| {
            let plugin = plugins::hold(tx.conn(), slug).await?;
            let plugin = plugin.ok_or_else(|| ActError::NoPlugin(slug.to_owned()))?;
            if !versions::of_plugin(tx.conn(), plugin.id).await?.is_empty() {
                return Err(ActError::HasVersions(slug.to_owned()));
            }
            Ok(plugins::delete(tx.conn(), plugin.id).await?)
        })
        .await
}
