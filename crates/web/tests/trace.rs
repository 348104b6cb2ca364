//! What a request leaves behind in logs and traces. One test, since telemetry is set up for a whole process.

#![allow(clippy::unwrap_used, reason = "a missing value is a failed test")]

use std::process::Command;

use actix_web::web::{get, resource};
use serde_json::Value;
use telemetry::{LogFormat, TelemetrySettings};
use web::test::{TestRequest, app};
use web::{BusyRoutes, Path, Success};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PART: &str = "WEB_TEST_PART";

/// Runs as a process of its own, so that its standard output can be read.
#[actix_web::test]
async fn one_line_per_request_with_ids_and_without_secrets() {
    if std::env::var_os(PART).is_some() {
        return answer_a_few().await;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "one_line_per_request_with_ids_and_without_secrets", "--nocapture"])
        .env(PART, "1")
        .env_remove("RUST_LOG")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let lines: Vec<serde_json::Value> = text.lines().filter_map(|it| serde_json::from_str(it).ok()).collect();
    let messages: Vec<_> = lines.iter().map(|it| it["message"].as_str().unwrap_or_default()).collect();
    assert_eq!(
        messages,
        ["answered", "panicked", "answered", "answered", "answered", "answered"],
        "the probe is not logged, nor most of what is well on a busy route\n{text}"
    );
    let (first, span) = (&lines[0], &lines[0]["span"]);
    assert_eq!((&first["http.status"], &span["http.route"]), (&200.into(), &"/echo/{id}".into()), "{text}");
    assert_eq!((&span["request_id"], &span["trace_id"]), (&"asker-0001".into(), &TRACE.into()), "{text}");
    assert_eq!(lines[1]["span"]["request_id"], "asker-0002", "a panic is found by its request's id\n{text}");
    let busy: Vec<_> = lines[3..].iter().map(|it| (&it["span"]["request_id"], &it["http.status"])).collect();
    let expected = [("busy-0000", 200), ("busy-gone", 404), ("busy-seen", 200)]
        .map(|(id, status)| (Value::from(id), Value::from(status)));
    assert_eq!(busy, expected.each_ref().map(|(id, status)| (id, status)), "{text}");
    assert_eq!(
        (&lines[4]["span"]["http.route"], &lines[4]["span"]["http.method"]),
        (&"/busy/{id}".into(), &"GET".into())
    );
    assert!(!text.contains("hunter2"), "{text}");
}

async fn answer_a_few() {
    let settings = TelemetrySettings { format: LogFormat::Json, ..TelemetrySettings::default() };
    let _guard = telemetry::init("web-test", &settings).unwrap();
    let app = app(|config| {
        config
            .service(resource("/echo/{id}").route(get().to(async || Success::ok(telemetry::inject()))))
            .service(resource("/panic").route(get().to(async || -> &'static str { panic!("on purpose") })))
            .app_data(BusyRoutes::new(["/busy/{id}".to_owned()]))
            .service(resource("/busy/{id}").route(get().to(async |id: Path<i64>| Success::ok(*id))));
    })
    .await;
    let request = TestRequest::get()
        .uri("/echo/7/?token=hunter2")
        .insert_header(("authorization", "Bearer hunter2"))
        .insert_header(("x-request-id", "asker-0001"))
        .insert_header(("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01")));
    let answer = app.send(request).await.json();
    assert_eq!(answer["data"][0][0], "traceparent");
    assert!(answer["data"][0][1].as_str().is_some_and(|it| it.contains(TRACE)), "{answer}");
    app.send(TestRequest::get().uri("/panic").insert_header(("x-request-id", "asker-0002"))).await;
    app.get("/livez").await;
    let busy = async |id: &str, path: &str, flags: &str| {
        let trace = format!("00-{TRACE}-00f067aa0ba902b7-{flags}");
        let request = TestRequest::get().uri(path).insert_header(("traceparent", trace));
        app.send(request.insert_header(("x-request-id", id))).await;
    };
    for nth in 0..50 {
        busy(&format!("busy-{nth:04}"), "/busy/7", "00").await;
    }
    busy("busy-gone", "/busy/none", "00").await;
    busy("busy-seen", "/busy/7", "01").await;
}
