use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::service::Service;

async fn page(service: &Service, token: &str, query: &str) -> Value {
    let (status, answer) = service.get_by(token, &format!("/compatibility/{query}")).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer
}

#[tokio::test]
async fn what_is_declared_stands_beside_what_sites_say() {
    let service = Service::start().await;
    for version in ["1.0.0", "1.1.0", "1.2.0"] {
        service.release(version, &format!("// {version}")).await.unwrap();
    }
    let token = service.operator().await;
    let sites = service.sites(9).await;
    let report = |version, wordpress| json!({"plugin_version": version, "wp_version": wordpress, "php_version": "8.2.1"});
    for site in &sites[..3] {
        service.registers(site, report("1.1.0", "6.5.5")).await;
    }
    let with = |mut report: Value, more: Value| {
        report.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        report
    };
    // Two tried 1.1.0 on an older WordPress, and run what they had: that is no trouble of 1.0.0.
    let failed = json!({"status": "error", "metadata": {"failed_version": "1.1.0"}});
    for site in &sites[3..5] {
        service.reports(site, with(report("1.0.0", "5.6"), failed.clone())).await;
    }
    // One says it again when all is well again; it still tried.
    service.reports(&sites[4], with(report("1.0.0", "5.6"), json!({"metadata": failed["metadata"]}))).await;
    // One has trouble of its own.
    service.reports(&sites[5], with(report("1.0.0", "5.6"), json!({"status": "error"}))).await;
    service.reports(&sites[6], json!({"plugin_version": "1.0.0"})).await;
    service.registers(&sites[7], report("3.3.3", "6.5")).await;

    // Where it is switched off it shows nothing.
    service.reports(&sites[8], with(report("1.2.0", "6.5"), json!({"status": "inactive"}))).await;

    let answer = page(&service, &token, "").await;
    let said = |installations, in_error, failed_updates, verdict| json!({"installations": installations, "in_error": in_error, "failed_updates": failed_updates, "verdict": verdict});
    let of = |version, sites: Value, environments: Vec<(&str, &str, Value)>| {
        let declared = json!({
            "version": version, "status": "released", "requires": "5.6", "tested": "6.5", "requires_php": "7.4",
            "environment_count": environments.len(),
            "environments": environments.into_iter().map(|(wordpress, php, sites)| with(json!({"wordpress": wordpress, "php": php}), sites)).collect::<Vec<_>>(),
        });
        with(declared, sites)
    };
    assert_eq!(
        answer["data"],
        json!([
            of("1.2.0", said(0, 0, 0, "unknown"), vec![]),
            of(
                "1.1.0",
                said(3, 0, 2, "errors"),
                vec![("6.5", "8.2", said(3, 0, 0, "works")), ("5.6", "8.2", said(0, 0, 2, "errors"))]
            ),
            of(
                "1.0.0",
                said(4, 1, 0, "works"),
                vec![("5.6", "8.2", said(3, 1, 0, "unknown")), ("", "", said(1, 0, 0, "unknown"))]
            ),
        ])
    );
    assert_eq!(answer["pagination"]["next_cursor"], Value::Null);

    let first = page(&service, &token, "?limit=2").await;
    assert_eq!(first["data"].as_array().unwrap(), &answer["data"].as_array().unwrap()[..2]);
    let cursor = first["pagination"]["next_cursor"].as_str().unwrap();
    let rest = page(&service, &token, &format!("?limit=2&cursor={cursor}")).await;
    assert_eq!(rest["data"], json!([answer["data"][2]]));
    let (status, problem) = service.get_by(&token, "/compatibility/?cursor=x").await;
    assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &json!("invalid_cursor")));
}

#[tokio::test]
async fn of_many_environments_the_most_frequent_are_shown() {
    let service = Service::start().await;
    service.release("1.0.0", "").await.unwrap();
    let token = service.operator().await;
    let now = service.app.state.clock.now();
    service
        .execute(&format!(
            "INSERT INTO plugin_installations (account_id, site_id, plugin_id, version, status, last_seen, wp_version, php_version)
             SELECT 1, site, plugins.id, '1.0.0', 'active', '{now}', CASE WHEN site <= 9 THEN '6.5.1' ELSE '6.' || site END, '8.2'
             FROM plugins, generate_series(1, 200) AS site"
        ))
        .await;
    let answer = &page(&service, &token, "").await["data"][0];
    assert_eq!((&answer["installations"], &answer["environment_count"]), (&json!(200), &json!(192)));
    assert_eq!(answer["environments"].as_array().unwrap().len(), 100);
    assert_eq!(answer["environments"][0]["installations"], 9);
}
