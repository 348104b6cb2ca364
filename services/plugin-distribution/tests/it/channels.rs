use diesel::result::{DatabaseErrorKind, Error as QueryError};
use futures::future::join_all;
use serde_json::json;

use crate::service::Service;

/// The latest versions as `channel version`.
async fn latest(service: &Service) -> Vec<String> {
    service
        .texts(
            "channel || ' ' || version FROM plugin_versions WHERE is_latest ORDER BY channel DESC, version",
        )
        .await
}

#[tokio::test]
async fn each_channel_has_its_own_latest() {
    let service = Service::start().await;
    service.release("1.0.0", "// one").await.unwrap();
    service.release_with("1.1.0-beta.1", "// early", &["--beta"], |_| ()).await.unwrap();
    service.release_with("1.1.0-beta.10", "// later", &["--beta"], |_| ()).await.unwrap();
    service.release_with("1.1.0-beta.9", "// a late fix", &["--beta"], |_| ()).await.unwrap();
    assert_eq!(latest(&service).await, ["stable 1.0.0", "beta 1.1.0-beta.10"]);

    service.release_with("1.1.0-beta.10", "// later", &[], |_| ()).await.unwrap();
    let expected = ["stable 1.1.0-beta.10", "beta 1.1.0-beta.9"];
    assert_eq!(latest(&service).await, expected, "it went over, and the beta channel has the next lower one");
}

#[tokio::test]
async fn the_database_refuses_a_second_latest_and_one_that_is_not_offered() {
    let service = Service::start().await;
    service.release("1.0.0", "// one").await.unwrap();
    service.release("1.1.0", "// two").await.unwrap();
    for (change, constraint) in [
        ("is_latest = true", "plugin_versions_one_latest_per_channel"),
        ("status = 'deprecated', is_latest = true", "plugin_versions_latest_is_offered"),
        ("status = 'withdrawn', is_latest = true", "plugin_versions_latest_is_offered"),
        ("status = 'gone'", "plugin_versions_status"),
        ("halted_at = now()", "plugin_versions_halted_is_paused"),
    ] {
        let sql = format!("UPDATE plugin_versions SET {change} WHERE version = '1.0.0'");
        let refusal = service.try_execute(&sql).await.unwrap_err();
        let QueryError::DatabaseError(kind, violated) = refusal else { panic!("{refusal}") };
        assert!(matches!(kind, DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::CheckViolation));
        assert_eq!(violated.constraint_name(), Some(constraint), "{change}");
    }
}

#[tokio::test]
async fn two_that_make_a_latest_at_the_same_time_make_one() {
    let service = Service::start().await;
    for version in ["1.0.0", "1.1.0", "1.2.0", "1.3.0"] {
        service.release(version, "// one of them").await.unwrap();
    }
    service.execute("UPDATE plugin_versions SET is_latest = false").await;
    // Without the plugin's row, as nobody does it: the index alone has to hold.
    let claims = ["1.0.0", "1.1.0", "1.2.0", "1.3.0"]
        .map(|it| format!("UPDATE plugin_versions SET is_latest = true WHERE version = '{it}'"));
    let done = join_all(claims.iter().map(|sql| service.try_execute(sql))).await;
    assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 1, "{done:?}");
    assert_eq!(latest(&service).await.len(), 1);
}

#[tokio::test]
async fn acts_at_the_same_time_leave_the_highest_of_each_channel() {
    let service = Service::start().await;
    service.release("1.0.0", "// one").await.unwrap();
    let releases: Vec<(String, &[&str])> = (1..=4_u8)
        .flat_map(|it| [(format!("1.{it}.0"), &[][..]), (format!("2.{it}.0-rc.1"), &["--beta"][..])])
        .collect();
    let released = join_all(
        releases.iter().map(|(version, words)| service.release_with(version, "// at once", words, |_| ())),
    );
    for done in released.await {
        done.unwrap();
    }
    assert_eq!(latest(&service).await, ["stable 1.4.0", "beta 2.4.0-rc.1"]);
    let acts = [
        "withdraw --version 1.4.0",
        "deprecate --version 1.3.0",
        "withdraw --version 2.4.0-rc.1",
        "release --version 2.3.0-rc.1",
    ];
    for done in join_all(acts.map(|it| service.act(it))).await {
        done.unwrap();
    }
    assert_eq!(latest(&service).await, ["stable 2.3.0-rc.1", "beta 2.2.0-rc.1"]);
    let body = json!({"current_version": "1.0.0", "channel": "beta"});
    service.app.state.offers.reload().await.unwrap();
    assert_eq!(service.post("/check-update/", None, &body).await.1["data"]["version"], "2.3.0-rc.1");
}
