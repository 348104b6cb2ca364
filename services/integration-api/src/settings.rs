//! What `settings.default.toml` describes.

use std::path::Path;
use std::time::Duration;

use database::DatabaseSettings;
use lifecycle::LifecycleSettings;
use mailbox::{ConsumeSettings, RelaySettings};
use messaging::BrokerSettings;
use secrets::Secret;
use serde::Deserialize;
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
    pub public_urls: PublicUrls,
    pub sites: SitesSettings,
    pub keys: KeysSettings,
    pub sessions: SessionsSettings,
    pub probes: ProbesSettings,
    pub events: EventsSettings,
    pub calendar: CalendarSettings,
    pub sweep: SweepSettings,
    pub pull: PullSettings,
}

impl Settings {
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        Ok(settings::load(DEFAULTS, file)?)
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretsSettings {
    pub api_key_pepper: Secret,
    pub sealing_key: Secret,
    pub older_sealing_keys: Vec<Secret>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningSettings {
    pub public_key: String,
}

/// Base addresses, without a trailing slash.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicUrls {
    pub api: String,
    pub webhooks: String,
    pub plugins: String,
}

impl PublicUrls {
    /// Scheme, host and port of the API, as browsers name where a page comes from.
    pub fn origin(&self) -> &str {
        let host = self.api.find("://").map_or(0, |at| at + 3);
        let end = self.api[host..].find('/').map_or(self.api.len(), |at| host + at);
        &self.api[..end]
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SitesSettings {
    pub allow_loopback: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysSettings {
    pub grace_seconds: u32,
    pub longest_grace_seconds: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionsSettings {
    #[serde(with = "settings::duration")]
    pub lifetime: Duration,
    pub secure_cookie: bool,
    pub concurrent_logins: usize,
    pub failures_allowed: u32,
    #[serde(with = "settings::duration")]
    pub failures_forgotten_after: Duration,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProbesSettings {
    #[serde(with = "settings::duration")]
    pub wait: Duration,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventsSettings {
    pub most_streams: usize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarSettings {
    #[serde(with = "settings::duration")]
    pub poll: Duration,
    #[serde(with = "settings::duration")]
    pub plan_every: Duration,
    pub batch: i64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PullSettings {
    #[serde(with = "settings::duration")]
    pub every: Duration,
    #[serde(with = "settings::duration")]
    pub look_every: Duration,
    #[serde(with = "settings::duration")]
    pub compare_every: Duration,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepSettings {
    #[serde(with = "settings::duration")]
    pub period: Duration,
    pub batch: i64,
}

/// With something for each that has no default.
#[cfg(test)]
pub fn defaults() -> Settings {
    let required = [
        "DATABASE__URL",
        "BROKER__URL",
        "SECRETS__API_KEY_PEPPER",
        "SECRETS__SEALING_KEY",
        "SIGNING__PUBLIC_KEY",
        "PUBLIC_URLS__API",
        "PUBLIC_URLS__WEBHOOKS",
        "PUBLIC_URLS__PLUGINS",
    ];
    let given = required.map(|name| (format!("IGNY8__{name}"), "x://given".to_owned()));
    settings::load_from(DEFAULTS, None, given).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_whole() {
        let settings = defaults();
        assert_eq!(settings.keys.grace_seconds, 24 * 3600);
    }

    #[test]
    fn an_origin_has_no_path() {
        let origin = |api: &str| {
            let urls = PublicUrls { api: api.to_owned(), webhooks: String::new(), plugins: String::new() };
            urls.origin().to_owned()
        };
        assert_eq!(origin("https://api.example.com"), "https://api.example.com");
        assert_eq!(origin("http://127.0.0.1:8080/base/"), "http://127.0.0.1:8080");
        assert_eq!(origin(""), "");
    }
}
