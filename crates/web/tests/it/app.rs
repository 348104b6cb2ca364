use std::time::Duration;

use actix_web::web::{ServiceConfig, get, post, resource, scope};
use actix_web::{HttpRequest, HttpResponse};
use lifecycle::Readiness;
use serde::Deserialize;
use serde_json::{Value, json};
use web::test::{TestRequest, app, app_with};
use web::{
    BodyLimit, HttpSettings, IdempotencyKey, Json, List, OptionalJson, Page, Path, Problem, RawBody, Success,
};

#[derive(Deserialize)]
struct Note {
    text: String,
}

fn routes(config: &mut ServiceConfig) {
    config
        .service(
            resource("/notes")
                .route(post().to(async |Json(note): Json<Note>, key: IdempotencyKey| {
                    let key = key.required()?;
                    Ok::<_, Problem>(Success::created(format!("/notes/{key}"), note.text))
                }))
                .route(get().to(async |page: Page| {
                    let after = page.after::<i64>()?.unwrap_or(0);
                    let rows: Vec<i64> = (after + 1..=5).take(page.limit as usize + 1).collect();
                    Ok::<List<String>, Problem>(page.list(rows, |row| *row, |row| format!("note {row}")))
                })),
        )
        .service(resource("/notes/{id}").route(get().to(async |id: Path<i64>| Success::ok(*id))))
        .service(resource("/publish").route(post().to(async |OptionalJson(wish): OptionalJson<Note>| {
            Success::accepted("/jobs/1", wish.map(|it| it.text))
        })))
        .service(
            scope("/small")
                .app_data(BodyLimit(16))
                .service(resource("/raw").route(post().to(async |body: RawBody| Success::ok(body.len())))),
        )
        .service(resource("/text").route(post().to(async |text: String| text)))
        .service(resource("/panic").route(get().to(panics)))
        .service(resource("/panic-at-once").route(get().to(panics_at_once)))
        .service(resource("/broken").route(get().to(async || {
            let cause = std::io::Error::other("password=hunter2");
            Err::<HttpResponse, Problem>(Problem::internal(&cause))
        })))
        .service(resource("/busy").route(get().to(async || {
            Err::<HttpResponse, Problem>(
                Problem::new(
                    actix_web::http::StatusCode::CONFLICT,
                    "in_progress",
                    "Another request is at work.",
                )
                .retry_after(Duration::from_millis(1500))
                .with("post_id", 7),
            )
        })))
        .service(
            resource("/own").route(get().to(async || HttpResponse::BadRequest().json(json!({"mine": true})))),
        )
        .service(macro_route);
}

#[actix_web::get("/macro")]
async fn macro_route() -> &'static str {
    "here"
}

async fn panics() -> HttpResponse {
    tokio::task::yield_now().await;
    panic!("password=hunter2")
}

fn panics_at_once(_: HttpRequest) -> std::future::Ready<HttpResponse> {
    panic!("at once")
}

#[actix_web::test]
async fn envelopes() {
    let app = app(routes).await;
    let request = TestRequest::post()
        .uri("/notes")
        .set_json(json!({"text": "hi"}))
        .insert_header(("Idempotency-Key", "k-1"));
    let created = app.send(request).await;
    assert_eq!(created.status, 201);
    assert_eq!(created.header("location"), "/notes/k-1");
    assert_eq!(created.header("content-type"), "application/json");
    assert_eq!(created.json(), json!({"success": true, "data": "hi"}));

    let accepted = app.send(TestRequest::post().uri("/publish")).await;
    assert_eq!((accepted.status.as_u16(), accepted.json()), (202, json!({"success": true, "data": null})));
    let accepted = app.post_json("/publish", json!({"text": "x"})).await;
    assert_eq!(accepted.json()["data"], "x");
}

#[actix_web::test]
async fn a_list_is_read_page_by_page() {
    let app = app(routes).await;
    let mut path = "/notes/?limit=2&kind=a".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = app.get(&path).await;
        assert_eq!(page.status, 200);
        let body = page.json();
        seen.extend(body["data"].as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()));
        assert_eq!(body["pagination"]["limit"], 2);
        match body["pagination"]["next_cursor"].as_str() {
            None => break assert_eq!(page.header("link"), ""),
            Some(cursor) => {
                path = format!("/notes?limit=2&kind=a&cursor={cursor}");
                assert_eq!(page.header("link"), format!("<{path}>; rel=\"next\""));
            }
        }
    }
    assert_eq!(seen, ["note 1", "note 2", "note 3", "note 4", "note 5"]);
    assert_eq!(app.get("/notes?cursor=nonsense").await.code(), "invalid_cursor");
}

#[actix_web::test]
async fn refusals() {
    let app = app(routes).await;
    let json = |body: &'static str| {
        TestRequest::post()
            .uri("/notes")
            .insert_header(("content-type", "application/json"))
            .set_payload(body)
    };
    let get = |path: &str| TestRequest::get().uri(path);
    let cases = [
        (json("{"), 400, "malformed_json"),
        (json(r#"{"text": "\u0000"}"#), 400, "invalid_text"),
        (json(r#"{"text": 3}"#), 422, "invalid_field"),
        (json(r#"{"text": "x"}"#), 400, "idempotency_key_missing"),
        (TestRequest::post().uri("/notes").set_payload(r#"{"text": "x"}"#), 415, "unsupported_media_type"),
        (TestRequest::post().uri("/notes").set_form([("text", "x")]), 415, "unsupported_media_type"),
        (TestRequest::post().uri("/publish").set_payload("x"), 415, "unsupported_media_type"),
        (TestRequest::post().uri("/small/raw").set_payload("x".repeat(17)), 413, "body_too_large"),
        (json("").uri("/notes?x=%00"), 400, "invalid_text"),
        (get("/notes/%ff"), 400, "invalid_text"),
        (get("/notes/abc"), 404, "not_found"),
        (get("/notes/99999999999999999999"), 404, "not_found"),
        (get("/nowhere"), 404, "not_found"),
        (get("/notes?limit=1000"), 422, "invalid_query"),
        (TestRequest::delete().uri("/notes"), 405, "method_not_allowed"),
        (TestRequest::post().uri("/macro"), 405, "method_not_allowed"),
        (TestRequest::post().uri("/text").set_payload(vec![b'x'; 300_000]), 413, "body_too_large"),
        (get("/panic"), 500, "internal"),
        (get("/panic-at-once"), 500, "internal"),
        (get("/broken"), 500, "internal"),
        (get("/busy"), 409, "in_progress"),
    ];
    for (index, (request, status, code)) in cases.into_iter().enumerate() {
        let answer = app.send(request.insert_header(("x-request-id", "asker-0001"))).await;
        let body = answer.json();
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "case {index}: {body}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "case {index}");
        assert_eq!(answer.header("x-request-id"), "asker-0001", "case {index}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "case {index}");
        assert_eq!(body["request_id"], "asker-0001", "case {index}: {body}");
        assert_eq!(body["success"], false);
        assert_eq!(body["status"], status);
        assert_eq!(body["type"], format!("urn:igny8:problem:{code}"));
        assert!(!answer.body.escape_ascii().to_string().contains("hunter2"), "case {index}: {body}");
    }
}

#[actix_web::test]
async fn details_of_refusals() {
    let app = app(routes).await;
    let busy = app.get("/busy").await;
    assert_eq!((busy.header("retry-after"), &busy.json()["post_id"]), ("2", &json!(7)));
    assert_eq!(busy.json()["title"], "In progress");
    assert_eq!(app.send(TestRequest::delete().uri("/notes/")).await.header("allow"), "POST, GET");
    let wrong = app.post_json("/publish", json!({"text": 3})).await;
    assert_eq!(wrong.json()["errors"][0]["field"], "/text");
    // What a handler says on purpose is left alone.
    assert_eq!(app.get("/own").await.json(), json!({"mine": true}));
}

#[actix_web::test]
async fn both_with_and_without_the_trailing_slash() {
    let app = app(routes).await;
    for path in ["/notes/7", "/notes/7/", "/notes//7//"] {
        assert_eq!(app.get(path).await.json()["data"], 7, "{path}");
    }
}

#[actix_web::test]
async fn request_ids() {
    let app = app(routes).await;
    for given in ["", "short", "has space here", "<script>alert(1)</script>", &"x".repeat(129)] {
        let answer = app.send(TestRequest::get().uri("/macro").insert_header(("x-request-id", given))).await;
        let id = answer.header("x-request-id");
        assert_eq!((id.len(), id.as_bytes()[14]), (36, b'7'), "{given:?} became {id}");
    }
}

#[actix_web::test]
async fn probes() {
    let readiness = Readiness::new();
    let database = readiness.register("database");
    let app = app_with(HttpSettings::default(), &readiness, routes).await;
    assert_eq!(app.get("/livez").await.status, 200);
    assert_eq!(app.get("/readyz").await.status, 503);
    database.ok();
    let ready = app.get("/readyz?verbose").await;
    let check = json!({"name": "database", "ok": true, "required": true, "detail": "", "for_seconds": 0});
    let expected: Value = json!({"ready": true, "stopping": false, "checks": [check]});
    assert_eq!((ready.status.as_u16(), ready.json()), (200, expected));
    readiness.stopping();
    assert_eq!(app.get("/readyz").await.json(), json!({"ready": false}));
    assert_eq!(app.get("/livez").await.status, 200);
}

#[actix_web::test]
async fn durations_by_route_template() {
    let app = app(routes).await;
    for path in ["/notes/1", "/notes/2", "/notes/3/", "/unheard-of-route"] {
        app.get(path).await;
    }
    app.get("/panic").await;
    let text = app.get("/metrics").await.body.escape_ascii().to_string().replace("\\\"", "\"");
    for series in [
        r#"http_request_duration_seconds_count{method="GET",route="/notes/{id}",status="200"} "#,
        r#"http_request_duration_seconds_count{method="GET",route="/panic",status="500"} "#,
        r#"http_request_duration_seconds_count{method="GET",route="unmatched",status="404"} "#,
        "http_panics_total ",
        "process_resident_memory_bytes ",
    ] {
        assert!(text.contains(series), "{series} is not in {text}");
    }
    assert!(!text.contains("unheard-of-route"));
}
