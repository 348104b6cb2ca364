use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};

use crate::{TelemetryError, TelemetrySettings};

pub fn provider(service: &str, settings: &TelemetrySettings) -> Result<SdkTracerProvider, TelemetryError> {
    let builder = SdkTracerProvider::builder()
        .with_resource(Resource::builder().with_service_name(service.to_owned()).build());
    match settings.otlp_endpoint.as_deref().filter(|endpoint| !endpoint.is_empty()) {
        Some(endpoint) => {
            let chosen = Sampler::TraceIdRatioBased(settings.sample_ratio);
            let builder = builder.with_sampler(Sampler::ParentBased(Box::new(chosen)));
            Ok(builder.with_batch_exporter(exporter(endpoint)?).build())
        }
        // Traces still have ids, for the log and for whoever comes next; nothing is written down for nobody.
        None => Ok(builder.with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOff))).build()),
    }
}

fn exporter(endpoint: &str) -> Result<SpanExporter, TelemetryError> {
    // The HTTP client is built without a TLS provider of its own and fails without a default one. If there is one already, it stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    SpanExporter::builder()
        .with_http()
        .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
        .build()
        .map_err(|source| TelemetryError::Exporter { endpoint: endpoint.to_owned(), source })
}
