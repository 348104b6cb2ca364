use std::io::IsTerminal;

use tracing::Subscriber;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Layer};

use crate::{LogFormat, TelemetryError};

pub fn filter(settings: &str) -> Result<EnvFilter, TelemetryError> {
    let filter =
        std::env::var("RUST_LOG").ok().filter(|it| !it.is_empty()).unwrap_or_else(|| settings.to_owned());
    EnvFilter::builder().parse(&filter).map_err(|source| TelemetryError::Filter { filter, source })
}

pub fn layer<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let people = match format {
        LogFormat::Json => false,
        LogFormat::Pretty => true,
        LogFormat::Auto => std::io::stdout().is_terminal(),
    };
    if people {
        tracing_subscriber::fmt::layer().with_ansi(std::io::stdout().is_terminal()).boxed()
    } else {
        tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .boxed()
    }
}
