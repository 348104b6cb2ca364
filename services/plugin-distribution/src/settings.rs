//! What `settings.default.toml` describes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use database::DatabaseSettings;
use domain::plugin::halt::Rule;
use lifecycle::LifecycleSettings;
use mailbox::{ConsumeSettings, RelaySettings};
use messaging::BrokerSettings;
use secrets::Secret;
use serde::Deserialize;
use settings::SettingsError;
use telemetry::TelemetrySettings;
use web::{HttpSettings, Quota};

pub const DEFAULTS: &str = include_str!("../settings.default.toml");

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub public_url: String,
    pub http: HttpSettings,
    pub database: DatabaseSettings,
    pub broker: BrokerSettings,
    pub telemetry: TelemetrySettings,
    pub lifecycle: LifecycleSettings,
    pub relay: RelaySettings,
    pub consume: ConsumeSettings,
    pub secrets: SecretsSettings,
    pub release: ReleaseSettings,
    pub halt: HaltSettings,
    pub artifacts: ArtifactsSettings,
    pub offers: OffersSettings,
    pub downloads: DownloadsSettings,
    pub counts: CountsSettings,
    pub installations: InstallationsSettings,
    pub geoip: GeoipSettings,
}

impl Settings {
    pub fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        settings::load(DEFAULTS, file)
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretsSettings {
    pub api_key_pepper: Secret,
}

/// What releases are checked and signed with. Without the key there is no releasing and no withdrawing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseSettings {
    pub signing_key: Option<Secret>,
    pub trusted_keys: Vec<String>,
    /// The command.
    pub php: PathBuf,
    /// Below it are the folders that operators may build from.
    pub sources: Option<PathBuf>,
}

/// When a version is paused by itself.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HaltSettings {
    pub at_least: u64,
    pub share_percent: u8,
}

impl HaltSettings {
    pub const fn rule(self) -> Rule {
        Rule { at_least: self.at_least, share_percent: self.share_percent }
    }
}

/// One of the two places.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArtifactsSettings {
    pub directory: Option<PathBuf>,
    pub bucket: Option<BucketSettings>,
    pub memory_bytes: u64,
    #[serde(with = "settings::duration")]
    pub patience: Duration,
}

/// A bucket of an S3-compatible store.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BucketSettings {
    pub name: String,
    pub region: String,
    pub endpoint: Option<String>,
    #[serde(default)]
    pub prefix: String,
    pub access_key_id: Secret,
    pub secret_access_key: Secret,
    #[serde(default)]
    pub path_style: bool,
    #[serde(default)]
    pub allow_http: bool,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OffersSettings {
    #[serde(with = "settings::duration")]
    pub poll: Duration,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DownloadsSettings {
    pub public: bool,
    #[serde(with = "settings::duration")]
    pub grant_good_for: Duration,
    pub per_ip: Quota,
    pub per_site: Quota,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountsSettings {
    #[serde(with = "settings::duration")]
    pub write_every: Duration,
    pub most: usize,
    keep_days: u16,
}

impl CountsSettings {
    pub fn keep(&self) -> Duration {
        Duration::from_hours(24 * u64::from(self.keep_days))
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstallationsSettings {
    #[serde(with = "settings::duration")]
    pub active_for: Duration,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeoipSettings {
    pub file: Option<PathBuf>,
}
