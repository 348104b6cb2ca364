//! Packages in a bucket: over HTTP, signed, from a server that checks signatures.

use std::net::SocketAddr;

use hyper_util::rt::{TokioExecutor, TokioIo};
use reqwest::StatusCode;
use reqwest::header::{ETAG, IF_NONE_MATCH, RANGE};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::service::Service;

const KEY_ID: &str = "key-id";
const SECRET: &str = "secret";

/// A store with the bucket `packages`; it ends with the test's runtime.
async fn store() -> (SocketAddr, TempDir) {
    let place = tempfile::tempdir().unwrap();
    std::fs::create_dir(place.path().join("packages")).unwrap();
    let mut builder = S3ServiceBuilder::new(FileSystem::new(place.path()).unwrap());
    builder.set_auth(SimpleAuth::from_single(KEY_ID, SECRET));
    let service = builder.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                // A client that goes away is no fault of this server's.
                let _ = server.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    (address, place)
}

fn bucket(address: SocketAddr, secret: &str) -> String {
    format!(
        r#"{{ name = "packages", region = "eu-central-1", endpoint = "http://{address}", path_style = true, allow_http = true, prefix = "releases",
            access_key_id = "{KEY_ID}", secret_access_key = "{secret}" }}"#
    )
}

async fn service(address: SocketAddr, memory_bytes: &str) -> Service {
    let bucket = bucket(address, SECRET);
    Service::start_with(&[
        ("IGNY8__ARTIFACTS__BUCKET", &bucket),
        ("IGNY8__ARTIFACTS__MEMORY_BYTES", memory_bytes),
    ])
    .await
}

#[tokio::test]
async fn packages_come_from_a_bucket_in_whole_and_in_part() {
    let (address, place) = store().await;
    for (version, memory_bytes) in [("1.0.0", "67108864"), ("1.1.0", "0")] {
        let service = service(address, memory_bytes).await;
        service.release(version, "// so it is").await.unwrap();
        let package = service.package(version).await;
        let url = format!("{}/download/?version={version}", service.base);
        let part = service.client.get(&url).header(RANGE, "bytes=10-19").send().await.unwrap();
        assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
        let etag = part.headers()[ETAG].clone();
        assert_eq!(part.bytes().await.unwrap(), package[10..20]);
        let again = service.client.get(&url).header(IF_NONE_MATCH, etag).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }
    let kept = place.path().join("packages/releases/example");
    assert_eq!(std::fs::read_dir(kept).unwrap().count(), 2);
}

#[tokio::test]
async fn what_is_not_what_was_released_is_not_given_out() {
    let (address, place) = store().await;
    let service = service(address, "0").await;
    service.release("1.0.0", "").await.unwrap();
    let kept = place.path().join("packages/releases/example");
    let file = std::fs::read_dir(kept).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let (status, answer) = service.get("/download/?version=1.0.0").await;
    assert_eq!((status, &answer["code"]), (StatusCode::INTERNAL_SERVER_ERROR, &"package_damaged".into()));
}

#[tokio::test]
async fn a_bucket_that_does_not_let_us_in_is_said_so_and_nothing_is_released() {
    let (address, place) = store().await;
    let service = service(address, "0").await;
    let refused = service
        .release_with("1.0.0", "", &[], |settings| {
            settings.artifacts.bucket.as_mut().unwrap().secret_access_key = "wrong".into();
        })
        .await
        .unwrap_err();
    assert!(format!("{refused:#}").contains("SignatureDoesNotMatch"), "{refused:#}");
    assert_eq!(service.count("plugin_versions").await, 0);
    assert!(!place.path().join("packages/releases").exists());
}
