use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use domain::ApiKey;
use domain::plugin::{Statement, key_id};
use plugin_distribution::settings::Settings;
use reqwest::StatusCode;
use secrets::{SigningKey, VerifyingKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::service::Service;

/// The keys that a package's successors may be signed with, as the plugin reads them.
pub fn keys_in(package: &[u8]) -> BTreeMap<String, VerifyingKey> {
    let mut text = String::new();
    let mut zip = zip::ZipArchive::new(Cursor::new(package)).unwrap();
    zip.by_name("example/release-keys.json").unwrap().read_to_string(&mut text).unwrap();
    let written: Value = serde_json::from_str(&text).unwrap();
    let key = |key: &Value| VerifyingKey::from_base64(key.as_str().unwrap()).unwrap();
    let keys: BTreeMap<_, _> =
        written["keys"].as_object().unwrap().iter().map(|(id, it)| (id.clone(), key(it))).collect();
    assert!(keys.iter().all(|(id, key)| *id == key_id(&key.to_bytes())), "{text}");
    keys
}

/// Whether a site that knows these keys takes what it is told of a package.
fn is_taken(told: &Value, keys: &BTreeMap<String, VerifyingKey>) -> bool {
    let text = |name: &str| told[name].as_str().unwrap();
    let statement = Statement {
        slug: "example",
        version: text("version"),
        sha256: text("sha256"),
        size: told["size"].as_i64().unwrap(),
    };
    let key = keys.get(text("key_id"));
    key.is_some_and(|key| key.verify(statement.to_string().as_bytes(), text("signature")))
}

async fn check(service: &Service) -> Value {
    let (status, answer) = service.post("/check-update/", None, &json!({"current_version": "0.1.0"})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["data"].clone()
}

#[tokio::test]
async fn a_release_is_signed_with_a_key_in_its_own_package() {
    let service = Service::start().await;
    service.release("1.0.0", "// one").await.unwrap();
    let package = service.package("1.0.0").await;
    let (told, keys) = (check(&service).await, keys_in(&package));
    assert_eq!(told["sha256"], hex::encode(Sha256::digest(&package)));
    assert_eq!((&told["size"], &told["log_index"]), (&json!(package.len()), &json!(0)));
    assert!(is_taken(&told, &keys));

    let key = ApiKey::generate();
    service.knows(7, &key).await;
    let (_, grant) = service.post("/download-grant/", Some(key.expose()), &json!({"version": "1.0.0"})).await;
    assert!(is_taken(&grant["data"], &keys), "{grant}");

    let mut other = told.clone();
    other["version"] = json!("1.0.1");
    assert!(!is_taken(&other, &keys), "the signature is for no other version");
}

#[tokio::test]
async fn a_key_is_replaced_by_a_release_that_carries_both() {
    let service = Service::start().await;
    let new = SigningKey::generate();
    service.release("1.0.0", "// with the old key").await.unwrap();
    let both = |settings: &mut Settings| {
        settings.release.trusted_keys = vec![new.verifying_key().to_base64()];
    };
    service.release_with("1.1.0", "// with the old key, and both in it", &[], both).await.unwrap();
    service.app.state.offers.reload().await.unwrap();
    let bridge = check(&service).await;
    let only_new = |settings: &mut Settings| {
        settings.release.signing_key = Some(new.to_base64());
    };
    service.release_with("1.2.0", "// with the new key", &[], only_new).await.unwrap();
    service.app.state.offers.reload().await.unwrap();
    let last = check(&service).await;

    let [old, both, new] = ["1.0.0", "1.1.0", "1.2.0"].map(|it| service.package(it));
    let (old, both, new) = (keys_in(&old.await), keys_in(&both.await), keys_in(&new.await));
    assert_eq!((old.len(), both.len(), new.len()), (1, 2, 1));
    assert!(is_taken(&bridge, &old) && is_taken(&last, &both) && is_taken(&last, &new));
    assert!(!is_taken(&last, &old), "who skipped the release in between does not know the new key");
}

#[tokio::test]
async fn without_a_key_nothing_is_released() {
    let service = Service::start().await;
    let none = |settings: &mut Settings| settings.release.signing_key = None;
    let refusal = service.release_with("1.0.0", "// one", &[], none).await.unwrap_err().to_string();
    for hint in ["release.signing_key", "IGNY8__RELEASE__SIGNING_KEY", "generate-release-key"] {
        assert!(refusal.contains(hint), "{refusal}");
    }
    for table in ["plugins", "plugin_versions", "plugin_release_log"] {
        assert_eq!(service.count(table).await, 0, "{table}");
    }
    assert!(!service.has_packages());
}

#[tokio::test]
async fn the_same_source_and_keys_give_the_same_package_and_signature() {
    let (one, other) = (Service::start().await, Service::start().await);
    for service in [&one, &other] {
        service.release("1.0.0", "// one").await.unwrap();
    }
    assert_eq!(one.package("1.0.0").await, other.package("1.0.0").await);
    assert_eq!(check(&one).await["signature"], check(&other).await["signature"]);
}

#[tokio::test]
async fn a_key_that_no_site_knows_signs_nothing_unless_it_is_meant() {
    let service = Service::start().await;
    service.release("1.0.0", "// one").await.unwrap();
    let new = SigningKey::generate();
    let only_new = |settings: &mut Settings| settings.release.signing_key = Some(new.to_base64());
    let refusal = service.release_with("1.1.0", "// two", &[], only_new).await.unwrap_err().to_string();
    for hint in [&*key_id(&new.verifying_key().to_bytes()), "release.trusted_keys", "new-key"] {
        assert!(refusal.contains(hint), "{refusal}");
    }
    assert_eq!((service.count("plugin_versions").await, service.files().len()), (1, 1));
    service.release_with("1.1.0", "// two", &["--new-key"], only_new).await.unwrap();
    service.release_with("1.2.0", "// three", &[], only_new).await.unwrap();
    assert_eq!(service.count("plugin_versions").await, 3);
}
