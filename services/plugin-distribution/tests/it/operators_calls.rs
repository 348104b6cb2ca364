use domain::{AccessToken, ApiKey};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::service::read;

/// What operators can call, and a body that fits.
fn calls() -> Vec<(Method, &'static str, Option<Value>)> {
    let version = "/example/versions/1.0.0";
    vec![
        (Method::GET, "", None),
        (Method::POST, "", Some(json!({"slug": "another", "name": "Another"}))),
        (Method::GET, "/example", None),
        (Method::PATCH, "/example", Some(json!({"is_active": false}))),
        (Method::DELETE, "/example", None),
        (Method::GET, "/example/versions", None),
        (Method::POST, "/example/versions", Some(json!({"source": "example"}))),
        (Method::GET, version, None),
        (Method::DELETE, version, None),
    ]
    .into_iter()
    .chain(
        [
            ("release", Value::Null),
            ("pause", Value::Null),
            ("resume", Value::Null),
            ("roll-out", json!({"percent": 10})),
            ("deprecate", Value::Null),
            ("withdraw", Value::Null),
            ("revert", json!({"to": "1.0.0", "as": "3.0.0"})),
        ]
        .map(|(act, body)| {
            let path: &str = Box::leak(format!("{version}/{act}").into_boxed_str());
            (Method::POST, path, Some(body).filter(|it| !it.is_null()))
        }),
    )
    .collect()
}

/// Everything that an operator can change.
async fn state(desk: &Desk) -> Vec<String> {
    let plugins = desk.service.texts("row(p.*)::text FROM plugins p ORDER BY id").await;
    let versions = desk.service.texts("row(v.*)::text FROM plugin_versions v ORDER BY id").await;
    let log = desk.service.texts("row(l.*)::text FROM plugin_release_log l ORDER BY index").await;
    [plugins, versions, log].concat()
}

#[tokio::test]
async fn nobody_else_may() {
    let desk = Desk::start().await;
    desk.service.release("1.0.0", "// one").await.unwrap();
    let site = ApiKey::generate();
    desk.service.knows(7, &site).await;
    let before = state(&desk).await;
    let stranger = AccessToken::generate();
    for (method, path, body) in calls() {
        for prefix in ["/api/plugins", "/api/v1/plugins"] {
            let url = desk.service.base.replace("/api/plugins/example", &format!("{prefix}{path}/"));
            for (bearer, expected) in [
                (None, "unauthenticated"),
                (Some(stranger.expose()), "token_invalid"),
                (Some(site.expose()), "unauthenticated"),
            ] {
                let mut request = desk.service.client.request(method.clone(), &url);
                if let Some(bearer) = bearer {
                    request = request.bearer_auth(bearer);
                }
                if let Some(body) = &body {
                    request = request.json(body);
                }
                let (status, problem) = read(request.send().await.unwrap()).await;
                assert_eq!(
                    (status, &problem["code"]),
                    (StatusCode::UNAUTHORIZED, &json!(expected)),
                    "{method} {url}: {problem}"
                );
            }
        }
    }
    assert_eq!(state(&desk).await, before);
}

#[tokio::test]
async fn a_stranger_hears_that_before_anything_of_the_request_is_looked_at() {
    let desk = Desk::start().await;
    let stranger = AccessToken::generate();
    let more = ["/example/analytics", "/example/compatibility"].map(|path| (Method::GET, path, None));
    for (method, path, _) in calls().into_iter().chain(more) {
        let url = desk.service.base.replace("/example", &format!("{path}/?limit=x&days=x"));
        let request = desk.service.client.request(method.clone(), url).bearer_auth(stranger.expose());
        let request = if method == Method::GET { request } else { request.body("{") };
        let (status, problem) = read(request.send().await.unwrap()).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNAUTHORIZED, &json!("token_invalid")),
            "{method} {path}: {problem}"
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let desk = Desk::start().await;
    desk.service.release("2.0.0", "// two").await.unwrap();
    let before = state(&desk).await;
    for (method, path, body) in calls().into_iter().skip(2) {
        let (status, problem) =
            desk.call(method.clone(), &path.replace("example", "none"), body.as_ref()).await;
        // What to build is looked for before the plugin it is for.
        let expected = if path.ends_with("versions") && method == Method::POST {
            (StatusCode::CONFLICT, json!("sources_not_set"))
        } else {
            (StatusCode::NOT_FOUND, json!("not_found"))
        };
        assert_eq!((status, problem["code"].clone()), expected, "{method} {path}: {problem}");
        if path.contains("1.0.0") {
            let (status, problem) = desk.call(method.clone(), path, body.as_ref()).await;
            assert_eq!(
                (status, &problem["code"]),
                (StatusCode::NOT_FOUND, &json!("version_not_found")),
                "{method} {path}: {problem}"
            );
        }
    }
    assert_eq!(state(&desk).await, before);
}

#[tokio::test]
async fn a_plugin_is_made_changed_and_deleted() {
    let desk = Desk::start().await;
    let new = json!({"slug": "example", "name": "Example"});
    let (status, made) = desk.post("/", &new).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    let (status, problem) = desk.post("/", &new).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("plugin_exists")));
    assert_eq!(desk.get("/example/").await.1["data"], made["data"]);
    assert_eq!(desk.service.get("/info/").await.0, StatusCode::NOT_FOUND, "sites have nothing of it yet");

    let pictures = json!({"icon_url": "https://pictures.example/icon.png", "banner_url": ""});
    let (status, changed) = desk.call(Method::PATCH, "/example/", Some(&pictures)).await;
    assert_eq!((status, &changed["data"]["icon_url"]), (StatusCode::OK, &pictures["icon_url"]), "{changed}");

    for _ in 0..2 {
        desk.service.release("1.0.0", "// one").await.unwrap();
    }
    let (_, list) = desk.get("/").await;
    assert_eq!(list["data"][0]["latest"], json!({"stable": "1.0.0"}));
    assert_eq!(list["data"][0]["icon_url"], pictures["icon_url"], "a release leaves it");
    let (_, info) = desk.service.get("/info/").await;
    assert_eq!(info["data"]["icons"]["2x"], pictures["icon_url"]);
    let (status, problem) = desk.call(Method::DELETE, "/example/", None).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("plugin_has_versions")));

    desk.call(Method::PATCH, "/example/", Some(&json!({"is_active": false}))).await;
    desk.service.app.state.offers.reload().await.unwrap();
    assert_eq!(desk.service.get("/info/").await.0, StatusCode::NOT_FOUND);

    desk.post("/", &json!({"slug": "empty", "name": "Empty"})).await;
    desk.service.app.state.offers.reload().await.unwrap();
    let asked = desk.service.base.replace("example", "empty");
    desk.service.client.get(format!("{asked}/download/")).send().await.unwrap();
    desk.service.write_counts().await;
    assert_eq!(desk.call(Method::DELETE, "/empty/", None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(desk.call(Method::DELETE, "/empty/", None).await.0, StatusCode::NOT_FOUND);
}

#[rstest]
#[case(json!({"slug": "Example", "name": "x"}), "/slug")]
#[case(json!({"slug": "../etc", "name": "x"}), "/slug")]
#[case(json!({"slug": "a".repeat(101), "name": "x"}), "/slug")]
#[case(json!({"slug": "example", "name": " "}), "/name")]
#[tokio::test]
async fn a_plugin_that_can_not_be_is_refused(#[case] body: Value, #[case] field: &str) {
    let desk = Desk::start().await;
    let (status, problem) = desk.post("/", &body).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(field)));
    assert_eq!(desk.service.count("plugins").await, 0);
}

#[rstest]
#[case(json!({"icon_url": "http://pictures.example/icon.png"}))]
#[case(json!({"icon_url": "javascript:alert(1)"}))]
#[case(json!({"banner_url": "https://"}))]
#[case(json!({"banner_url": format!("https://x.example/{}", "a".repeat(2000))}))]
#[case(json!({"name": "comes from the source"}))]
#[case(json!({"is_active": "yes"}))]
#[tokio::test]
async fn a_change_that_can_not_be_is_refused(#[case] body: Value) {
    let desk = Desk::start().await;
    desk.service.release("1.0.0", "// one").await.unwrap();
    let before = state(&desk).await;
    let (status, problem) = desk.call(Method::PATCH, "/example/", Some(&body)).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid_field")));
    assert_eq!(state(&desk).await, before);
}

#[tokio::test]
async fn each_act_answers_how_the_version_stands_and_may_be_repeated() {
    let desk = Desk::start().await;
    desk.service.release("1.0.0", "// one").await.unwrap();
    desk.service.release("1.1.0", "// two").await.unwrap();
    for (act, body, field, expected) in [
        ("pause", json!({"reason": "it hurts"}), "paused_reason", json!("it hurts")),
        ("resume", json!({}), "paused", json!(false)),
        ("pause", json!({}), "paused_reason", json!("by olga@igny8.test")),
        ("resume", json!({}), "paused_reason", json!("")),
        ("roll-out", json!({"percent": 5}), "rollout_percent", json!(5)),
        ("deprecate", json!({}), "status", json!("deprecated")),
        ("release", json!({"rollout_percent": 50}), "rollout_percent", json!(50)),
        ("revert", json!({"to": "1.0.0", "as": "1.2.0"}), "version", json!("1.2.0")),
        ("withdraw", json!({}), "status", json!("withdrawn")),
    ] {
        let path = format!("/example/versions/1.1.0/{act}/");
        let (status, answer) = desk.post(&path, &body).await;
        assert_eq!((status, &answer["data"][field]), (StatusCode::OK, &expected), "{act}: {answer}");
        let stands = state(&desk).await;
        assert_eq!(desk.post(&path, &body).await, (StatusCode::OK, answer), "{act} again");
        let plain =
            |rows: Vec<String>| rows.into_iter().filter(|it| !it.contains("Example")).collect::<Vec<_>>();
        assert_eq!(plain(state(&desk).await), plain(stands), "{act} again");
    }
    let (_, list) = desk.get("/example/versions/?limit=2").await;
    let shown: Vec<_> =
        list["data"].as_array().unwrap().iter().map(|it| (&it["version"], &it["log_index"])).collect();
    assert_eq!(shown, [(&json!("1.2.0"), &json!(3)), (&json!("1.1.0"), &json!(2))]);
    let next = list["pagination"]["next_cursor"].as_str().unwrap();
    let (_, rest) = desk.get(&format!("/example/versions/?limit=2&cursor={next}")).await;
    assert_eq!(rest["data"][0]["version"], "1.0.0");
}

#[tokio::test]
async fn a_version_is_shown_with_its_files() {
    let desk = Desk::start().await;
    desk.service.release("1.0.0", "// one").await.unwrap();
    let (status, answer) = desk.get("/example/versions/1.0.0/").await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let version = &answer["data"];
    let names: Vec<_> = version["files"].as_array().unwrap().iter().map(|it| it["path"].clone()).collect();
    assert_eq!(names, ["example.php", "readme.txt", "release-keys.json"]);
    assert_eq!(version["trusted_keys"], json!([version["key_id"]]));
    assert_eq!(
        (&version["channel"], &version["is_latest"], &version["log_index"]),
        (&json!("stable"), &json!(true), &json!(0))
    );
    let readme = "=== Example ===\nTested up to: 6.5\n\n== Changelog ==\n* New.\n";
    assert_eq!(version["files"][1]["size"], readme.len());
    std::fs::remove_file(desk.service.package_file("1.0.0")).unwrap();
    let (status, problem) = desk.get("/example/versions/1.0.0/").await;
    // It may still be in memory, which is as good.
    assert!(status == StatusCode::OK || problem["code"] == "package_damaged", "{problem}");
}

#[tokio::test]
async fn without_the_key_nothing_is_signed_and_all_else_goes_on() {
    let desk = Desk::start_as(|settings| settings.release.signing_key = None).await;
    let with_key = |settings: &mut plugin_distribution::settings::Settings| {
        settings.release.signing_key = Some("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=".into());
    };
    desk.service.release_with("1.0.0", "// one", &[], with_key).await.unwrap();
    for (act, body) in
        [("release", json!({})), ("withdraw", json!({})), ("revert", json!({"to": "1.0.0", "as": "1.1.0"}))]
    {
        let (status, problem) = desk.post(&format!("/example/versions/1.0.0/{act}/"), &body).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::CONFLICT, &json!("release_key_missing")),
            "{act}"
        );
        assert!(problem["detail"].as_str().unwrap().contains("verb"), "{problem}");
    }
    for act in ["pause", "resume", "deprecate"] {
        let (status, answer) = desk.post(&format!("/example/versions/1.0.0/{act}/"), &json!({})).await;
        assert_eq!(status, StatusCode::OK, "{act}: {answer}");
    }
}

#[rstest]
#[case("1.0.0/pause", json!({}), StatusCode::CONFLICT, "version_deprecated")]
#[case("1.0.0/roll-out", json!({"percent": 5}), StatusCode::CONFLICT, "version_deprecated")]
#[case("1.1.0/release", json!({}), StatusCode::CONFLICT, "version_withdrawn")]
#[case("1.1.0/deprecate", json!({}), StatusCode::CONFLICT, "version_withdrawn")]
#[case("1.2.0/roll-out", json!({"percent": 101}), StatusCode::UNPROCESSABLE_ENTITY, "invalid_field")]
#[case("1.2.0/roll-out", json!({"percent": 256}), StatusCode::UNPROCESSABLE_ENTITY, "invalid_field")]
#[case("1.2.0/roll-out", json!({}), StatusCode::UNPROCESSABLE_ENTITY, "invalid_field")]
#[case("1.2.0/pause", json!({"reason": "x".repeat(501)}), StatusCode::UNPROCESSABLE_ENTITY, "invalid_field")]
#[case("1.2.0/revert", json!({"to": "1.0.0", "as": "1.1.9"}), StatusCode::CONFLICT, "version_not_higher")]
#[case("1.2.0/revert", json!({"to": "1.0.0", "as": "x"}), StatusCode::UNPROCESSABLE_ENTITY, "invalid_version")]
#[case("1.2.0/revert", json!({"to": "1.1.0", "as": "1.3.0"}), StatusCode::CONFLICT, "version_withdrawn")]
#[tokio::test]
async fn what_can_not_be_done_is_refused(
    #[case] path: &str,
    #[case] body: Value,
    #[case] status: StatusCode,
    #[case] code: &str,
) {
    let desk = Desk::start().await;
    for version in ["1.0.0", "1.1.0", "1.2.0"] {
        desk.service.release(version, "// any").await.unwrap();
    }
    desk.service.act("deprecate --version 1.0.0").await.unwrap();
    desk.service.act("withdraw --version 1.1.0").await.unwrap();
    let before = state(&desk).await;
    let (found, problem) = desk.post(&format!("/example/versions/{path}/"), &body).await;
    assert_eq!((found, &problem["code"]), (status, &json!(code)), "{problem}");
    assert_eq!(state(&desk).await, before);
}
