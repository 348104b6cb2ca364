//! What `settings.default.toml` describes.

use std::path::Path;
use std::time::Duration;

use database::DatabaseSettings;
use domain::AddressPolicy;
use domain::content::ImagePolicy;
use domain::delivery::{BreakerPolicy, RetryPolicy};
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
    pub http: HttpSettings,
    pub database: DatabaseSettings,
    pub broker: BrokerSettings,
    pub telemetry: TelemetrySettings,
    pub lifecycle: LifecycleSettings,
    pub relay: RelaySettings,
    pub consume: ConsumeSettings,
    pub secrets: SecretsSettings,
    pub signing: SigningSettings,
    pub egress: EgressSettings,
    pub images: ImagesSettings,
    pub jobs: JobsSettings,
    pub retry: RetrySettings,
    pub mending: TriesSettings,
    pub reading: TriesSettings,
    pub breaker: BreakerSettings,
}

impl Settings {
    pub fn load(file: Option<&Path>) -> Result<Self, Box<SettingsError>> {
        settings::load(DEFAULTS, file).map_err(Box::new)
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretsSettings {
    pub sealing_key: Secret,
    pub older_sealing_keys: Vec<Secret>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningSettings {
    pub private_key: Secret,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EgressSettings {
    pub allow_loopback: bool,
    pub allowed_ports: Vec<u16>,
    #[serde(with = "settings::duration")]
    pub timeout: Duration,
    #[serde(with = "settings::duration")]
    pub connect_timeout: Duration,
    pub max_answer_bytes: usize,
}

impl EgressSettings {
    pub fn policy(&self) -> AddressPolicy {
        AddressPolicy { allow_loopback: self.allow_loopback, allowed_ports: self.allowed_ports.clone() }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImagesSettings {
    pub max_bytes: usize,
    pub max_count: usize,
    pub parallel: usize,
    #[serde(with = "settings::duration")]
    pub budget: Duration,
    pub in_flight: usize,
    pub keep_location: bool,
    pub max_edge: u32,
    pub max_pixels: u64,
    pub decoding: usize,
}

impl ImagesSettings {
    /// For articles that say nothing themselves.
    pub fn policy(&self) -> ImagePolicy {
        ImagePolicy { keep_location: self.keep_location, max_edge_px: self.max_edge }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobsSettings {
    pub max_in_flight: usize,
    pub per_site: i32,
    pub claim_batch: usize,
    pub poll_ms: u64,
    pub lease_seconds: u64,
    pub finish_batch: usize,
    pub finish_wait_ms: u64,
    #[serde(with = "settings::duration")]
    pub max_wait: Duration,
    #[serde(with = "settings::duration")]
    pub expire_every: Duration,
    #[serde(with = "settings::duration")]
    pub keep: Duration,
}

impl JobsSettings {
    pub fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_seconds)
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetrySettings {
    pub max_attempts: u32,
    #[serde(with = "settings::duration")]
    pub first_delay: Duration,
    pub factor: f64,
    #[serde(with = "settings::duration")]
    pub max_delay: Duration,
    pub jitter: f64,
    #[serde(with = "settings::duration")]
    pub max_retry_after: Duration,
    #[serde(with = "settings::duration")]
    pub first_look: Duration,
    #[serde(with = "settings::duration")]
    pub max_look_delay: Duration,
    #[serde(with = "settings::duration")]
    pub max_doubt: Duration,
}

impl RetrySettings {
    pub fn policy(&self) -> RetryPolicy {
        RetryPolicy {
            max_attempts: self.max_attempts,
            first_delay: self.first_delay,
            factor: self.factor,
            max_delay: self.max_delay,
            jitter: self.jitter,
            max_retry_after: self.max_retry_after,
            first_look: self.first_look,
            max_look_delay: self.max_look_delay,
            max_doubt: self.max_doubt,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TriesSettings {
    pub max_attempts: u32,
    #[serde(with = "settings::duration")]
    pub first_delay: Duration,
    pub factor: f64,
    #[serde(with = "settings::duration")]
    pub max_delay: Duration,
}

impl TriesSettings {
    /// What is not said here is as for commands.
    pub fn policy(&self, retry: &RetrySettings) -> RetryPolicy {
        RetryPolicy {
            max_attempts: self.max_attempts,
            first_delay: self.first_delay,
            factor: self.factor,
            max_delay: self.max_delay,
            ..retry.policy()
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakerSettings {
    pub threshold: u32,
    #[serde(with = "settings::duration")]
    pub first_pause: Duration,
    #[serde(with = "settings::duration")]
    pub max_pause: Duration,
    #[serde(with = "settings::duration")]
    pub probe_patience: Duration,
}

impl BreakerSettings {
    pub fn policy(&self) -> BreakerPolicy {
        BreakerPolicy {
            threshold: self.threshold,
            first_pause: self.first_pause,
            max_pause: self.max_pause,
            probe_patience: self.probe_patience,
        }
    }
}
