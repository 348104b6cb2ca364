//! Traces really leave the process: a collector on loopback, as `main` would set it up, inside a runtime. One test, since `init` is for a
//! whole process.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use telemetry::TelemetrySettings;

#[tokio::test(flavor = "multi_thread")]
async fn spans_reach_the_collector_when_the_guard_is_dropped() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/", listener.local_addr().unwrap());
    let (received, requests) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut bytes = Vec::new();
        let mut chunk = [0; 4096];
        loop {
            let count = stream.read(&mut chunk).unwrap();
            bytes.extend_from_slice(&chunk[..count]);
            if count == 0 || is_whole(&bytes) {
                break;
            }
        }
        let _ = stream.write_all(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n",
        );
        received.send(bytes).unwrap();
    });

    // Quiet logs must not quieten traces.
    let settings = TelemetrySettings {
        filter: "error".to_owned(),
        otlp_endpoint: Some(endpoint),
        ..TelemetrySettings::default()
    };
    let guard = telemetry::init("test-service", &settings).unwrap();
    let parent =
        telemetry::extract([("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]);
    let span = tracing::info_span!("publish to the site");
    telemetry::set_parent(&span, &parent);
    span.in_scope(|| assert!(telemetry::inject()[0].1.contains("4bf92f3577b34da6a3ce929d0e0e4736")));
    drop(span);
    let began = Instant::now();
    drop(guard);
    assert!(began.elapsed() < Duration::from_secs(10));

    let request = requests.recv_timeout(Duration::from_secs(10)).expect("the collector heard nothing");
    let text = String::from_utf8_lossy(&request);
    assert!(text.starts_with("POST /v1/traces HTTP/1.1"), "{text}");
    assert!(text.contains("test-service") && text.contains("publish to the site"), "{text}");
    let trace = [0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6];
    assert!(request.windows(trace.len()).any(|it| it == trace), "the caller's trace goes on");

    assert!(telemetry::metrics::render().contains(r#"igny8_build_info{service="test-service""#));
    assert!(telemetry::init("again", &settings).is_err(), "once per process");
}

fn is_whole(request: &[u8]) -> bool {
    let Some(head) = request.windows(4).position(|it| it == b"\r\n\r\n") else { return false };
    let text = String::from_utf8_lossy(&request[..head]).to_lowercase();
    let length = text.lines().find_map(|it| it.strip_prefix("content-length: ")?.parse::<usize>().ok());
    length.is_some_and(|length| request.len() >= head + 4 + length)
}
