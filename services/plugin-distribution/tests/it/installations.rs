use domain::ApiKey;
use reqwest::StatusCode;
use serde_json::json;

use crate::service::Service;

#[tokio::test]
async fn a_site_registers_itself_and_nobody_else() {
    let service = Service::start().await;
    service.release("1.0.0", "").await.unwrap();
    let (key, stranger) = (ApiKey::generate(), ApiKey::generate());
    service.knows(7, &key).await;
    let body = json!({"plugin_version": "1.0.0", "wp_version": "6.5", "php_version": "8.2", "site_id": 8});

    for wrong in [None, Some(""), Some(stranger.expose()), Some("igny8_live_x")] {
        let (status, problem) = service.post("/register/", wrong, &body).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{wrong:?}: {problem}");
    }
    assert_eq!(service.count("plugin_installations").await, 0);

    let (status, answer) = service.post("/register/", Some(key.expose()), &body).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(answer["data"]["site_id"], 7, "the site is the key's own");
    let (status, _) = service
        .post("/health-check/", Some(key.expose()), &json!({"plugin_version": "1.0.0", "status": "error"}))
        .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(service.count("plugin_installations WHERE site_id = 7 AND status = 'error'").await, 1);
    let (status, problem) = service
        .post("/health-check/", Some(key.expose()), &json!({"plugin_version": "1", "status": "fine"}))
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
}
