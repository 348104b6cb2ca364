use jiff::SignedDuration;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::service::{Service, Site};

async fn analytics(service: &Service, token: &str, query: &str) -> Value {
    let (status, answer) = service.get_by(token, &format!("/analytics/{query}")).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["data"].clone()
}

fn counted(pairs: &[(&str, i64)]) -> Value {
    let values: Vec<_> = pairs
        .iter()
        .map(|(value, installations)| json!({"value": value, "installations": installations}))
        .collect();
    json!({"values": values, "others": 0})
}

#[tokio::test]
async fn installations_are_counted_by_what_they_last_said() {
    let service = Service::start().await;
    for version in ["1.0.0", "1.1.0"] {
        service.release(version, &format!("// {version}")).await.unwrap();
    }
    let token = service.operator().await;
    let sites = service.sites(5).await;
    let says = async |site: &Site, version: &str, wordpress: &str, php: &str, metadata: Value| {
        let report = json!({"plugin_version": version, "wp_version": wordpress, "php_version": php, "metadata": metadata});
        service.registers(site, report).await;
    };
    says(&sites[4], "0.9.0", "5.9", "7.4.33", json!({})).await;
    service.hand.advance(SignedDuration::from_hours(71));
    says(&sites[0], "1.0.0", "6.5.5", "8.2.21-1~deb12", json!({"channel": "beta"})).await;
    says(&sites[0], "1.1.0", "6.5.5", "8.2.21-1~deb12", json!({"channel": "beta"})).await;
    says(&sites[1], "1.1.0", "6.5", "8.2", json!({})).await;
    says(&sites[2], "1.0.0", "6.10.1", "<b>8.2", json!({})).await;
    let failed = json!({"failed_version": "1.1.0", "error": "boom"});
    service
        .reports(
            &sites[2],
            json!({"plugin_version": "1.0.0", "wp_version": "6.10.1", "status": "error", "metadata": failed}),
        )
        .await;
    let made_up = json!({"failed_version": "7.7.7"});
    service
        .reports(&sites[3], json!({"plugin_version": "1.1.0", "status": "error", "metadata": made_up}))
        .await;

    let all = analytics(&service, &token, "").await["installations"].clone();
    assert_eq!((&all["active"], &all["silent"]), (&json!(5), &json!(0)), "the oldest is 71 hours old");
    service.hand.advance(SignedDuration::from_hours(2));
    let known = analytics(&service, &token, "").await;
    assert_eq!(
        known["installations"],
        json!({
            "active": 4, "silent": 1,
            "by_version": counted(&[("1.1.0", 3), ("1.0.0", 1)]),
            "by_channel": counted(&[("stable", 3), ("beta", 1)]),
            "by_wordpress": counted(&[("6.5", 2), ("", 1), ("6.10", 1)]),
            "by_php": counted(&[("", 2), ("8.2", 2)]),
            "by_country": counted(&[("", 4)]),
            "by_status": counted(&[("active", 2), ("error", 2)]),
        })
    );
    // Only versions that there are; and of those who tried, a quarter went back.
    assert_eq!(
        known["failed_updates"],
        json!([{"version": "1.1.0", "failed": 1, "running": 3, "share": 0.25}])
    );
    // Who runs it by now went through with it.
    says(&sites[2], "1.1.0", "6.10.1", "8.2", json!({})).await;
    assert_eq!(analytics(&service, &token, "").await["failed_updates"], json!([]));
}

#[tokio::test]
async fn what_sites_make_up_is_told_apart_up_to_a_number() {
    let service = Service::start().await;
    service.release("1.0.0", "").await.unwrap();
    let token = service.operator().await;
    let now = service.app.state.clock.now();
    service
        .execute(&format!(
            "INSERT INTO plugin_installations (account_id, site_id, plugin_id, version, status, last_seen)
             SELECT 1, site, plugins.id, CASE WHEN site <= 9 THEN '1.0.0' ELSE 'mine-' || site END, 'active', '{now}'
             FROM plugins, generate_series(1, 200) AS site"
        ))
        .await;
    let by_version = &analytics(&service, &token, "").await["installations"]["by_version"];
    assert_eq!(by_version["values"].as_array().unwrap().len(), 50);
    assert_eq!(by_version["values"][0], json!({"value": "1.0.0", "installations": 9}));
    assert_eq!(by_version["others"], 200 - 9 - 49);
}

#[tokio::test]
async fn downloads_and_refusals_are_added_up() {
    let service = Service::start_with(&[("IGNY8__COUNTS__WRITE_EVERY", "1h")]).await;
    service.hand.set("2026-11-27T00:00:00Z".parse().unwrap());
    for version in ["1.0.0", "1.1.0"] {
        service.release(version, &format!("// {version}")).await.unwrap();
    }
    let token = service.operator().await;
    for version in ["1.0.0", "1.1.0", "1.1.0"] {
        service.package(version).await;
    }
    for _ in 0..3 {
        assert_eq!(service.get("/download/?version=9.9.9").await.0, StatusCode::NOT_FOUND);
    }
    assert_eq!(service.get("/download/?version=1.0.0&grant=x").await.0, StatusCode::FORBIDDEN);
    service.write_counts().await;
    // The last moment before the period, and its first one.
    for (at, outcome, times) in [
        ("2026-11-24T23:59:59.999Z", "complete", 100),
        ("2026-11-25T00:00:00Z", "broken_off", 2),
        ("2026-11-25T23:59:59Z", "complete", 4),
    ] {
        service
            .execute(&format!(
                "INSERT INTO plugin_downloads (plugin_version_id, ip_address, user_agent, downloaded_at, times, outcome)
                 SELECT id, '', '', '{at}', {times}, '{outcome}' FROM plugin_versions WHERE version = '1.0.0'"
            ))
            .await;
        service
            .execute(&format!(
                "INSERT INTO plugin_refusals (plugin_id, code, ip_address, times, refused_at)
                 SELECT id, 'rate_limited', '', {times}, '{at}' FROM plugins"
            ))
            .await;
    }

    let known = analytics(&service, &token, "?days=3").await;
    let of = |version, complete, broken_off| json!({"version": version, "complete": complete, "broken_off": broken_off});
    let on = |day, version, complete, broken_off| json!({"day": day, "version": version, "complete": complete, "broken_off": broken_off});
    assert_eq!(known["since"], "2026-11-25");
    assert_eq!(known["downloads"]["by_version"], json!([of("1.1.0", 2, 0), of("1.0.0", 5, 2)]));
    assert_eq!(
        known["downloads"]["by_day"],
        json!([
            on("2026-11-25", "1.0.0", 4, 2),
            on("2026-11-27", "1.1.0", 2, 0),
            on("2026-11-27", "1.0.0", 1, 0)
        ])
    );
    assert_eq!(
        known["refusals"],
        json!([
            {"code": "rate_limited", "times": 6}, {"code": "not_found", "times": 3}, {"code": "grant_invalid", "times": 1}
        ])
    );
    let earlier = analytics(&service, &token, "?days=4").await;
    assert_eq!(earlier["downloads"]["by_version"][1], of("1.0.0", 105, 2));
    assert_eq!(
        analytics(&service, &token, "?days=1").await["downloads"]["by_day"].as_array().unwrap().len(),
        2
    );
}

#[tokio::test]
async fn what_was_counted_is_forgotten_after_a_while() {
    let mut service = Service::start().await;
    service.release("1.0.0", "").await.unwrap();
    let now = service.app.state.clock.now();
    for (days, number) in [(92, 5_001), (90, 1)] {
        let at = now - SignedDuration::from_hours(24 * days);
        for insert in [
            "plugin_downloads (plugin_version_id, ip_address, user_agent, downloaded_at) SELECT id, '', '', '{at}' FROM plugin_versions",
            "plugin_refusals (plugin_id, code, ip_address, refused_at) SELECT id, 'not_found', '', '{at}' FROM plugins",
        ] {
            let insert = insert.replace("{at}", &at.to_string());
            service.execute(&format!("INSERT INTO {insert}, generate_series(1, {number})")).await;
        }
    }
    service.restart().await;
    testkit::eventually("the old ones are forgotten", async || {
        let left = [service.count("plugin_downloads").await, service.count("plugin_refusals").await];
        (left == [1, 1]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn another_plugin_is_none_of_it_and_odd_questions_are_refused() {
    let service = Service::start().await;
    service.release("1.0.0", "").await.unwrap();
    let token = service.operator().await;
    let site = service.sites(1).await.remove(0);
    service.registers(&site, json!({"plugin_version": "1.0.0"})).await;
    service.execute("INSERT INTO plugins (slug, name, is_active) VALUES ('another', 'Another', false)").await;
    let elsewhere = service.base.replace("example", "another");
    let answer =
        service.client.get(format!("{elsewhere}/analytics/")).bearer_auth(&token).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["data"]["installations"]["active"], 0, "{answer}");
    assert_eq!(answer["data"]["installations"]["by_version"], json!({"values": [], "others": 0}));

    for days in ["0", "91", "-1", "x", "", "1&days=2", "99999999999"] {
        let (status, problem) = service.get_by(&token, &format!("/analytics/?days={days}")).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!("invalid_query")),
            "{days}"
        );
    }
    let none = service.base.replace("example", "none");
    let answer = service.client.get(format!("{none}/analytics/")).bearer_auth(&token).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
}
