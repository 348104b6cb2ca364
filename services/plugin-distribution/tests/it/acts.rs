use domain::ApiKey;
use reqwest::StatusCode;
use rstest::rstest;
use serde_json::{Value, json};

use crate::service::Service;

/// What a site with this version is told, on this channel.
async fn offered(service: &Service, has: &str, channel: &str) -> (Value, Value) {
    let body = json!({"current_version": has, "channel": channel, "site_url": "https://site.example"});
    let (status, answer) = service.post("/check-update/", None, &body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    (answer["data"]["version"].clone(), answer["data"]["reason"].clone())
}

async fn two_releases() -> Service {
    let service = Service::start().await;
    service.release("1.0.0", "// one").await.unwrap();
    service.release("1.1.0", "// two").await.unwrap();
    service
}

/// The log as `action version`.
async fn log(service: &Service) -> Vec<String> {
    service.texts("action || ' ' || version FROM plugin_release_log ORDER BY index").await
}

#[tokio::test]
async fn what_was_withdrawn_is_neither_offered_nor_given_and_stands_in_the_log() {
    let service = two_releases().await;
    let key = ApiKey::generate();
    service.knows(7, &key).await;
    for _ in ["once", "again"] {
        service.act("withdraw --version 1.1.0").await.unwrap();
        assert_eq!(offered(&service, "0.9.0", "stable").await.0, "1.0.0");
        let (status, problem) = service.get("/download/?version=1.1.0").await;
        assert_eq!((status, &problem["code"]), (StatusCode::GONE, &json!("version_withdrawn")));
        let wish = json!({"version": "1.1.0"});
        let (status, problem) = service.post("/download-grant/", Some(key.expose()), &wish).await;
        assert_eq!((status, &problem["code"]), (StatusCode::GONE, &json!("version_withdrawn")));
        assert_eq!(service.get("/download/").await.0, StatusCode::OK);
        assert_eq!(service.get("/info/").await.1["data"]["version"], "1.0.0");
        assert_eq!(log(&service).await, ["release 1.0.0", "release 1.1.0", "withdraw 1.1.0"]);
    }
    let refusal = service.release("1.1.0", "// two").await.unwrap_err().to_string();
    assert!(refusal.contains("1.1.0 was withdrawn") && refusal.contains("a higher version"), "{refusal}");
    service.write_counts().await;
    let refused = "coalesce(sum(times), 0) FROM plugin_refusals WHERE code = 'version_withdrawn'";
    assert_eq!(service.number(refused).await, 4, "each is counted");
}

#[tokio::test]
async fn the_last_version_may_be_withdrawn_too() {
    let service = Service::start().await;
    service.release("1.0.0", "// one").await.unwrap();
    service.act("withdraw --version 1.0.0").await.unwrap();
    assert_eq!(service.count("plugin_versions WHERE is_latest").await, 0);
    for path in ["/info/", "/download/"] {
        assert_eq!(service.get(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_is_deprecated_is_not_offered_but_given_to_who_names_it() {
    let service = two_releases().await;
    for _ in ["once", "again"] {
        service.act("deprecate --version 1.1.0").await.unwrap();
    }
    assert_eq!(offered(&service, "0.9.0", "beta").await.0, "1.0.0");
    assert_eq!(offered(&service, "1.1.0", "stable").await.1, "current");
    assert_eq!(service.get("/download/?version=1.1.0").await.0, StatusCode::OK);
    assert_eq!(log(&service).await.len(), 2, "the log has nothing to say of it");

    service.release("1.1.0", "// two").await.unwrap();
    assert_eq!(offered(&service, "0.9.0", "stable").await.0, "1.1.0", "released again, it is offered again");
}

#[tokio::test]
async fn a_pause_lasts_until_it_is_over() {
    let service = two_releases().await;
    let key = ApiKey::generate();
    service.knows(7, &key).await;
    let grant =
        async || service.post("/download-grant/", Some(key.expose()), &json!({"version": "1.1.0"})).await.0;
    service.act("pause --version 1.1.0 --reason sites-complain").await.unwrap();
    service.act("pause --version 1.1.0 --reason again").await.unwrap();
    assert_eq!(offered(&service, "1.0.0", "stable").await, (json!("1.1.0"), json!("paused")));
    assert_eq!(offered(&service, "0.9.0", "stable").await.0, "1.0.0");
    assert_eq!(grant().await, StatusCode::FORBIDDEN);
    assert_eq!(service.texts("paused_reason FROM plugin_versions WHERE paused").await, ["sites-complain"]);
    service.act("resume --version 1.1.0").await.unwrap();
    service.act("resume --version 1.1.0").await.unwrap();
    assert_eq!(offered(&service, "1.0.0", "stable").await, (json!("1.1.0"), json!("")));
    assert_eq!(grant().await, StatusCode::OK);
    assert_eq!(service.count("plugin_versions WHERE paused_reason = ''").await, 2);
}

#[tokio::test]
async fn a_paused_beta_is_not_released_to_all_by_mistake() {
    let service = Service::start().await;
    service.release_with("1.1.0", "// early", &["--beta"], |_| ()).await.unwrap();
    service.act("pause --version 1.1.0 --reason it-hurts").await.unwrap();
    let refusal = service.act("release --version 1.1.0").await.unwrap_err().to_string();
    assert_eq!(refusal, "1.1.0 is paused (it-hurts): resume it first, or release a higher version");
}

#[tokio::test]
async fn a_release_goes_out_step_by_step() {
    let service = Service::start().await;
    service.release("1.0.0", "// one").await.unwrap();
    service.release_with("1.1.0", "// two", &["--rollout", "0"], |_| ()).await.unwrap();
    service.app.state.offers.reload().await.unwrap();
    let mut reached = 0;
    for percent in [0, 10, 50, 50, 100] {
        service.act(&format!("roll-out --version 1.1.0 --percent {percent}")).await.unwrap();
        let mut now = 0;
        for site in 0..40 {
            let body =
                json!({"current_version": "1.0.0", "site_url": format!("https://site-{site}.example")});
            let (_, answer) = service.post("/check-update/", None, &body).await;
            now += u32::from(answer["data"]["update_available"] == true);
        }
        assert!(now >= reached, "nobody loses it");
        reached = now;
        assert_eq!((percent == 0, percent == 100), (now == 0, now == 40), "{percent}: {now}");
    }
}

#[tokio::test]
async fn a_beta_on_the_shelf_is_released_as_it_is() {
    let service = Service::start().await;
    service.release_with("1.1.0", "// early", &["--beta", "--rollout", "10"], |_| ()).await.unwrap();
    let sha256 = "checksum_sha256 FROM plugin_versions";
    let before = service.texts(sha256).await;
    for _ in ["once", "again"] {
        service.act("release --version 1.1.0 --rollout 20").await.unwrap();
    }
    assert_eq!(service.texts(sha256).await, before);
    assert_eq!(log(&service).await, ["beta 1.1.0", "release 1.1.0"]);
    assert_eq!(service.number("rollout_percent FROM plugin_versions").await, 20);
}

#[rstest]
#[case("withdraw --version 9.9.9", "there is no version 9.9.9 of example")]
#[case("deprecate --version 9.9.9", "there is no version 9.9.9 of example")]
#[case("pause --version 9.9.9", "there is no version 9.9.9 of example")]
#[case("release --version 9.9.9", "there is no version 9.9.9 of example")]
#[case("pause --version 1.0.0", "1.0.0 is deprecated, so it is offered to nobody: release it again first")]
#[case(
    "roll-out --percent 5 --version 1.0.0",
    "1.0.0 is deprecated, so it is offered to nobody: release it again first"
)]
#[case(
    "deprecate --version 1.1.0",
    "1.1.0 was withdrawn, and sites refuse it from then on: give the release a higher version"
)]
#[case(
    "resume --version 1.1.0",
    "1.1.0 was withdrawn, and sites refuse it from then on: give the release a higher version"
)]
#[case("withdraw --version 1.2.0", "1.2.0 was not released yet: nobody has it")]
#[case("resume --version 1.2.0", "1.2.0 was not released yet: nobody has it")]
#[tokio::test]
async fn what_can_not_be_done_is_refused_with_words(#[case] line: &str, #[case] expected: &str) {
    let service = Service::start().await;
    for version in ["1.0.0", "1.1.0", "1.2.0"] {
        service.release(version, "// any").await.unwrap();
    }
    service.act("deprecate --version 1.0.0").await.unwrap();
    service.act("withdraw --version 1.1.0").await.unwrap();
    let unreleased =
        "UPDATE plugin_versions SET status = 'development', is_latest = false WHERE version = '1.2.0'";
    service.execute(unreleased).await;
    assert_eq!(service.act(line).await.unwrap_err().to_string(), expected);
    assert_eq!(log(&service).await.len(), 4);
}

#[rstest]
#[case("roll-out --version 1.0.0 --percent 101")]
#[case("release --source x --version 1.0.0")]
#[case("release")]
#[case("pause")]
#[tokio::test]
async fn a_line_that_says_too_little_or_too_much_is_refused(#[case] line: &str) {
    let service = Service::start().await;
    assert!(service.act(line).await.unwrap_err().to_string().contains("error: "));
}

#[tokio::test]
async fn only_what_signs_needs_the_key() {
    let service = two_releases().await;
    for (line, needs) in [
        ("pause --version 1.0.0", false),
        ("resume --version 1.0.0", false),
        ("roll-out --percent 20 --version 1.0.0", false),
        ("deprecate --version 1.0.0", false),
        ("withdraw --version 1.0.0", true),
        ("release --version 1.0.0", true),
        ("revert --version 1.1.0 --to 1.0.0 --as 1.2.0", true),
    ] {
        let done = service.act_with(line, |it| it.release.signing_key = None).await;
        assert_eq!(done.is_err(), needs, "{line}: {done:?}");
        if let Err(refusal) = done {
            assert!(refusal.to_string().contains("IGNY8__RELEASE__SIGNING_KEY"), "{line}: {refusal}");
        }
    }
}
