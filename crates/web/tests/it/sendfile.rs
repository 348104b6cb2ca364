use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::{Data, ServiceConfig, get, resource};
use actix_web::{HttpRequest, HttpResponse};
use lifecycle::{Lifecycle, LifecycleSettings};
use proptest::prelude::*;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use web::test::app;
use web::{HttpSettings, Path, SealedFile, SendFile};

/// Much more than a socket takes at once.
const LENGTH: usize = 9_000_001;

#[derive(Clone)]
struct Given {
    file: SealedFile,
    dropped: Arc<AtomicUsize>,
}

fn bytes() -> Vec<u8> {
    (0..LENGTH).map(|at| u8::try_from((at * 31 + at / 4096) % 251).unwrap()).collect()
}

fn routes() -> (Given, impl Fn(&mut ServiceConfig) + Clone + Send + 'static) {
    let given = Given { file: SealedFile::new(&bytes()).unwrap(), dropped: Arc::default() };
    let data = Data::new(given.clone());
    let give = async |request: HttpRequest, part: Path<(u64, u64)>, given: Data<Given>| {
        let mut response = HttpResponse::Ok();
        let body = SendFile::answer(&request, &mut response, given.file.clone(), part.0.0..part.0.1);
        response.body(Noticed(Box::pin(body), Arc::clone(&given.dropped)))
    };
    (given, move |config| {
        config.app_data(data.clone()).service(resource("/file/{start}/{end}").route(get().to(give)));
    })
}

/// Counts when it is gone.
struct Noticed(std::pin::Pin<Box<SendFile>>, Arc<AtomicUsize>);

impl MessageBody for Noticed {
    type Error = std::io::Error;

    fn size(&self) -> BodySize {
        self.0.size()
    }

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<actix_web::web::Bytes, Self::Error>>> {
        self.0.as_mut().poll_next(context)
    }
}

impl Drop for Noticed {
    fn drop(&mut self) {
        self.1.fetch_add(1, Ordering::Relaxed);
    }
}

fn start() -> (Lifecycle, SocketAddr, Given) {
    let lifecycle = Lifecycle::new(&LifecycleSettings::default());
    let (bind, (given, routes)) = (SocketAddr::from(([127, 0, 0, 1], 0)), routes());
    let settings = HttpSettings { bind, workers: 1, ..HttpSettings::default() };
    let address = web::serve(&settings, &lifecycle, routes).unwrap();
    (lifecycle, address, given)
}

fn ask(part: &Range<usize>) -> String {
    format!("GET /file/{}/{} HTTP/1.1\r\nhost: x\r\n\r\n", part.start, part.end)
}

/// Takes so little at once that the server has to wait for it.
async fn connect(address: SocketAddr) -> BufReader<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    BufReader::new(socket.connect(address).await.unwrap())
}

/// The next answer on the connection: its head in small letters, and as much as it announces.
async fn answer(stream: &mut BufReader<TcpStream>) -> (String, Vec<u8>) {
    let read = async {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(stream.read_line(&mut head).await.unwrap(), 0, "it ends with {head:?}");
        }
        let head = head.to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or_else(|| panic!("no length: {head}"))];
        stream.read_exact(&mut body).await.unwrap();
        (head, body)
    };
    tokio::time::timeout(Duration::from_secs(20), read).await.expect("an answer in time")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_arrives_as_it_is_and_the_connection_stays() {
    let (_lifecycle, address, given) = start();
    let (mut stream, all) = (connect(address).await, bytes());
    for part in [0..LENGTH, 5..10, LENGTH - 1..LENGTH, 4096..8192, 3..3, 100_000..LENGTH] {
        stream.write_all(ask(&part).as_bytes()).await.unwrap();
        let (head, body) = answer(&mut stream).await;
        assert!(head.starts_with("http/1.1 200 ok\r\n") && !head.contains("transfer-encoding"), "{head}");
        assert!(head.contains("x-request-id: "), "{head}");
        assert!(body == all[part.clone()], "{part:?} differs");
    }
    stream.write_all(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(answer(&mut stream).await.0.starts_with("http/1.1 200 ok"));
    assert_eq!(given.dropped.load(Ordering::Relaxed), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_knows_no_keep_alive_gets_it_and_the_end() {
    let (_lifecycle, address, _) = start();
    let mut stream = connect(address).await;
    stream.write_all(b"GET /file/0/300000 HTTP/1.0\r\n\r\n").await.unwrap();
    let (_, body) = answer(&mut stream).await;
    assert!(body == bytes()[..300_000]);
    let mut rest = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
    assert_eq!(end.expect("the connection ends").unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_goes_away_is_noticed() {
    let (_lifecycle, address, given) = start();
    let mut stream = connect(address).await;
    stream.write_all(ask(&(0..LENGTH)).as_bytes()).await.unwrap();
    let mut first = vec![0; 50_000];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(given.dropped.load(Ordering::Relaxed), 0, "it is still on its way");
    drop(stream);
    let began = Instant::now();
    while given.dropped.load(Ordering::Relaxed) == 0 {
        assert!(began.elapsed() < Duration::from_secs(10), "nobody noticed");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut another = connect(address).await;
    another.write_all(ask(&(7..9)).as_bytes()).await.unwrap();
    assert!(answer(&mut another).await.1 == bytes()[7..9]);
}

#[actix_web::test]
async fn a_handler_without_a_connection_gives_the_same() {
    let app = app(routes().1).await;
    assert!(app.get("/file/1/200001").await.body == bytes()[1..200_001]);
}

fn parts() -> impl Strategy<Value = Vec<Range<usize>>> {
    let part = (0..LENGTH, 0..LENGTH).prop_map(|(one, other)| one.min(other)..one.max(other));
    let small = (0..LENGTH - 100, 0..100_usize).prop_map(|(start, length)| start..start + length);
    prop::collection::vec(prop_oneof![part, small], 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Files, and answers without one, asked for at once: each is whole, and in its place.
    #[test]
    fn answers_keep_their_order(parts in parts()) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let (_lifecycle, address, _) = start();
            let (mut stream, all) = (connect(address).await, bytes());
            let asks = parts.iter().map(|part| ask(part) + "GET /livez HTTP/1.1\r\nhost: x\r\n\r\n");
            stream.write_all(asks.collect::<String>().as_bytes()).await.unwrap();
            for part in &parts {
                let (head, body) = answer(&mut stream).await;
                prop_assert!(body == all[part.clone()], "{part:?}: {} bytes, {head}", body.len());
                let (head, _) = answer(&mut stream).await;
                prop_assert!(head.starts_with("http/1.1 200 ok"), "the probe: {head}");
            }
            Ok(())
        })?;
    }
}
