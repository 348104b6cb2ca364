use domain::plugin::Status;
use serde_json::Value;

use crate::artifact::{Built, Source};
use crate::store::plugins::PluginFacts;
use crate::store::versions::PackageFacts;

/// What the plugin's row says of the source.
pub fn plugin_facts(source: &Source) -> PluginFacts<'_> {
    let header = &source.header;
    PluginFacts {
        slug: &source.slug,
        name: &header.name,
        description: &header.description,
        author: &header.author,
        author_url: &header.author_url,
        plugin_url: &header.plugin_url,
    }
}

/// What the version's row says of the package.
pub fn package_facts<'a>(
    plugin_id: i64,
    built: &'a Built,
    status: Status,
    file_path: &'a str,
    (sections, trusted_keys): (&'a Value, &'a Value),
) -> PackageFacts<'a> {
    let Source { header, readme, .. } = &built.source;
    PackageFacts {
        plugin_id,
        version: &header.version,
        status: status.as_str(),
        release_notes: readme.sections.get("changelog").map_or("", String::as_str),
        sections,
        file_path,
        file_size: built.size(),
        checksum_md5: &built.digests.md5,
        checksum_sha256: &built.digests.sha256,
        requires_version: &header.requires_version,
        tested_version: &readme.tested_version,
        requires_php: &header.requires_php,
        trusted_keys,
        is_latest: false,
    }
}
