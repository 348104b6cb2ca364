//! Counters, gauges and histograms of the process. Asking for a name a second time gives the same metric.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use prometheus::{HistogramOpts, Opts, TextEncoder};
pub use prometheus::{HistogramVec, IntCounterVec, IntGauge, IntGaugeVec};

/// Buckets for what a person or a site waits for, in seconds.
pub const SECONDS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// Something that only grows; its name ends in `_total`.
pub fn counter(name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
    known(
        name,
        |metric| if let Metric::Counter(it) = metric { Some(it.clone()) } else { None },
        || Metric::Counter(register(IntCounterVec::new(Opts::new(name, help), labels))),
    )
}

/// Something that goes up and down.
pub fn gauge(name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
    known(
        name,
        |metric| if let Metric::Gauge(it) = metric { Some(it.clone()) } else { None },
        || Metric::Gauge(register(IntGaugeVec::new(Opts::new(name, help), labels))),
    )
}

/// How often which value was seen; for durations the name ends in `_seconds` and the buckets are [`SECONDS`].
pub fn histogram(name: &str, help: &str, labels: &[&str], buckets: &[f64]) -> HistogramVec {
    known(
        name,
        |metric| if let Metric::Histogram(it) = metric { Some(it.clone()) } else { None },
        || {
            Metric::Histogram(register(HistogramVec::new(
                HistogramOpts::new(name, help).buckets(buckets.to_vec()),
                labels,
            )))
        },
    )
}

/// Everything, as Prometheus reads it.
pub fn render() -> String {
    // One family that can't be written must not hide the others.
    prometheus::gather()
        .iter()
        .filter_map(|family| TextEncoder::new().encode_to_string(std::slice::from_ref(family)).ok())
        .collect()
}

pub(crate) fn build_info(service: &str) {
    gauge("igny8_build_info", "Which program this is; always 1.", &["service", "version"])
        .with_label_values(&[service, env!("CARGO_PKG_VERSION")])
        .set(1);
}

enum Metric {
    Counter(IntCounterVec),
    Gauge(IntGaugeVec),
    Histogram(HistogramVec),
}

static KNOWN: LazyLock<Mutex<HashMap<String, Metric>>> = LazyLock::new(Mutex::default);

fn known<M>(name: &str, pick: fn(&Metric) -> Option<M>, make: impl FnOnce() -> Metric) -> M {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let metric = known.entry(name.to_owned()).or_insert_with(make);
    pick(metric).expect("invariant: a metric's name is used for one kind of metric only")
}

fn register<C: prometheus::core::Collector + Clone + 'static>(metric: prometheus::Result<C>) -> C {
    let metric = metric.expect("invariant: names and labels of metrics are well-formed constants");
    prometheus::register(Box::new(metric.clone())).expect("invariant: no other registration under this name");
    metric
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_is_the_same_metric() {
        counter("test_twice_total", "Twice.", &["kind"]).with_label_values(&["a"]).inc();
        counter("test_twice_total", "Twice.", &["kind"]).with_label_values(&["a"]).inc();
        histogram("test_wait_seconds", "Wait.", &["kind"], SECONDS).with_label_values(&["a"]).observe(0.2);
        gauge("test_depth", "Depth.", &["queue"]).with_label_values(&["q"]).set(-3);
        let text = render();
        assert!(text.contains("test_twice_total{kind=\"a\"} 2"), "{text}");
        assert!(text.contains("test_wait_seconds_bucket{kind=\"a\",le=\"0.25\"} 1"), "{text}");
        assert!(text.contains("test_depth{queue=\"q\"} -3"), "{text}");
    }

    #[test]
    fn the_process_reports_itself() {
        let text = render();
        for name in ["process_resident_memory_bytes", "process_open_fds", "process_cpu_seconds_total"] {
            assert!(text.contains(name), "{name} is missing from {text}");
        }
    }
}
