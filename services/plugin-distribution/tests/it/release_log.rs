use std::collections::BTreeMap;

use diesel::result::{DatabaseErrorKind, Error as QueryError};
use domain::plugin::log::Entry;
use futures::future::join_all;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use secrets::VerifyingKey;
use serde_json::{Value, json};

use crate::service::Service;
use crate::signatures::keys_in;

async fn page(service: &Service, after: &str) -> (Vec<Value>, bool) {
    let (status, answer) = service.get(&format!("/log/{after}")).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    (answer["data"]["entries"].as_array().unwrap().clone(), answer["data"]["more"].as_bool().unwrap())
}

/// The log from its first entry, as `action version`, if it is one chain under these keys.
async fn chain(service: &Service, keys: &BTreeMap<String, VerifyingKey>) -> Vec<String> {
    service.app.state.offers.reload().await.unwrap();
    let (mut last, mut said) = (None, Vec::new());
    for json in page(service, "").await.0 {
        let entry = entry(&json);
        assert!(entry.follows(last.as_ref()), "{json} after {last:?}");
        assert_eq!(json["hash"], entry.hash());
        let signature = json["signature"].as_str().unwrap();
        assert!(keys[json["key_id"].as_str().unwrap()].verify(entry.to_string().as_bytes(), signature));
        said.push(format!("{} {}", entry.action, entry.version));
        last = Some(entry);
    }
    said
}

fn entry(json: &Value) -> Entry {
    let text = |name: &str| json[name].as_str().unwrap().to_owned();
    Entry {
        slug: "example".to_owned(),
        index: json["index"].as_i64().unwrap(),
        previous: text("previous"),
        action: text("action").parse().unwrap(),
        version: text("version"),
        sha256: text("sha256"),
        size: json["size"].as_i64().unwrap(),
        at: text("at").parse().unwrap(),
    }
}

#[tokio::test]
async fn each_release_is_one_entry_on_top_of_the_one_before() {
    let service = Service::start().await;
    let beta: &[&str] = &["--beta"];
    service.release("1.0.0", "// one").await.unwrap();
    service.release("1.0.0", "// one").await.unwrap();
    service.release("1.0.0", "// another").await.unwrap_err();
    for terms in [beta, beta, &[], beta] {
        service.release_with("1.1.0", "// early, and then for all", terms, |_| ()).await.unwrap();
    }
    service.release_with("1.1.0", "// on a developer's machine", &["--overwrite"], |_| ()).await.unwrap();
    service.release("1.0.1", "// a late fix").await.unwrap();

    let keys = keys_in(&service.package("1.0.0").await);
    let expected = ["release 1.0.0", "beta 1.1.0", "release 1.1.0", "release 1.1.0", "release 1.0.1"];
    assert_eq!(chain(&service, &keys).await, expected);
    let (_, answer) = service.post("/check-update/", None, &json!({"current_version": "1.0.0"})).await;
    let (told, entries) = (&answer["data"], page(&service, "").await.0);
    assert_eq!((&told["version"], &told["log_index"]), (&json!("1.1.0"), &json!(3)));
    for field in ["sha256", "size", "version"] {
        assert_eq!(told[field], entries[3][field], "{field}");
    }
    assert_ne!(entries[2]["sha256"], entries[3]["sha256"], "the new bytes have an entry of their own");
}

#[tokio::test]
async fn a_beta_goes_to_who_wants_it_until_it_is_released() {
    let service = Service::start().await;
    service.release("1.0.0", "// one").await.unwrap();
    for (terms, expected) in [(&["--beta"][..], "1.0.0"), (&[], "1.1.0")] {
        service.release_with("1.1.0", "// two", terms, |_| ()).await.unwrap();
        service.app.state.offers.reload().await.unwrap();
        for (channel, expected) in [("beta", "1.1.0"), ("stable", expected)] {
            let body = json!({"current_version": "0.9.0", "channel": channel});
            assert_eq!(service.post("/check-update/", None, &body).await.1["data"]["version"], expected);
        }
        let latest =
            format!("plugin_versions WHERE is_latest AND channel = 'stable' AND version = '{expected}'");
        assert_eq!(service.count(&latest).await, 1);
    }
}

#[tokio::test]
async fn releases_at_the_same_time_make_one_chain() {
    let service = Service::start().await;
    let versions: Vec<String> = (0..8).map(|it| format!("1.{it}.0")).collect();
    for done in join_all(versions.iter().map(|it| service.release_elsewhere(it, "// at once"))).await {
        done.unwrap();
    }
    service.app.state.offers.reload().await.unwrap();
    let keys = keys_in(&service.package("1.0.0").await);
    let mut said = chain(&service, &keys).await;
    said.sort();
    assert_eq!(said, versions.iter().map(|it| format!("release {it}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_log_only_grows_and_in_one_direction() {
    let service = Service::start().await;
    service.release("1.0.0", "// one").await.unwrap();
    service.release("1.1.0", "// two").await.unwrap();
    for sql in [
        "UPDATE plugin_release_log SET version = '6.6.6' WHERE index = 0",
        "DELETE FROM plugin_release_log WHERE index = 1",
        "TRUNCATE plugin_release_log",
        "TRUNCATE plugins CASCADE",
    ] {
        let refusal = service.try_execute(sql).await.unwrap_err().to_string();
        assert!(refusal.contains("only grows"), "{sql}: {refusal}");
    }
    let fork = "INSERT INTO plugin_release_log SELECT plugin_id, 2, action, version, previous, sha256, size, at, key_id, signature \
        FROM plugin_release_log WHERE index = 1";
    let refusal = service.try_execute(fork).await.unwrap_err();
    let QueryError::DatabaseError(DatabaseErrorKind::UniqueViolation, violated) = refusal else {
        panic!("{refusal}")
    };
    assert_eq!(violated.constraint_name(), Some("plugin_release_log_plugin_id_previous_key"));
    let keys = keys_in(&service.package("1.0.0").await);
    assert_eq!(chain(&service, &keys).await, ["release 1.0.0", "release 1.1.0"]);
}

#[tokio::test]
async fn a_long_log_is_read_by_the_hundred() {
    let service = Service::start().await;
    assert_eq!(service.get("/log/").await.0, StatusCode::NOT_FOUND);
    service.release("1.0.0", "// one").await.unwrap();
    service
        .execute(
            "INSERT INTO plugin_release_log SELECT plugin_id, number, action, version, 'before ' || number, sha256, size, at, key_id, \
                signature FROM plugin_release_log, generate_series(1, 204) AS number",
        )
        .await;
    service.app.state.offers.reload().await.unwrap();
    for (after, first, many, more) in [
        ("", 0, 100, true),
        ("?after=-1", 0, 100, true),
        ("?after=0", 1, 100, true),
        ("?after=104", 105, 100, false),
        ("?after=199", 200, 5, false),
        ("?after=203", 204, 1, false),
    ] {
        let (entries, has_more) = page(&service, after).await;
        let indices: Vec<_> = entries.iter().map(|it| it["index"].as_i64().unwrap()).collect();
        assert_eq!((indices, has_more), ((first..first + many).collect(), more), "{after}");
    }
    for after in ["?after=204", "?after=9223372036854775807"] {
        assert_eq!(page(&service, after).await, (Vec::new(), false), "{after}");
    }
    for after in ["-2", "x", "1.5", "", "9223372036854775808"] {
        let response =
            service.client.get(format!("{}/log/?after={after}", service.base)).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{after}");
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        assert_eq!(response.json::<Value>().await.unwrap()["code"], "invalid_query");
    }
}

#[tokio::test]
async fn who_has_a_page_is_not_sent_it_again_until_it_grows() {
    let service = Service::start().await;
    service.release("1.0.0", "// one").await.unwrap();
    let ask = |tag| service.client.get(format!("{}/log/?after=-1", service.base)).header(IF_NONE_MATCH, tag);
    let first = ask("\"another\"".parse().unwrap()).send().await.unwrap();
    assert_eq!(first.status(), StatusCode::OK);
    let tag = first.headers()[ETAG].clone();
    let again = ask(tag.clone()).send().await.unwrap();
    assert_eq!((again.status(), &again.headers()[ETAG]), (StatusCode::NOT_MODIFIED, &tag));
    service.release("1.1.0", "// two").await.unwrap();
    let grown = ask(tag.clone()).send().await.unwrap();
    assert_eq!(grown.status(), StatusCode::OK);
    assert_ne!(grown.headers()[ETAG], tag);
}
