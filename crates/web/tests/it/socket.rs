use std::net::SocketAddr;
use std::time::{Duration, Instant};

use actix_web::web::{ServiceConfig, get, post, resource};
use lifecycle::{Lifecycle, LifecycleSettings, Stage};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use web::{BodyTimeout, HttpSettings, Json, RawBody, Success};

fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/json").route(post().to(async |Json(body): Json<Value>| Success::ok(body))))
        .service(resource("/text").route(post().to(async |text: String| text)))
        .service(
            resource("/patient")
                .app_data(BodyTimeout(Duration::from_secs(30)))
                .route(post().to(async |body: RawBody| Success::ok(body.len()))),
        )
        .service(resource("/panic").route(get().to(async || -> &'static str { panic!("on purpose") })))
        .service(resource("/slow").route(get().to(async || {
            tokio::time::sleep(Duration::from_millis(600)).await;
            "done"
        })));
}

fn start() -> (Lifecycle, SocketAddr) {
    let lifecycle = Lifecycle::new(&LifecycleSettings::default());
    let settings = HttpSettings {
        bind: SocketAddr::from(([127, 0, 0, 1], 0)),
        workers: 2,
        body_timeout: Duration::from_millis(400),
        ..HttpSettings::default()
    };
    let address = web::serve(&settings, &lifecycle, routes).unwrap();
    (lifecycle, address)
}

struct Reply {
    status: u16,
    head: String,
    body: String,
}

/// Reads to the end of one answer, or of the connection.
async fn reply(stream: &mut TcpStream) -> Reply {
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 16 * 1024];
    loop {
        let read =
            tokio::time::timeout(Duration::from_secs(10), stream.read(&mut chunk)).await.expect("an answer");
        let Ok(count @ 1..) = read else { break };
        bytes.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.to_lowercase().lines().find_map(|it| it.strip_prefix("content-length: ")?.parse().ok());
            if length == Some(body.len()) {
                break;
            }
        }
    }
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, head: head.to_lowercase(), body: body.to_owned() }
}

async fn send(address: SocketAddr, request: &str) -> (TcpStream, Reply) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let reply = reply(&mut stream).await;
    (stream, reply)
}

fn code(reply: &Reply) -> String {
    serde_json::from_str::<Value>(&reply.body).unwrap()["code"].as_str().unwrap_or_default().to_owned()
}

async fn closes(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_drips_is_cut_off() {
    let (_lifecycle, address) = start();
    for path in ["/json", "/text"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let began = Instant::now();
        let (mut reader, mut writer) = stream.split();
        let mut answer = vec![0; 4096];
        let count = loop {
            // A byte now and then: alive, but never done.
            let _ = writer.write_all(b" ").await;
            if let Ok(read) = tokio::time::timeout(Duration::from_millis(50), reader.read(&mut answer)).await
            {
                break read.unwrap();
            }
            assert!(began.elapsed() < Duration::from_secs(5), "{path} still waits");
        };
        let text = String::from_utf8_lossy(&answer[..count]).into_owned();
        assert!(text.starts_with("HTTP/1.1 408 "), "{path}: {text}");
        assert!(text.contains(r#""code":"body_timeout""#), "{path}: {text}");
        assert!(began.elapsed() >= Duration::from_millis(350), "{path}: too early");
        assert!(closes(&mut stream).await, "{path}: the connection stays open");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_nobody_reads_does_not_hold_the_connection() {
    let (_lifecycle, address) = start();
    for (path, status) in [("/nowhere", 404), ("/slow", 405)] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        assert_eq!(reply(&mut stream).await.status, status);
        let (mut reader, mut writer) = stream.split();
        let drip = async {
            while writer.write_all(b" ").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let mut rest = Vec::new();
        let end = async { tokio::join!(reader.read_to_end(&mut rest), drip) };
        assert!(tokio::time::timeout(Duration::from_secs(8), end).await.is_ok(), "{path} is still open");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_may_wait_longer() {
    let (_lifecycle, address) = start();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"POST /patient/ HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\na").await.unwrap();
    tokio::time::sleep(Duration::from_millis(900)).await;
    stream.write_all(b"b").await.unwrap();
    let reply = reply(&mut stream).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, r#"{"success":true,"data":2}"#));
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_megabytes_are_refused_announced_or_not() {
    let (_lifecycle, address) = start();
    for framing in ["content-length: 10485760", "transfer-encoding: chunked"] {
        let stream = TcpStream::connect(address).await.unwrap();
        let (mut reader, mut writer) = stream.into_split();
        let head =
            format!("POST /json HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{framing}\r\n\r\n");
        let chunked = framing.contains("chunked");
        let pump = tokio::spawn(async move {
            writer.write_all(head.as_bytes()).await?;
            let block = vec![b' '; 65_536];
            for _ in 0..160 {
                if chunked {
                    writer.write_all(b"10000\r\n").await?;
                }
                writer.write_all(&block).await?;
                if chunked {
                    writer.write_all(b"\r\n").await?;
                }
            }
            if chunked {
                writer.write_all(b"0\r\n\r\n").await?;
            }
            Ok::<_, std::io::Error>(writer)
        });
        let mut answer = vec![0; 8192];
        let count =
            tokio::time::timeout(Duration::from_secs(10), reader.read(&mut answer)).await.unwrap().unwrap();
        let text = String::from_utf8_lossy(&answer[..count]);
        assert!(text.starts_with("HTTP/1.1 413 "), "{framing}: {text}");
        assert!(
            text.contains(r#""code":"body_too_large""#) && text.contains(r#""limit_bytes":1048576"#),
            "{text}"
        );
        // The rest of the body may be refused by then; either way it ends.
        let _ = tokio::time::timeout(Duration::from_secs(10), pump)
            .await
            .expect("the client isn't left hanging")
            .unwrap();
    }
    let (_, reply) = send(address, "GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert_eq!(reply.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_answered_and_the_connection_lives_on() {
    let (_lifecycle, address) = start();
    let (mut stream, first) =
        send(address, "GET /panic HTTP/1.1\r\nhost: x\r\nx-request-id: panic-0001\r\n\r\n").await;
    assert_eq!((first.status, code(&first).as_str()), (500, "internal"));
    assert!(first.head.contains("x-request-id: panic-0001"), "{}", first.head);
    assert!(first.head.contains("content-type: application/problem+json"), "{}", first.head);
    assert!(first.body.contains(r#""request_id":"panic-0001""#), "{}", first.body);
    stream.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert_eq!(reply(&mut stream).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_finishes_what_is_in_flight_and_takes_nothing_new() {
    let (lifecycle, address) = start();
    let (idle, _) = send(address, "GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let in_flight = tokio::spawn(send_owned(address, "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n"));
    tokio::time::sleep(Duration::from_millis(200)).await;
    lifecycle.stop();
    let began = Instant::now();
    let stopped = lifecycle.run_until_stopped().await;
    assert!(stopped.is_clean(), "{stopped:?}");
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "an idle connection holds it up: {:?}",
        began.elapsed()
    );
    assert!(lifecycle.shutdown(Stage::Doors).is_cancelled());
    let reply = in_flight.await.unwrap();
    assert_eq!((reply.status, reply.body.as_str()), (200, "done"));
    assert!(TcpStream::connect(address).await.is_err(), "the door is closed");
    drop(idle);
}

async fn send_owned(address: SocketAddr, request: &'static str) -> Reply {
    send(address, request).await.1
}
