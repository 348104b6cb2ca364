use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;

use crate::service::Service;

#[tokio::test]
async fn an_address_that_asks_too_often_is_told_how_long_to_wait() {
    let service = Service::start_with(&[
        ("IGNY8__DOWNLOADS__PER_IP", "{ per_second = 1, burst = 3 }"),
        ("IGNY8__HTTP__TRUSTED_PROXIES", "[\"127.0.0.1/32\"]"),
    ])
    .await;
    service.release("1.0.0", "// one").await.unwrap();
    let ask = async |from: &str| {
        let request =
            service.client.get(format!("{}/download/", service.base)).header("X-Forwarded-For", from);
        request.send().await.unwrap()
    };
    for left in [2, 1, 0] {
        let response = ask("203.0.113.7").await;
        assert_eq!(response.status(), StatusCode::OK);
        let limit = response.headers()["ratelimit"].to_str().unwrap().to_owned();
        assert!(limit.starts_with(&format!("\"ip\";r={left};t=")), "{limit}");
        assert_eq!(response.headers()["ratelimit-policy"], "\"ip\";q=3;w=3");
    }
    let refused = ask("203.0.113.7").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()[RETRY_AFTER], "1");
    assert_eq!(ask("203.0.113.8").await.status(), StatusCode::OK, "another address");
    service.write_counts().await;
    assert_eq!(
        service.count("plugin_refusals WHERE code = 'rate_limited' AND ip_address = '203.0.113.7'").await,
        1
    );
}

#[tokio::test]
async fn a_flood_of_refusals_is_a_few_rows() {
    let service = Service::start_with(&[
        ("IGNY8__DOWNLOADS__PUBLIC", "false"),
        ("IGNY8__COUNTS__WRITE_EVERY", "1h"),
        ("IGNY8__COUNTS__MOST", "20"),
        ("IGNY8__HTTP__TRUSTED_PROXIES", "[\"127.0.0.1/32\"]"),
    ])
    .await;
    service.release("1.0.0", "// one").await.unwrap();
    for nth in 0..500 {
        let request = service.client.get(format!("{}/download/?version=1.0.0&grant={nth}", service.base));
        let response = request
            .header("X-Forwarded-For", format!("10.0.{}.{}", nth / 250, nth % 250))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
    }
    for nth in 0..50 {
        assert_eq!(service.get(&format!("/download/?version=9.{nth}.0")).await.0, StatusCode::NOT_FOUND);
    }
    service.write_counts().await;
    assert_eq!(service.number("sum(times) FROM plugin_refusals WHERE code = 'grant_invalid'").await, 500);
    assert_eq!(service.number("sum(times) FROM plugin_refusals WHERE code = 'not_found'").await, 50);
    assert!(service.count("plugin_refusals").await <= 22);
}
