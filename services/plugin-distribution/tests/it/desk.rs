use std::io::{Cursor, Write};

use plugin_distribution::settings::Settings;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::service::{Service, read};

/// The service, and the token of someone who runs it.
pub struct Desk {
    pub service: Service,
    pub token: String,
}

impl Desk {
    pub async fn start() -> Self {
        Self::start_as(|_| ()).await
    }

    pub async fn start_as(change: impl FnOnce(&mut Settings)) -> Self {
        let service = Service::start_as(&[], change).await;
        let token = service.operator().await;
        Self { service, token }
    }

    /// `path` is below `/api/plugins`.
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> (StatusCode, Value) {
        let url = self.service.base.replace("/example", path);
        let request = self.service.client.request(method, url).bearer_auth(&self.token);
        let request = if let Some(body) = body { request.json(body) } else { request };
        read(request.send().await.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn upload(&self, zip: Vec<u8>) -> (StatusCode, Value) {
        let url = format!("{}/versions/", self.service.base);
        let request = self.service.client.post(url).bearer_auth(&self.token);
        read(request.header(CONTENT_TYPE, "application/zip").body(zip).send().await.unwrap()).await
    }
}

/// A plugin `example` of this version as somebody packs it.
pub fn zip(version: &str, code: &str) -> Vec<u8> {
    let header =
        format!("Plugin Name: Example\nVersion: {version}\nRequires at least: 5.6\nRequires PHP: 7.4\n");
    zip_of(&[
        ("example/example.php", &format!("<?php\n/*\n{header}*/\n{code}")),
        ("example/readme.txt", "=== Example ===\nTested up to: 6.5\n\n== Changelog ==\n* New.\n"),
        ("example/tests/a.php", "<?php // not for sites"),
        ("example/release-keys.json", "{\"keys\": {\"0000000000000000\": \"a stranger's\"}}"),
    ])
}

pub fn zip_of(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
