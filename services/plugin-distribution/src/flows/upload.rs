//! A source becomes a version in development: on the shelf, checked and built, and given to nobody.

use domain::plugin::Status;
use serde_json::json;

use super::facts::package_facts;
use super::{ActError, Works};
use crate::artifact::{Built, Source};
use crate::signing::KEYS_FILE;
use crate::store::{plugins, versions};

/// Gives the version's number. One in development under the same number is replaced.
pub async fn upload(works: &Works, slug: &str, mut source: Source) -> Result<String, ActError> {
    if source.slug != slug {
        return Err(ActError::OtherPlugin { slug: slug.to_owned(), found: source.slug });
    }
    // Which keys go in is said by whoever releases it.
    source.files.remove(KEYS_FILE);
    let built = works.build(source).await?;
    if let Some(replaced) = keep(works, slug, &built).await? {
        works.discard(slug, &replaced).await?;
    }
    Ok(built.source.header.version)
}

/// Gives the place of the package that nobody needs any more.
async fn keep(works: &Works, slug: &str, built: &Built) -> Result<Option<String>, ActError> {
    let version = &built.source.header.version;
    works
        .database
        .transaction(async |tx| {
            let plugin = plugins::hold(tx.conn(), slug).await?;
            let plugin = plugin.ok_or_else(|| ActError::NoPlugin(slug.to_owned()))?;
            let known = versions::find(tx.conn(), plugin.id, version).await?;
            if let Some(known) = &known
                && known.status()?.was_given_out()
            {
                return Err(ActError::stands(known.status()?, version));
            }
            let file_path = works.shelf.put(slug, version, built.package.clone()).await?;
            let (sections, keys) = (json!(built.source.readme.sections), json!([]));
            let facts = package_facts(plugin.id, built, Status::Development, &file_path, (&sections, &keys));
            versions::keep(tx.conn(), &facts).await?;
            Ok(known.map(|it| it.file_path).filter(|it| *it != file_path))
        })
        .await
}
