use std::collections::HashMap;

use diesel_async::RunQueryDsl;
use jiff::SignedDuration;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Outcome, progress, status};
use crate::testing::{Api, Team, TestSite};

#[rstest]
#[case("idle", &[], None, None, "idle")]
#[case("idle", &["failed"], None, None, "idle")]
#[case("idle", &["queued"], Some(()), Some(()), "pending")]
#[case("idle", &["waiting"], None, None, "pending")]
#[case("idle", &["queued", "publishing"], None, None, "syncing")]
#[case("idle", &[], Some(()), None, "success")]
#[case("idle", &[], Some(()), Some(()), "failed")]
#[case("syncing", &["queued"], None, None, "syncing")]
#[case("pending", &["publishing"], None, None, "syncing")]
#[case("pending", &[], None, Some(()), "pending")]
#[case("failed", &[], Some(()), None, "failed")]
#[case("success", &[], None, None, "success")]
fn statuses(
    #[case] reading: &str,
    #[case] states: &[&str],
    #[case] success: Option<()>,
    #[case] failure: Option<()>,
    #[case] expected: &str,
) {
    let unsettled: HashMap<String, i64> = states.iter().map(|it| ((*it).to_owned(), 1)).collect();
    let outcome = Outcome { created_at: jiff::Timestamp::UNIX_EPOCH, error_message: String::new() };
    let (success, failure) = (success.map(|()| &outcome), failure.map(|()| &outcome));
    assert_eq!(status(reading, &unsettled, success, failure), expected);
}

#[test]
fn progress_counts_what_is_left() {
    let unsettled =
        HashMap::from([("queued".to_owned(), 3), ("waiting".to_owned(), 2), ("failed".to_owned(), 9)]);
    let shown = progress(&unsettled, 5);
    assert_eq!((shown.done, shown.total, shown.queued, shown.waiting), (5, 10, 3, 2));
}

async fn connected() -> (Api, Team, TestSite) {
    let api = Api::start().await;
    let team = api.team("tideline").await;
    let site = api.connected_site(&team, "https://a.example.com").await;
    (api, team, site)
}

impl Api {
    async fn figures(&self, team: &Team, site: &TestSite, what: &str) -> Value {
        let path = format!("/api/v1/integration/integrations/{}/{what}/", site.integration_id);
        let answer = self.get(&team.viewer, &path).await;
        assert_eq!(answer.status, 200, "{:?}", answer.json());
        answer.json()["data"].clone()
    }

    async fn run_sql(&self, statement: String) {
        let connection = &mut *self.state.database.connection().await.unwrap();
        diesel::sql_query(statement).execute(connection).await.unwrap();
    }

    /// So many lines of the log, so long ago.
    async fn log(&self, site: &TestSite, hours_ago: i64, many: usize, line: (&str, &str, &str, bool)) {
        let (event_type, action, direction, success) = line;
        let at = self.now() - SignedDuration::from_hours(hours_ago);
        self.run_sql(format!(
            "INSERT INTO sync_events (event_id, account_id, site_id, event_type, action, direction, description, success, error_message, created_at)
             SELECT gen_random_uuid(), {}, {}, '{event_type}', '{action}', '{direction}', '', {success}, '{}', '{at}' FROM generate_series(1, {many})",
            site.account_id,
            site.id,
            if success { "" } else { "It did not work." },
        ))
        .await;
    }

    async fn queued(&self, team: &Team, site: &TestSite, title: &str) -> i64 {
        let new = json!({"site_id": site.id, "title": title, "content_html": "<p>x</p>", "status": "review"});
        let made = self.post(&team.editor, "/api/v1/writer/content/", new).await;
        let id = made.json()["data"]["id"].as_i64().unwrap();
        self.post(&team.editor, &format!("/api/v1/writer/content/{id}/submit/"), json!({})).await;
        let path = format!("/api/v1/writer/content/{id}/publish/");
        let ordered = self.post(&team.editor, &path, json!({})).await;
        assert_eq!(ordered.status, 202, "{:?}", ordered.json());
        id
    }
}

#[actix_web::test]
async fn what_is_under_way_is_shown_with_its_progress() {
    let (api, team, site) = connected().await;
    let other = api.connected_site(&team, "https://b.example.com").await;
    let shown = api.figures(&team, &site, "sync-status").await;
    assert_eq!(
        ["sync_status", "last_sync_at", "last_error", "running"].map(|it| shown[it].clone()),
        [json!("idle"), Value::Null, Value::Null, json!([])]
    );
    let first = api.queued(&team, &site, "First").await;
    let second = api.queued(&team, &site, "Second").await;
    api.queued(&team, &other, "Elsewhere").await;
    let shown = api.figures(&team, &site, "sync-status").await;
    assert_eq!(shown["sync_status"], "pending");
    let running: Vec<_> =
        shown["running"].as_array().unwrap().iter().map(|it| it["content_id"].as_i64().unwrap()).collect();
    assert_eq!(running, [first, second]);
    assert_eq!(
        (&shown["running"][0]["title"], &shown["running"][0]["command"]),
        (&json!("First"), &json!("publish"))
    );
    assert!(shown["running"][0]["ordered_at"].is_string());
    assert_eq!(shown["progress"]["total"], 2);

    api.run_sql(format!("UPDATE publications SET state = 'publishing' WHERE content_id = {second}")).await;
    assert_eq!(api.figures(&team, &site, "sync-status").await["sync_status"], "syncing");
    let stranger = api.team("others").await;
    let path = format!("/api/v1/integration/integrations/{}/sync-status/", site.integration_id);
    assert_eq!(api.get(&stranger.owner, &path).await.code(), "integration_not_found");
    assert_eq!(api.get(&team.viewer, &path.replace("sync-status", "sync_health")).await.status, 200);
}

#[actix_web::test]
async fn the_last_thing_decides() {
    let (api, team, site) = connected().await;
    api.log(&site, 3, 1, ("publish", "content_publish", "igny8_to_wp", false)).await;
    let shown = api.figures(&team, &site, "sync-status").await;
    assert_eq!((&shown["sync_status"], &shown["last_error"]), (&json!("failed"), &json!("It did not work.")));
    api.log(&site, 2, 1, ("publish", "content_publish", "igny8_to_wp", true)).await;
    // Neither an ordered command nor a try that goes on is how something ended.
    api.log(&site, 1, 1, ("publish", "publish_queued", "igny8_to_wp", true)).await;
    api.log(&site, 1, 1, ("publish", "publish_retry", "igny8_to_wp", false)).await;
    let shown = api.figures(&team, &site, "sync-status").await;
    assert_eq!((&shown["sync_status"], &shown["last_error"]), (&json!("success"), &Value::Null));
    assert_eq!(shown["last_sync_at"], "2026-11-22T08:00:00Z");
}

#[actix_web::test]
async fn health_is_counted_from_the_log() {
    let (api, team, site) = connected().await;
    let other = api.connected_site(&team, "https://b.example.com").await;
    let well = ("publish", "content_publish", "igny8_to_wp", true);
    let badly = ("publish", "content_publish", "igny8_to_wp", false);
    api.log(&site, 1, 3, well).await;
    api.log(&site, 2, 1, badly).await;
    api.log(&site, 24 * 6, 4, badly).await;
    api.log(&site, 24 * 8, 50, badly).await;
    api.log(&other, 1, 50, badly).await;
    api.log(&site, 1, 50, ("content", "submitted", "local", true)).await;
    api.log(&site, 1, 50, ("publish", "publish_queued", "igny8_to_wp", true)).await;
    api.log(&site, 1, 2, ("webhook", "status_update", "wp_to_igny8", true)).await;
    api.log(&site, 30, 1, ("webhook", "status_stale", "wp_to_igny8", true)).await;
    api.log(&site, 30, 1, ("webhook", "status_unknown_content", "wp_to_igny8", false)).await;
    let waiting = api.queued(&team, &site, "Waits").await;
    let failed = api.queued(&team, &site, "Failed").await;
    api.run_sql(format!("UPDATE publications SET state = 'failed' WHERE content_id = {failed}")).await;
    let live = api.queued(&team, &site, "Live").await;
    api.run_sql(format!(
        "UPDATE publications SET state = 'live', external_id = '77' WHERE content_id = {live}"
    ))
    .await;

    let shown = api.figures(&team, &site, "sync-health").await;
    assert_eq!(["synced", "failed", "pending"].map(|it| shown[it].as_i64().unwrap()), [1, 1, 1], "{shown}");
    assert_eq!(
        shown["by_direction"]["igny8_to_wp"],
        json!({
            "last_24h": {"succeeded": 3, "failed": 1, "rate": 0.75},
            "last_7d": {"succeeded": 3, "failed": 5, "rate": 0.375},
        })
    );
    assert_eq!(
        shown["by_direction"]["wp_to_igny8"]["last_24h"],
        json!({"succeeded": 2, "failed": 0, "rate": 1.0})
    );
    assert_eq!(shown["success_rates"]["last_7d"], json!({"succeeded": 6, "failed": 6, "rate": 0.5}));
    assert_eq!(shown["webhooks"], json!({"received": 4, "stale": 1, "unknown": 1, "received_24h": 2}));
    assert_eq!(shown["last_success_at"], "2026-11-22T09:00:00Z");
    assert_eq!(shown["last_failure_at"], "2026-11-22T08:00:00Z");
    assert_eq!(
        (&shown["oldest_waiting"]["content_id"], &shown["oldest_waiting"]["state"]),
        (&json!(waiting), &json!("queued"))
    );

    let nothing = api.connected_site(&team, "https://c.example.com").await;
    let shown = api.figures(&team, &nothing, "sync-health").await;
    assert_eq!(shown["success_rates"]["last_24h"], json!({"succeeded": 0, "failed": 0, "rate": null}));
    assert_eq!(shown["oldest_waiting"], Value::Null);
}
