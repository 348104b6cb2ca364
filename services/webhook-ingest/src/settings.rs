//! What `settings.default.toml` describes.

use std::path::Path;
use std::time::Duration;

use database::DatabaseSettings;
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
    pub http: HttpSettings,
    pub database: DatabaseSettings,
    pub broker: BrokerSettings,
    pub telemetry: TelemetrySettings,
    pub lifecycle: LifecycleSettings,
    pub relay: RelaySettings,
    pub consume: ConsumeSettings,
    pub secrets: SecretsSettings,
    pub limits: LimitsSettings,
    pub intake: IntakeSettings,
    pub gaps: GapsSettings,
    pub deliveries: DeliveriesSettings,
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
pub struct IntakeSettings {
    pub batch_limit_bytes: usize,
    pub waiting: usize,
    pub waiting_bytes: usize,
    pub group: usize,
    #[serde(with = "settings::duration")]
    pub commit_timeout: Duration,
    pub outbox_limit: i64,
}

/// How many requests are taken, from an address and with a key.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsSettings {
    pub per_ip: Quota,
    pub per_key: Quota,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GapsSettings {
    #[serde(with = "settings::duration")]
    pub every: Duration,
    #[serde(with = "settings::duration")]
    pub patience: Duration,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveriesSettings {
    pub keep_days: u32,
}

impl DeliveriesSettings {
    /// Plugins repeat an event for days, and a stored one may come back from a backup.
    pub fn keep(&self) -> Duration {
        Duration::from_hours(u64::from(self.keep_days.max(30)) * 24)
    }
}
