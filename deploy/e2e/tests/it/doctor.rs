//! What the platform and a site find out about their connection.

use e2e::{MustUse, Stack};
use serde_json::{Value, json};

#[tokio::test]
async fn each_check_has_a_result_evidence_and_a_way_out() {
    let stack = Stack::open();
    let platform = stack.platform();
    let checks = platform.examine("test-connection/", json!({})).await;
    let named = |name: &str| {
        let found = checks.iter().find(|it| it["name"] == name);
        found.unwrap_or_else(|| panic!("{name} is missing from {checks:?}"))
    };
    for good in
        ["reachable", "signature", "clock", "permalinks", "pairing", "headers", "large_body", "methods"]
    {
        assert_eq!(named(good)["ok"], true, "{}", named(good));
    }
    for check in &checks {
        let text = |field: &str| check[field].as_str().unwrap_or_default();
        assert!(!text("detail").is_empty(), "{check}");
        assert!(check["ok"] == true || !text("fix").is_empty(), "{check}");
    }
    let collection = platform.examine("test-collection-connection/", json!({"post_type": "post"})).await;
    assert!(collection.iter().all(|it| it["ok"] == true), "{collection:?}");
    let unknown = platform.examine("test-collection-connection/", json!({"post_type": "no-such-type"})).await;
    assert!(unknown.iter().any(|it| it["ok"] == false), "{unknown:?}");
}

#[tokio::test]
async fn a_copy_of_the_site_knows_that_it_is_one() {
    let stack = Stack::open();
    let wordpress = stack.wordpress();
    let _elsewhere = wordpress.must_use(MustUse::BehindOurBack);
    let asked = async |as_copy: bool| {
        let login = ["admin_user", "application_password"].map(|it| stack.text(&format!("/wordpress/{it}")));
        let url = format!("{}/wp-json/wp/v2/safe-mode", stack.text("/wordpress/url"));
        let request = reqwest::Client::new().get(url).basic_auth(login[0], Some(login[1]));
        let request = if as_copy { request.header("x-copy", "1") } else { request };
        request.send().await.unwrap().json::<Value>().await.unwrap()
    };
    let original = asked(false).await;
    assert_eq!(original["safe_mode"], false, "{original}");
    let copy = asked(true).await;
    assert_eq!((&copy["safe_mode"], &copy["home"]), (&json!(true), &json!("https://copy.example.com")));
}
