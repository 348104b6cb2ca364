#![doc = include_str!("../README.md")]

pub mod metrics;

mod context;
mod export;
mod logs;

pub use context::{TraceContext, current_trace_id, extract, inject, link, set_parent};

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use serde::Deserialize;
use tracing_subscriber::Layer as _;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct TelemetrySettings {
    pub format: LogFormat,
    /// As in `RUST_LOG`.
    pub filter: String,
    /// Base address of an OTLP/HTTP collector; nothing is exported without one.
    pub otlp_endpoint: Option<String>,
    /// Which part of the traces that begin here is exported, 0 to 1.
    pub sample_ratio: f64,
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self { format: LogFormat::Auto, filter: "info".to_owned(), otlp_endpoint: None, sample_ratio: 1.0 }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Json,
    Pretty,
    /// Pretty on a terminal, else JSON.
    #[default]
    Auto,
}

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("telemetry.filter {filter:?} is not understood")]
    Filter {
        filter: String,
        #[source]
        source: tracing_subscriber::filter::ParseError,
    },
    #[error("no traces can be sent to telemetry.otlp_endpoint {endpoint:?}")]
    Exporter {
        endpoint: String,
        #[source]
        source: opentelemetry_otlp::ExporterBuildError,
    },
    #[error("logs are already set up")]
    Twice(#[source] tracing_subscriber::util::TryInitError),
}

/// Sends what is left when dropped. Keep it until the end of `main`.
#[must_use = "dropping it ends the export of traces"]
#[derive(Debug)]
pub struct Guard(SdkTracerProvider);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(error = %error, "the last traces may not have been sent");
        }
    }
}

/// Sets up logs and traces for the whole process.
pub fn init(service: &str, settings: &TelemetrySettings) -> Result<Guard, TelemetryError> {
    let filter = logs::filter(&settings.filter)?;
    let provider = export::provider(service, settings)?;
    // Each its own filter: quiet logs must not tear holes into traces.
    let logs = logs::layer(settings.format).with_filter(filter);
    let traces = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("igny8"))
        .with_filter(tracing_subscriber::filter::LevelFilter::INFO);
    tracing_subscriber::registry().with(logs).with(traces).try_init().map_err(TelemetryError::Twice)?;
    metrics::build_info(service);
    Ok(Guard(provider))
}
