use std::io::Cursor;

use reqwest::StatusCode;
use reqwest::header::{ETAG, IF_NONE_MATCH};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::service::Service;

#[tokio::test]
async fn a_release_is_offered_downloaded_and_counted() {
    let service = Service::start().await;
    assert_eq!(service.get("/info/").await.0, StatusCode::NOT_FOUND);
    service.release("1.0.0", "// one").await.unwrap();

    let (status, info) = service.get("/info/").await;
    assert_eq!(status, StatusCode::OK);
    let info = &info["data"];
    assert_eq!(info["version"], "1.0.0");
    assert_eq!(info["tested"], "6.5");
    assert_eq!(info["sections"]["changelog"], "<ul><li>New.</li></ul>");
    assert_eq!(info["download_link"], "https://plugins.example/api/plugins/example/download/");

    let download = format!("{}/download/", service.base);
    let response = service.client.get(&download).send().await.unwrap();
    let tag = response.headers()[ETAG].clone();
    let package = response.bytes().await.unwrap();
    assert_eq!(info["sha256"], hex::encode(Sha256::digest(&package)));
    assert_eq!(info["size"], package.len());
    let mut zip = zip::ZipArchive::new(Cursor::new(&package)).unwrap();
    assert!(zip.by_name("example/example.php").is_ok());
    let again = service.client.get(&download).header(IF_NONE_MATCH, tag).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    service.write_counts().await;
    assert_eq!(service.count("plugin_downloads").await, 1);

    let v1 = service.client.get(download.replace("/api/", "/api/v1/")).send().await.unwrap();
    assert_eq!(v1.bytes().await.unwrap(), package, "the alias gives the same");
}

#[tokio::test]
async fn a_released_version_never_changes() {
    let service = Service::start().await;
    service.release("1.0.0", "// one").await.unwrap();
    service.release("1.0.0", "// one").await.unwrap();
    let refusal = service.release("1.0.0", "// another").await.unwrap_err().to_string();
    assert!(refusal.contains("higher version"), "{refusal}");
    assert_eq!(service.files().len(), 1, "what was refused is not on the shelf");
    assert_eq!(service.count("plugin_versions").await, 1);
}

#[tokio::test]
async fn sites_are_offered_the_newest_that_fits_them() {
    let service = Service::start().await;
    service.release("1.9.0", "// old").await.unwrap();
    service.release("1.10.0", "// new").await.unwrap();
    service.release("1.8.0", "// a late fix of an older line").await.unwrap();
    assert_eq!(service.count("plugin_versions WHERE is_latest").await, 1);
    for (installed, php, expected) in [
        ("1.9.0", "8.2.0", true),
        ("1.10.0", "8.2.0", false),
        ("2.0.0", "8.2.0", false),
        ("1.9.0", "7.3.1", false),
    ] {
        let body =
            json!({"current_version": installed, "wp_version": "6.5", "php_version": php, "site_url": "x"});
        let (status, answer) = service.post("/check-update/", None, &body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(answer["data"]["new_version"], "1.10.0");
        assert_eq!(answer["data"]["update_available"], expected, "{installed} on PHP {php}");
    }
    assert_eq!(service.get("/download/?version=1.8.0").await.0, StatusCode::OK);
    assert_eq!(service.get("/download/?version=3.0.0").await.0, StatusCode::NOT_FOUND);
    let (status, problem) = service.post("/check-update/", None, &json!({"current_version": 1})).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid_field")));
}
