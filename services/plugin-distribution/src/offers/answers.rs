use bytes::Bytes;
use domain::plugin::offer::Reason;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::File;
use crate::store::offers::{Offered, VersionRow};
use crate::store::plugins::Plugin;

/// In the words of WordPress' updater.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Update {
    /// This version is newer than the site's, fits it, and its turn has come.
    #[serde(rename = "update_available")]
    available: bool,
    slug: String,
    plugin: String,
    version: String,
    new_version: String,
    url: String,
    /// Where the package is; the same for every version.
    package: String,
    requires: String,
    tested: String,
    requires_php: String,
    #[schema(value_type = Object)]
    icons: Value,
    #[schema(value_type = Object)]
    banners: Value,
    size: i64,
    md5: String,
    sha256: String,
    /// Which key the signature is under; empty for a release that was not signed.
    key_id: String,
    signature: String,
    /// Where the release stands in the plugin's log.
    log_index: Option<i64>,
    /// Why there is no update: `current`, `requires_wp`, `requires_php`, `rollout` or `paused`; else empty.
    reason: &'static str,
}

/// What WordPress' details window shows.
#[derive(Debug, Serialize, ToSchema)]
pub struct PluginInfo {
    name: String,
    slug: String,
    version: String,
    author: String,
    author_profile: String,
    homepage: String,
    short_description: String,
    /// Least WordPress version.
    requires: String,
    tested: String,
    requires_php: String,
    last_updated: Option<Timestamp>,
    /// HTML by name: description, installation, faq, changelog.
    #[schema(value_type = Object)]
    sections: Value,
    #[schema(value_type = Object)]
    icons: Value,
    #[schema(value_type = Object)]
    banners: Value,
    download_link: String,
    size: i64,
    md5: String,
    sha256: String,
}

/// Every answer that a version can be, as bytes.
pub struct Answers {
    available: Bytes,
    nothing: Vec<Bytes>,
}

impl Answers {
    pub fn new(public_url: &str, plugin: &Plugin, (version, log_index): &Offered, file: &File) -> Self {
        let answer = |available, reason| {
            success(&Update {
                available,
                slug: plugin.slug.clone(),
                plugin: format!("{0}/{0}.php", plugin.slug),
                version: version.version.clone(),
                new_version: version.version.clone(),
                url: plugin.plugin_url.clone(),
                package: package_url(public_url, &plugin.slug),
                requires: version.requires_version.clone(),
                tested: version.tested_version.clone(),
                requires_php: version.requires_php.clone(),
                icons: picture("2x", &plugin.icon_url),
                banners: picture("low", &plugin.banner_url),
                size: version.file_size,
                md5: version.checksum_md5.clone(),
                sha256: version.checksum_sha256.clone(),
                key_id: file.key_id.clone(),
                signature: file.signature.clone(),
                log_index: *log_index,
                reason,
            })
        };
        Self {
            available: answer(true, ""),
            nothing: Reason::ALL.iter().map(|reason| answer(false, reason.as_str())).collect(),
        }
    }

    pub fn available(&self) -> Bytes {
        self.available.clone()
    }

    pub fn nothing(&self, reason: Reason) -> Bytes {
        let place = Reason::ALL.iter().position(|it| *it == reason);
        place.and_then(|place| self.nothing.get(place)).expect("invariant: one for each reason").clone()
    }
}

pub fn info(public_url: &str, plugin: &Plugin, version: &VersionRow) -> Bytes {
    success(&PluginInfo {
        download_link: package_url(public_url, &plugin.slug),
        icons: picture("2x", &plugin.icon_url),
        banners: picture("low", &plugin.banner_url),
        name: plugin.name.clone(),
        slug: plugin.slug.clone(),
        version: version.version.clone(),
        author: plugin.author.clone(),
        author_profile: plugin.author_url.clone(),
        homepage: plugin.plugin_url.clone(),
        short_description: plugin.description.clone(),
        requires: version.requires_version.clone(),
        tested: version.tested_version.clone(),
        requires_php: version.requires_php.clone(),
        last_updated: version.released_at,
        sections: version.sections.clone(),
        size: version.file_size,
        md5: version.checksum_md5.clone(),
        sha256: version.checksum_sha256.clone(),
    })
}

fn success(data: &impl Serialize) -> Bytes {
    #[derive(Serialize)]
    struct Success<'a, T> {
        success: bool,
        data: &'a T,
    }
    let text = serde_json::to_vec(&Success { success: true, data });
    Bytes::from(text.expect("invariant: these have string keys only"))
}

/// Stays the same for as long as the plugin exists: WordPress keeps it for half a day before it downloads.
pub fn package_url(public_url: &str, slug: &str) -> String {
    format!("{public_url}/api/plugins/{slug}/download/")
}

fn picture(name: &str, url: &str) -> Value {
    if url.is_empty() { json!({}) } else { json!({name: url}) }
}
