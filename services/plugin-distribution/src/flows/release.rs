//! A package becomes the version that sites are offered.

use database::Tx;
use diesel::QueryResult;
use jiff::Timestamp;
use semver::Version;
use serde_json::json;

use crate::artifact::{Digests, Source};
use crate::store::plugins::{self, PluginFacts};
use crate::store::versions::{self, Release};

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

/// Releases `source`, whose package lies on the shelf as `file_path`. An older version than the latest is kept, but not offered.
pub async fn release(
    tx: &mut Tx,
    source: &Source,
    (file_path, file_size): (&str, usize),
    digests: &Digests,
    overwrite: bool,
    now: Timestamp,
) -> QueryResult<Released> {
    let header = &source.header;
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
        if known.checksum_sha256 == digests.sha256 {
            return Ok(Released::Before);
        }
        if !overwrite {
            return Ok(Released::OtherBytes { sha256: known.checksum_sha256 });
        }
    }
    let latest = versions::latest(tx.conn(), plugin_id).await?;
    let notes = source.readme.sections.get("changelog").map_or("", String::as_str);
    let release = Release {
        plugin_id,
        version: &header.version,
        status: "released",
        release_notes: notes,
        sections: &json!(source.readme.sections),
        file_path,
        file_size: i64::try_from(file_size).unwrap_or(i64::MAX),
        checksum_md5: &digests.md5,
        checksum_sha256: &digests.sha256,
        requires_version: &header.requires_version,
        tested_version: &source.readme.tested_version,
        requires_php: &header.requires_php,
    };
    let version_id = versions::upsert(tx.conn(), &release, now).await?;
    if latest.is_none_or(|latest| is_at_least(&header.version, &latest.version)) {
        versions::make_latest(tx.conn(), plugin_id, version_id).await?;
    }
    Ok(Released::Now)
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
