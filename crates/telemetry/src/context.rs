use std::collections::HashMap;

use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TraceContextExt;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// A place in a trace that may have begun elsewhere.
#[derive(Clone, Debug)]
pub struct TraceContext(Context);

/// The current span as W3C header pairs; empty outside of any span.
pub fn inject() -> Vec<(String, String)> {
    let mut pairs = HashMap::new();
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut pairs);
    pairs.retain(|_, value: &mut String| !value.is_empty());
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort();
    pairs
}

/// Reads `traceparent` and `tracestate` from header pairs; names in any case. Anything ill-formed is ignored.
pub fn extract<K: AsRef<str>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> TraceContext {
    let pairs: HashMap<String, String> =
        pairs.into_iter().map(|(name, value)| (name.as_ref().to_ascii_lowercase(), value.into())).collect();
    TraceContext(TraceContextPropagator::new().extract_with_context(&Context::new(), &pairs))
}

/// Makes `span` a child of `context`. To be called before the span is entered.
pub fn set_parent(span: &Span, context: &TraceContext) {
    if context.0.span().span_context().is_valid() {
        // It fails only where no traces are collected (tests), or when the span is already running.
        let _ = span.set_parent(context.0.clone());
    }
}

/// Lets `span` point to `context` without becoming a part of its trace.
pub fn link(span: &Span, context: &TraceContext) {
    let target = context.0.span().span_context().clone();
    if target.is_valid() {
        span.add_link(target);
    }
}

/// The id under which the current span is found in the trace store.
pub fn current_trace_id() -> Option<String> {
    let context = Span::current().context();
    let span = context.span();
    let span = span.span_context();
    span.is_valid().then(|| span.trace_id().to_string())
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::TracerProvider as _;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn traced(body: impl FnOnce()) {
        let provider = opentelemetry_sdk::trace::SdkTracerProvider::builder().build();
        let traces = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(traces), body);
    }

    #[test]
    fn a_trace_goes_through_string_pairs() {
        traced(|| {
            let incoming = extract([("Traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01"))]);
            let span = tracing::info_span!("consume");
            set_parent(&span, &incoming);
            let outgoing = span.in_scope(|| {
                assert_eq!(current_trace_id().as_deref(), Some(TRACE));
                inject()
            });
            let (name, value) = &outgoing[0];
            assert_eq!(name, "traceparent");
            assert!(value.starts_with(&format!("00-{TRACE}-")), "{value}");
            assert!(!value.contains("00f067aa0ba902b7"), "the span's own id, not its parent's: {value}");
        });
    }

    #[test]
    fn nonsense_begins_a_new_trace() {
        for header in ["", "00-zz-yy-01", "00-00000000000000000000000000000000-0000000000000000-01", "ü"] {
            traced(|| {
                let span = tracing::info_span!("request");
                set_parent(&span, &extract([("traceparent", header)]));
                span.in_scope(|| assert!(current_trace_id().is_some(), "{header:?}"));
            });
        }
    }

    #[test]
    fn without_a_span_there_is_nothing_to_pass_on() {
        assert!(inject().is_empty());
        assert_eq!(current_trace_id(), None);
    }
}
