//! What `settings.default.toml` describes.

use std::path::{Path, PathBuf};

use database::DatabaseSettings;
use lifecycle::LifecycleSettings;
use mailbox::{ConsumeSettings, RelaySettings};
use messaging::BrokerSettings;
use secrets::Secret;
use serde::Deserialize;
use settings::SettingsError;
use telemetry::TelemetrySettings;
use web::HttpSettings;

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
    pub artifacts: ArtifactsSettings,
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

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArtifactsSettings {
    pub directory: PathBuf,
}
