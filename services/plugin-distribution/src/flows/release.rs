//! A package becomes the version that sites are offered.

use database::Tx;
use diesel::QueryResult;
use domain::plugin::Statement;
use domain::plugin::log::{Action, Entry};
use jiff::Timestamp;
use semver::Version;
use serde_json::json;

use crate::artifact::{Digests, Source};
use crate::signing::{Signature, Signer};
use crate::store::plugins::{self, PluginFacts};
use crate::store::release_log;
use crate::store::versions::{self, Release};

/// What was built of a source and lies on the shelf.
pub struct Built<'a> {
    pub source: &'a Source,
    pub file_path: &'a str,
    /// In bytes.
    pub size: i64,
    pub digests: &'a Digests,
}

/// For whom it is released, and over what.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terms {
    /// Only for sites that want early versions. The same bytes can be released for all later.
    pub beta: bool,
    /// Replace a release of the same version that has other bytes.
    pub overwrite: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Released {
    Now,
    /// The same bytes were released under this version before.
    Before,
    /// Other bytes were: sites may have them, so the version needs another number.
    OtherBytes {
        sha256: String,
    },
}

/// Signs what was built, enters it into the log, and offers it. An older version than the latest is kept, but not offered.
pub async fn release(
    tx: &mut Tx,
    built: &Built<'_>,
    signer: &Signer,
    terms: Terms,
    now: Timestamp,
) -> QueryResult<Released> {
    let (source, header, sha256) = (built.source, &built.source.header, &built.digests.sha256);
    let facts = PluginFacts {
        slug: &source.slug,
        name: &header.name,
        description: &header.description,
        author: &header.author,
        author_url: &header.author_url,
        plugin_url: &header.plugin_url,
    };
    let plugin_id = plugins::upsert(tx.conn(), &facts).await?;
    if let Some(known) = versions::find(tx.conn(), plugin_id, &header.version).await? {
        let is_same = known.checksum_sha256 == *sha256;
        if is_same && (terms.beta || known.status != "beta") {
            return Ok(Released::Before);
        }
        if !is_same && !terms.overwrite {
            return Ok(Released::OtherBytes { sha256: known.checksum_sha256 });
        }
    }
    let statement = Statement { slug: &source.slug, version: &header.version, sha256, size: built.size };
    let version_id = offer(tx, plugin_id, built, &signer.sign(&statement), terms, now).await?;
    let latest = versions::latest(tx.conn(), plugin_id).await?;
    if !terms.beta && latest.is_none_or(|latest| is_at_least(&header.version, &latest.version)) {
        versions::make_latest(tx.conn(), plugin_id, version_id).await?;
    }
    let action = if terms.beta { Action::Beta } else { Action::Release };
    let last = release_log::last(tx.conn(), plugin_id, &source.slug).await?;
    let entry = Entry::next(last.as_ref(), action, &statement, now);
    let signed = signer.sign(&entry);
    release_log::append(tx.conn(), plugin_id, entry, signed).await?;
    Ok(Released::Now)
}

/// Writes the version that sites may have, and gives its row's id.
async fn offer(
    tx: &mut Tx,
    plugin_id: i64,
    built: &Built<'_>,
    signed: &Signature,
    terms: Terms,
    now: Timestamp,
) -> QueryResult<i64> {
    let Source { header, readme, .. } = built.source;
    let release = Release {
        plugin_id,
        version: &header.version,
        status: if terms.beta { "beta" } else { "released" },
        release_notes: readme.sections.get("changelog").map_or("", String::as_str),
        sections: &json!(readme.sections),
        file_path: built.file_path,
        file_size: built.size,
        checksum_md5: &built.digests.md5,
        checksum_sha256: &built.digests.sha256,
        requires_version: &header.requires_version,
        tested_version: &readme.tested_version,
        requires_php: &header.requires_php,
        key_id: &signed.key_id,
        signature: &signed.signature,
        is_latest: terms.beta.then_some(false),
    };
    versions::upsert(tx.conn(), &release, now).await
}

/// Whether `version` is the same as or newer than `other`; one that can't be read is older than any.
pub fn is_at_least(version: &str, other: &str) -> bool {
    match (Version::parse(version), Version::parse(other)) {
        (Ok(version), Ok(other)) => version >= other,
        (version, _) => version.is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_at_least;

    #[test]
    fn versions_are_compared_as_numbers() {
        for (version, other, expected) in [
            ("2.0.0", "1.9.9", true),
            ("1.10.0", "1.9.0", true),
            ("1.9.0", "1.10.0", false),
            ("1.0.0", "1.0.0", true),
            ("1.0.0-beta.1", "1.0.0", false),
            ("1.0.0", "what", true),
            ("what", "1.0.0", false),
        ] {
            assert_eq!(is_at_least(version, other), expected, "{version} {other}");
        }
    }
}
