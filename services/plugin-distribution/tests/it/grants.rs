use domain::ApiKey;
use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::service::Service;

struct Private {
    service: Service,
    key: ApiKey,
}

impl Private {
    async fn start() -> Self {
        let service = Service::start_with(&[("IGNY8__DOWNLOADS__PUBLIC", "false")]).await;
        service.release("1.0.0", "// one").await.unwrap();
        service.release("1.1.0", "// two").await.unwrap();
        let key = ApiKey::generate();
        service.knows(7, &key).await;
        Self { service, key }
    }

    async fn ask(&self, version: &str) -> (StatusCode, Value) {
        self.service.post("/download-grant/", Some(self.key.expose()), &json!({"version": version})).await
    }

    /// The path of the download that was granted.
    async fn granted(&self, version: &str) -> String {
        let (status, answer) = self.ask(version).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let url = answer["data"]["url"].as_str().unwrap();
        url.strip_prefix("https://plugins.example/api/plugins/example").unwrap().to_owned()
    }

    async fn code(&self, path: &str) -> (StatusCode, String) {
        let (status, problem) = self.service.get(path).await;
        (status, problem["code"].as_str().unwrap_or_default().to_owned())
    }
}

#[tokio::test]
async fn a_site_gets_one_version_for_a_few_minutes() {
    let private = Private::start().await;
    let service = &private.service;
    assert_eq!(private.code("/download/").await, (StatusCode::FORBIDDEN, "grant_missing".to_owned()));
    let (_, answer) = private.ask("1.0.0").await;
    let sha256 = answer["data"]["sha256"].as_str().unwrap();
    let path = private.granted("1.0.0").await;
    let package = service.client.get(format!("{}{path}", service.base)).send().await.unwrap();
    assert_eq!(
        (package.status(), package.headers()["etag"].to_str().unwrap()),
        (StatusCode::OK, &*format!("\"{sha256}\""))
    );
    assert_eq!(package.bytes().await.unwrap().len(), answer["data"]["size"]);

    let invalid = (StatusCode::FORBIDDEN, "grant_invalid".to_owned());
    for changed in [
        path.replace("1.0.0", "1.1.0"),
        path.replace("version=1.0.0&", ""),
        path.replace("=1.7.", "=1.8."),
        format!("{path}0"),
    ] {
        assert_eq!(private.code(&changed).await, invalid, "{changed}");
    }
    service.hand.advance(SignedDuration::from_secs(299));
    assert_eq!(private.code(&path).await.0, StatusCode::OK);
    service.hand.advance(SignedDuration::from_secs(1));
    assert_eq!(private.code(&path).await, (StatusCode::FORBIDDEN, "grant_expired".to_owned()));

    service.write_counts().await;
    let downloads = "coalesce(sum(times), 0) FROM plugin_downloads WHERE site_id = 7 AND account_id = 1";
    assert_eq!(service.number(downloads).await, 2);
    for (code, times) in [("grant_missing", 1), ("grant_invalid", 4), ("grant_expired", 1)] {
        let refused = format!("coalesce(sum(times), 0) FROM plugin_refusals WHERE code = '{code}'");
        assert_eq!(service.number(&refused).await, times, "{code}");
    }
}

#[tokio::test]
async fn only_a_site_itself_is_granted_anything() {
    let private = Private::start().await;
    let service = &private.service;
    let body = json!({"version": "1.0.0"});
    let stranger = ApiKey::generate();
    for (key, code) in [
        (None, "key_missing"),
        (Some(stranger.expose()), "key_invalid"),
        (Some("igny8_live_x"), "key_malformed"),
    ] {
        let (status, problem) = service.post("/download-grant/", key, &body).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{problem}");
        if key != Some("igny8_live_x") {
            assert_eq!(problem["code"], code);
        }
    }
    assert_eq!(private.ask("9.9.9").await.0, StatusCode::NOT_FOUND);
    let (status, problem) = service.post("/download-grant/", Some(private.key.expose()), &json!({})).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid_field")));

    service.execute("UPDATE plugin_versions SET paused = true WHERE version = '1.1.0'").await;
    service.app.state.offers.reload().await.unwrap();
    let (status, problem) = private.ask("1.1.0").await;
    assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("version_paused")));
    service.write_counts().await;
    assert_eq!(service.count("plugin_refusals WHERE code = 'version_paused' AND site_id = 7").await, 1);
    assert_eq!(service.count("plugin_refusals WHERE code = 'key_missing'").await, 1);
}

#[tokio::test]
async fn a_site_that_asks_too_often_waits_and_its_neighbour_does_not() {
    let service =
        Service::start_with(&[("IGNY8__DOWNLOADS__PER_SITE", "{ per_second = 1, burst = 2 }")]).await;
    service.release("1.0.0", "// one").await.unwrap();
    let (key, neighbour) = (ApiKey::generate(), ApiKey::generate());
    service.knows(7, &key).await;
    service.knows(8, &neighbour).await;
    let body = json!({"version": "1.0.0"});
    let mut last = (StatusCode::OK, json!({}));
    for _ in 0..3 {
        last = service.post("/download-grant/", Some(key.expose()), &body).await;
    }
    assert_eq!((last.0, &last.1["code"]), (StatusCode::TOO_MANY_REQUESTS, &json!("rate_limited")));
    assert_eq!(service.post("/download-grant/", Some(neighbour.expose()), &body).await.0, StatusCode::OK);
}
