use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use futures::future::join_all;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use testkit::eventually;

use crate::desk::{Desk, zip, zip_of};
use crate::service::read;
use crate::signatures::keys_in;

async fn with_a_plugin() -> Desk {
    let desk = Desk::start().await;
    desk.post("/", &json!({"slug": "example", "name": "Example"})).await;
    desk
}

#[tokio::test]
async fn an_upload_is_built_anew_kept_and_given_to_nobody_until_it_is_released() {
    let desk = with_a_plugin().await;
    let (status, answer) = desk.upload(zip("1.0.0", "// one")).await;
    assert_eq!((status, &answer["data"]["status"]), (StatusCode::CREATED, &json!("development")), "{answer}");
    desk.service.app.state.offers.reload().await.unwrap();
    for path in ["/info/", "/download/?version=1.0.0"] {
        assert_eq!(desk.service.get(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    let (_, shown) = desk.get("/example/versions/1.0.0/").await;
    let names: Vec<_> = shown["data"]["files"].as_array().unwrap().iter().map(|it| &it["path"]).collect();
    assert_eq!(names, ["example.php", "readme.txt"], "neither what is not for sites nor a stranger's keys");

    for _ in ["once", "again"] {
        let (status, answer) = desk.post("/example/versions/1.0.0/release/", &json!({})).await;
        assert_eq!((status, &answer["data"]["status"]), (StatusCode::OK, &json!("released")), "{answer}");
    }
    desk.service.app.state.offers.reload().await.unwrap();
    let package = desk.service.package("1.0.0").await;
    assert_eq!(keys_in(&package).len(), 1);
    assert_eq!(desk.service.files().len(), 1, "what was uploaded is gone, what was released is there");

    let (status, problem) = desk.upload(zip("1.0.0", "// other")).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("version_released")));
}

#[tokio::test]
async fn an_upload_replaces_one_in_development_and_can_be_deleted() {
    let desk = with_a_plugin().await;
    for code in ["// one", "// two", "// two"] {
        assert_eq!(desk.upload(zip("1.0.0", code)).await.0, StatusCode::CREATED);
        assert_eq!(desk.service.files().len(), 1);
    }
    let delete = async || desk.call(Method::DELETE, "/example/versions/1.0.0/", None).await;
    assert_eq!(delete().await.0, StatusCode::NO_CONTENT);
    assert_eq!((delete().await.0, desk.service.files().len()), (StatusCode::NOT_FOUND, 0));

    desk.service.release("1.0.0", "// one").await.unwrap();
    let (status, problem) = delete().await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("version_released")));
    assert_eq!(desk.service.files().len(), 1);
}

#[tokio::test]
async fn uploads_and_deletions_at_the_same_time_leave_rows_with_their_packages() {
    let desk = with_a_plugin().await;
    for _ in 0..4 {
        let uploads = join_all(["// one", "// two", "// one"].map(|code| desk.upload(zip("1.0.0", code))));
        let deletion = desk.call(Method::DELETE, "/example/versions/1.0.0/", None);
        futures::future::join(uploads, deletion).await;
        let (status, problem) = desk.get("/example/versions/1.0.0/").await;
        let expected = usize::from(status == StatusCode::OK);
        assert_ne!(problem["code"], "package_damaged");
        assert_eq!(desk.service.files().len(), expected, "{:?}", desk.service.files());
    }
}

#[tokio::test]
async fn a_source_among_the_service_s_is_built_by_its_name() {
    let sources = tempfile::tempdir().unwrap();
    let desk =
        Desk::start_as(|settings| settings.release.sources = Some(sources.path().join("plugins"))).await;
    desk.post("/", &json!({"slug": "example", "name": "Example"})).await;
    let there = sources.path().join("plugins/example");
    std::fs::create_dir_all(&there).unwrap();
    for entry in std::fs::read_dir(desk.service.source("1.0.0", "// one")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), there.join(entry.file_name())).unwrap();
    }
    let (status, answer) = desk.post("/example/versions/", &json!({"source": "example"})).await;
    assert_eq!((status, &answer["data"]["version"]), (StatusCode::CREATED, &json!("1.0.0")), "{answer}");
    for (source, expected) in [
        ("other", "source_not_found"),
        ("../example", "invalid_field"),
        ("/etc", "invalid_field"),
        (".", "invalid_field"),
        ("", "invalid_field"),
    ] {
        let (_, problem) = desk.post("/example/versions/", &json!({"source": source})).await;
        assert_eq!(problem["code"], expected, "{source}");
    }
}

#[rstest]
#[case::no_zip(b"no zip".to_vec(), "source_refused", "no ZIP")]
#[case::leads_out(zip_of(&[("example/../../x", "x")]), "source_refused", "leads out")]
#[case::no_header(zip_of(&[("example/example.php", "<?php")]), "source_refused", "header")]
#[case::syntax(zip("1.0.0", "function {"), "source_refused", "example.php: Parse error")]
#[tokio::test]
async fn what_is_wrong_with_an_upload_is_said_and_nothing_of_it_kept(
    #[case] body: Vec<u8>,
    #[case] code: &str,
    #[case] words: &str,
) {
    let desk = with_a_plugin().await;
    let (status, problem) = desk.upload(body).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(code)), "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains(words), "{problem}");
    assert_eq!((desk.service.count("plugin_versions").await, desk.service.files().len()), (0, 0));
}

#[tokio::test]
async fn another_plugin_s_upload_and_another_kind_of_body_are_refused() {
    let desk = with_a_plugin().await;
    desk.post("/", &json!({"slug": "another", "name": "Another"})).await;
    let url = desk.service.base.replace("example", "another/versions/");
    let send = async |kind: &str, body: Vec<u8>| -> (StatusCode, Value) {
        let request = desk.service.client.post(&url).bearer_auth(&desk.token);
        read(request.header(CONTENT_TYPE, kind).body(body).send().await.unwrap()).await
    };
    for (kind, body, status, code) in [
        ("application/zip", zip("1.0.0", ""), StatusCode::UNPROCESSABLE_ENTITY, "other_plugin"),
        ("text/plain", zip("1.0.0", ""), StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
        ("application/json", b"{}".to_vec(), StatusCode::UNPROCESSABLE_ENTITY, "invalid_field"),
        ("application/json", b"{".to_vec(), StatusCode::BAD_REQUEST, "malformed_json"),
        ("application/json", br#"{"source": "another"}"#.to_vec(), StatusCode::CONFLICT, "sources_not_set"),
    ] {
        let (found, problem) = send(kind, body).await;
        assert_eq!((found, &problem["code"]), (status, &json!(code)), "{problem}");
    }
    let announced = send("application/zip", vec![0; (32 << 20) + 1]).await;
    assert_eq!(announced.0, StatusCode::PAYLOAD_TOO_LARGE, "{}", announced.1);
    assert_eq!(desk.service.files().len(), 0);
}

#[tokio::test]
async fn what_was_replaced_while_it_was_built_is_not_released() {
    let desk = with_a_plugin().await;
    desk.upload(zip("1.0.0", "// looked at")).await;
    // A PHP that says when it begins, and waits until it may go on.
    let place = tempfile::tempdir().unwrap();
    let [php, begun, go_on] = ["php", "begun", "go-on"].map(|name| place.path().join(name));
    let [begun_at, go_on_at] = [&begun, &go_on].map(|it| it.display());
    let script = format!(
        "#!/bin/sh\ntouch {begun_at}\nuntil [ -e {go_on_at} ]; do sleep 0.01; done\nexec php \"$@\"\n"
    );
    std::fs::write(&php, script).unwrap();
    std::fs::set_permissions(&php, Permissions::from_mode(0o755)).unwrap();
    let release = desk.service.act_with("release --version 1.0.0", |it| it.release.php = php.clone());
    let replace = async {
        eventually("it is being built", async || begun.exists().then_some(())).await;
        let uploaded = desk.upload(zip("1.0.0", "// another")).await;
        std::fs::write(&go_on, "").unwrap();
        uploaded
    };
    let (released, (status, _)) = futures::future::join(release, replace).await;
    assert_eq!(status, StatusCode::CREATED);
    let refusal = released.unwrap_err().to_string();
    assert!(refusal.starts_with("another package was uploaded as 1.0.0 meanwhile"), "{refusal}");
    let (status, answer) = desk.get("/example/versions/1.0.0/").await;
    assert_eq!((status, &answer["data"]["status"]), (StatusCode::OK, &json!("development")));
    assert_eq!((desk.service.files().len(), desk.service.count("plugin_release_log").await), (1, 0));
}
