use std::io::{Cursor, Read};

use reqwest::StatusCode;
use rstest::rstest;
use serde_json::json;

use crate::service::Service;

/// 2.0.0, 2.1.0, and the beta 2.2.0.
async fn three_releases() -> Service {
    let service = Service::start().await;
    service.release("2.0.0", "const VERSION = '2.0.0'; // good").await.unwrap();
    service.release("2.1.0", "const VERSION = '2.1.0'; // bad").await.unwrap();
    service.release_with("2.2.0", "const VERSION = '2.2.0'; // early", &["--beta"], |_| ()).await.unwrap();
    service
}

fn file(package: &[u8], name: &str) -> String {
    let mut text = String::new();
    let mut zip = zip::ZipArchive::new(Cursor::new(package)).unwrap();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn older_code_goes_out_under_a_higher_number() {
    let service = three_releases().await;
    for _ in ["once", "again"] {
        service.act("revert --version 2.1.0 --to 2.0.0 --as 2.1.1 --rollout 100").await.unwrap();
    }
    for (channel, expected) in [("stable", "2.1.1"), ("beta", "2.2.0")] {
        let body = json!({"current_version": "2.1.0", "channel": channel});
        assert_eq!(service.post("/check-update/", None, &body).await.1["data"]["version"], expected);
    }
    let package = service.package("2.1.1").await;
    let main = file(&package, "example/example.php");
    assert!(
        main.contains("Version: 2.1.1\n") && main.ends_with("const VERSION = '2.1.1'; // good"),
        "{main}"
    );
    let readme = file(&package, "example/readme.txt");
    assert!(readme.contains("= 2.1.1 =\n* The code of 2.0.0 again, in place of 2.1.0."), "{readme}");
    assert!(file(&package, "example/release-keys.json").contains("keys"));
    let (_, info) = service.get("/info/").await;
    let changelog = info["data"]["sections"]["changelog"].as_str().unwrap();
    assert!(
        changelog.starts_with("<h4>2.1.1</h4><ul><li>The code of 2.0.0 again, in place of 2.1.0.</li>"),
        "{changelog}"
    );
    let log = service.texts("action || ' ' || version FROM plugin_release_log ORDER BY index").await;
    assert_eq!(log, ["release 2.0.0", "release 2.1.0", "beta 2.2.0", "release 2.1.1"]);
    assert_eq!(service.get("/download/?version=2.1.0").await.0, StatusCode::OK, "it is only outdone");
}

#[tokio::test]
async fn it_goes_to_the_channel_of_what_it_replaces_even_if_that_was_taken_back() {
    let service = three_releases().await;
    service.act("withdraw --version 2.2.0").await.unwrap();
    service.act("revert --version 2.2.0 --to 2.1.0 --as 2.2.1").await.unwrap();
    let beta = "version FROM plugin_versions WHERE channel = 'beta' AND is_latest";
    assert_eq!(service.texts(beta).await, ["2.2.1"]);
}

#[rstest]
#[case::lower("--version 2.1.0 --to 2.0.0 --as 2.0.1", "2.0.1 is not higher than 2.1.0")]
#[case::as_high("--version 2.0.0 --to 2.0.0 --as 2.1.0", "was released before with other bytes")]
#[case::lower_than_the_latest("--version 2.0.0 --to 2.0.0 --as 2.0.5", "2.0.5 is not higher than 2.1.0")]
#[case::no_number("--version 2.1.0 --to 2.0.0 --as new", "\"new\" is no semantic version")]
#[case::no_version("--version 2.1.0 --to 1.0.0 --as 2.1.1", "there is no version 1.0.0 of example")]
#[case::replaces_nothing("--version 1.0.0 --to 2.0.0 --as 2.1.1", "there is no version 1.0.0 of example")]
#[case::withdrawn("--version 2.1.0 --to 2.2.0 --as 2.1.1", "2.2.0 was withdrawn")]
#[tokio::test]
async fn what_sites_would_not_take_is_refused(#[case] words: &str, #[case] expected: &str) {
    let service = three_releases().await;
    service.act("withdraw --version 2.2.0").await.unwrap();
    let files = service.files();
    let refusal = service.act(&format!("revert {words}")).await.unwrap_err().to_string();
    assert!(refusal.contains(expected), "{refusal}");
    assert_eq!(service.count("plugin_release_log").await, 4);
    assert_eq!(service.files(), files, "nothing of it is on the shelf");
}

#[tokio::test]
async fn a_package_that_is_not_what_was_released_is_not_given_out_again() {
    let service = three_releases().await;
    std::fs::write(service.package_file("2.0.0"), "another").unwrap();
    let refusal = service.act("revert --version 2.1.0 --to 2.0.0 --as 2.1.1").await.unwrap_err().to_string();
    assert!(refusal.contains("is not what was released"), "{refusal}");
}
