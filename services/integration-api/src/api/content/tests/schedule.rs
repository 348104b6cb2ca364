use contracts::publishing::PublishContent;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{CONTENT, Desk};
use crate::jobs::calendar::{let_go, plan};
use crate::store::integrations;

/// Tests begin on a Sunday at 10:00 UTC; the default slots are at 09:00, 10:36, 12:12, 13:48 and 15:24.
impl Desk {
    async fn schedule(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self.api.post(&self.team.editor, &format!("{path}schedule/"), body).await;
        let json = answer.json();
        let said = json["code"].as_str().map_or_else(|| json["data"].clone(), Value::from);
        (answer.status.as_u16(), said)
    }

    async fn settings(&self, change: Value) {
        let path = format!("/api/v1/sites/{}/publishing-settings/", self.site.id);
        let answer = self.api.patch(&self.team.editor, &path, change).await;
        assert_eq!(answer.status, 200, "{:?}", answer.json());
    }

    /// What the clock's door does within seconds.
    async fn tick(&self) {
        let state = &self.api.state;
        while plan(state).await.unwrap() | let_go(state).await.unwrap() {}
    }

    async fn wait(&self, minutes: i64) {
        self.api.hand.advance(SignedDuration::from_mins(minutes));
        self.tick().await;
    }

    async fn sent(&self) -> Vec<i64> {
        self.api.posted::<PublishContent>().await.iter().map(|it| it.content_id).collect()
    }
}

fn id(path: &str) -> i64 {
    path.trim_end_matches('/').rsplit('/').next().unwrap().parse().unwrap()
}

#[actix_web::test]
async fn the_next_free_slot_is_kept_and_goes_out_on_time() {
    let desk = Desk::new().await;
    let (first, second) = (desk.content("approved").await, desk.content("review").await);
    let (status, planned) = desk.schedule(&first, json!({})).await;
    assert_eq!(
        (status, planned),
        (
            200,
            json!({
                "content_id": id(&first), "outcome": "scheduled", "at": "2026-11-22T10:36:00Z", "local": "2026-11-22T10:36:00",
                "time_zone": "UTC", "kind": "slot",
            })
        )
    );
    assert_eq!(desk.schedule(&second, json!({})).await.1["at"], "2026-11-22T12:12:00Z");
    assert_eq!(
        desk.schedule(&first, json!({})).await.1["outcome"],
        "unchanged",
        "its own place is free for it"
    );
    let shown = desk.read(&second).await;
    assert_eq!(shown["status"], "approved", "giving it a time approves it");
    assert_eq!(shown["schedule"], json!({"at": "2026-11-22T12:12:00Z", "kind": "slot", "hold": null}));

    desk.wait(35).await;
    assert_eq!(desk.sent().await, Vec::<i64>::new());
    desk.wait(1).await;
    assert_eq!(desk.sent().await, [id(&first)]);
    desk.wait(96).await;
    assert_eq!(desk.sent().await, [id(&first), id(&second)]);
    let shown = desk.read(&second).await;
    assert_eq!((&shown["status"], &shown["schedule"]), (&json!("published"), &Value::Null));
    assert_eq!(
        desk.timeline(&first).await,
        ["content_created", "content_submitted", "content_approved", "content_scheduled", "publish_queued"]
    );
    let calendar = format!("/api/v1/sites/{}/calendar/?from=2026-11-22T00:00:00Z", desk.site.id);
    let entries = desk.api.get(&desk.team.viewer, &calendar).await.json()["data"].clone();
    let times: Vec<_> = entries.as_array().unwrap().iter().map(|it| it["at"].as_str().unwrap()).collect();
    assert_eq!(times, ["2026-11-22T10:36:00Z", "2026-11-22T12:12:00Z"]);
}

#[actix_web::test]
async fn an_exact_time_is_any_time_by_either_clock() {
    let desk = Desk::new().await;
    desk.settings(json!({"time_zone": "Europe/Berlin", "publish_days": [], "daily_limit": 0})).await;
    let path = desk.content("approved").await;
    let (_, planned) = desk.schedule(&path, json!({"at": "2026-11-22T23:30"})).await;
    assert_eq!(
        (&planned["at"], &planned["local"]),
        (&json!("2026-11-22T22:30:00Z"), &json!("2026-11-22T23:30:00"))
    );
    let (_, planned) = desk.schedule(&path, json!({"at": "2026-11-22T12:00:00+01:00"})).await;
    assert_eq!(
        (&planned["at"], &planned["outcome"], &planned["kind"]),
        (&json!("2026-11-22T11:00:00Z"), &json!("moved"), &json!("exact"))
    );
    let explained = desk.api.get(&desk.team.viewer, &format!("{path}schedule/explain/")).await.json();
    assert_eq!(explained["data"]["reasons"][0]["code"], "exact_time");
    desk.wait(60).await;
    assert_eq!(desk.sent().await, [id(&path)]);
}

#[actix_web::test]
async fn each_refusal_has_its_code() {
    let desk = Desk::new().await;
    let refused = async |path: &str, body: Value| {
        let (status, code) = desk.schedule(path, body).await;
        format!("{status} {}", code.as_str().unwrap_or_default())
    };
    let (draft, ready, live) =
        (desk.content("draft").await, desk.content("approved").await, desk.content("approved").await);
    assert_eq!(desk.step(&live, "publish").await.0, 202);
    assert_eq!(refused(&draft, json!({})).await, "409 content_is_draft");
    assert_eq!(refused(&live, json!({})).await, "409 publish_in_progress");
    for wrong in ["2026-11-22T09:58:00Z", "2029-01-01T00:00:00Z", "tomorrow", ""] {
        assert_eq!(refused(&ready, json!({ "at": wrong })).await, "422 invalid_field", "{wrong}");
    }
    assert_eq!(refused(&ready, json!({"site_integration_id": 987})).await, "404 integration_not_found");
    assert_eq!(refused(&format!("{CONTENT}987654/"), json!({})).await, "404 content_not_found");
    for (change, code) in [
        (json!({"publish_days": []}), "no_publishing_day"),
        (json!({"publish_days": ["mon"], "publish_time_slots": []}), "no_publishing_window"),
        (
            json!({"publish_time_slots": [{"start": "09:00", "end": "17:00"}], "weekly_limit": 0}),
            "limit_is_zero",
        ),
        (json!({"weekly_limit": null, "paused": true}), "publishing_paused"),
    ] {
        desk.settings(change).await;
        assert_eq!(refused(&ready, json!({})).await, format!("409 {code}"));
    }
    let stranger = desk.api.team("stranger").await;
    let answer = desk.api.post(&stranger.editor, &format!("{ready}schedule/"), json!({})).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (404, "content_not_found"));
    let answer = desk.api.get(&desk.team.viewer, &format!("{ready}schedule/explain/")).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (409, "not_scheduled"));
    assert_eq!(desk.read(&ready).await["schedule"], Value::Null);
}

#[actix_web::test]
async fn the_explanation_names_what_stood_in_the_way() {
    let desk = Desk::new().await;
    desk.settings(json!({"daily_limit": 1, "blackout_dates": [{"first": "2026-11-23"}]})).await;
    let (today, later) = (desk.content("approved").await, desk.content("approved").await);
    desk.schedule(&today, json!({"at": "2026-11-22T20:00:00Z"})).await;
    assert_eq!(desk.schedule(&later, json!({})).await.1["at"], "2026-11-24T09:00:00Z");
    let explained = desk.api.get(&desk.team.viewer, &format!("{later}schedule/explain/")).await.json();
    let codes: Vec<_> = explained["data"]["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["day_full", "blackout", "first_free"]);
}

#[actix_web::test]
async fn what_is_called_off_or_handed_back_stays_out() {
    let desk = Desk::new().await;
    desk.settings(json!({"auto_publish_enabled": true})).await;
    let (cancelled, rejected) = (desk.content("approved").await, desk.content("approved").await);
    desk.tick().await;
    assert_eq!(desk.read(&cancelled).await["schedule"]["at"], "2026-11-22T10:36:00Z");
    assert_eq!(desk.step(&cancelled, "cancel").await.0, 200);
    assert_eq!(desk.step(&rejected, "reject").await.0, 200);
    desk.wait(24 * 60).await;
    assert_eq!(desk.sent().await, Vec::<i64>::new());
    let shown = desk.read(&cancelled).await;
    assert_eq!((&shown["status"], &shown["kept_back"]), (&json!("approved"), &json!(true)));
    assert_eq!(desk.step(&cancelled, "cancel").await, (409, "nothing_to_cancel".to_owned()));

    // A person can put it in again.
    assert_eq!(desk.schedule(&cancelled, json!({})).await.0, 200);
    assert_eq!(desk.read(&cancelled).await["kept_back"], false);
}

#[actix_web::test]
async fn what_is_published_at_once_leaves_its_place_and_counts_for_the_day() {
    let desk = Desk::new().await;
    desk.settings(json!({"daily_limit": 2})).await;
    let (now, next) = (desk.content("approved").await, desk.content("approved").await);
    desk.schedule(&now, json!({})).await;
    assert_eq!(desk.step(&now, "publish").await.0, 202);
    assert_eq!(desk.read(&now).await["schedule"], Value::Null);
    // With two a day the slots are at 09:00 and 13:00; one of today's two is used up.
    assert_eq!(desk.schedule(&next, json!({})).await.1["at"], "2026-11-22T13:00:00Z");
    let third = desk.content("approved").await;
    assert_eq!(desk.schedule(&third, json!({})).await.1["at"], "2026-11-23T09:00:00Z");
    desk.wait(3 * 60).await;
    assert_eq!(desk.sent().await, [id(&now), id(&next)]);
}

#[actix_web::test]
async fn a_pause_and_a_site_that_is_away_hold_it_and_say_so() {
    let desk = Desk::new().await;
    let path = desk.content("approved").await;
    desk.schedule(&path, json!({"at": "2026-11-22T10:30:00Z"})).await;
    desk.settings(json!({"paused": true})).await;
    desk.wait(31).await;
    assert_eq!(desk.read(&path).await["schedule"]["hold"], "publishing_paused");
    let with_state = async |state: integrations::State| {
        let connection = &mut *desk.api.state.database.connection().await.unwrap();
        integrations::set_state(connection, desk.site.id, state, desk.api.now()).await.unwrap();
    };
    with_state(integrations::State::Suspended).await;
    desk.settings(json!({"paused": false})).await;
    desk.tick().await;
    assert_eq!(desk.read(&path).await["schedule"]["hold"], "integration_suspended");
    let held = |it: &&String| it.as_str() == "content_held";
    assert_eq!(desk.timeline(&path).await.iter().filter(held).count(), 2, "each reason is told once");
    with_state(integrations::State::Connected).await;
    desk.wait(5).await;
    assert_eq!(desk.sent().await, [id(&path)]);
    assert_eq!(desk.timeline(&path).await.iter().filter(held).count(), 2);
}

#[actix_web::test]
async fn what_an_outage_held_up_goes_out_one_by_one() {
    let desk = Desk::new().await;
    desk.settings(json!({"daily_limit": null, "weekly_limit": null, "monthly_limit": null, "min_gap": 10}))
        .await;
    let mut paths = Vec::new();
    for _ in 0..3 {
        let path = desk.content("approved").await;
        desk.schedule(&path, json!({})).await;
        paths.push(id(&path));
    }
    // The scheduler is away for an hour, in which all three were due.
    desk.wait(60).await;
    assert_eq!(desk.sent().await, paths[..1]);
    desk.wait(9).await;
    assert_eq!(desk.sent().await, paths[..1]);
    desk.wait(1).await;
    assert_eq!(desk.sent().await, paths[..2]);
    desk.wait(10).await;
    assert_eq!(desk.sent().await, paths);
}

#[actix_web::test]
async fn many_get_their_times_at_once_in_the_order_asked() {
    let desk = Desk::new().await;
    let mut paths = Vec::new();
    for status in ["approved", "draft", "review", "approved"] {
        paths.push(id(&desk.content(status).await));
    }
    let ids = [paths[3], paths[0], paths[1], 987_654, paths[2], paths[3]];
    let path = format!("{CONTENT}bulk-schedule/");
    let answer = desk.api.post(&desk.team.editor, &path, json!({ "content_ids": ids })).await;
    let data = answer.json()["data"].clone();
    let items = data["items"].as_array().unwrap().iter();
    let said: Vec<_> =
        items.map(|it| it["code"].as_str().or(it["time"]["at"].as_str()).unwrap().to_owned()).collect();
    assert_eq!(
        said,
        [
            "2026-11-22T10:36:00Z",
            "2026-11-22T12:12:00Z",
            "content_is_draft",
            "content_not_found",
            "2026-11-22T13:48:00Z"
        ]
    );
    assert_eq!((&data["scheduled"], &data["refused"]), (&json!(3), &json!(2)));

    // All of them at one time of day, although two of them have slots now.
    let body = json!({"content_ids": [paths[0], paths[2]], "at": "2026-11-22T10:36:00Z"});
    let data = desk.api.post(&desk.team.editor, &path, body).await.json()["data"].clone();
    assert_eq!(data["moved"], 2);
    desk.wait(36).await;
    assert_eq!(desk.sent().await.len(), 2, "what has the slot at that moment waits for the gap");
    desk.wait(10).await;
    assert_eq!(desk.sent().await.len(), 3);
}

#[actix_web::test]
async fn stage_7_approves_what_is_in_review_and_plans_it() {
    let desk = Desk::new().await;
    let (review, approved, draft) =
        (desk.content("review").await, desk.content("approved").await, desk.content("draft").await);
    let body = json!({"site_id": desk.site.id.get()});
    let path = "/api/v1/automation/stage-7/";
    let data = desk.api.post(&desk.team.editor, path, body.clone()).await.json()["data"].clone();
    assert_eq!((&data["scheduled"], &data["refused"], &data["more"]), (&json!(2), &json!(0), &json!(false)));
    assert_eq!(desk.read(&review).await["schedule"]["at"], "2026-11-22T10:36:00Z");
    assert_eq!(desk.read(&approved).await["schedule"]["at"], "2026-11-22T12:12:00Z");
    assert_eq!(desk.read(&draft).await["status"], "draft");
    let again = desk.api.post(&desk.team.editor, path, body.clone()).await.json()["data"].clone();
    assert_eq!(again["items"], json!([]));
    let stranger = desk.api.team("stranger").await;
    assert_eq!(desk.api.post(&stranger.editor, path, body).await.status, 404);
}

#[actix_web::test]
async fn a_site_that_runs_by_itself_approves_and_plans() {
    let desk = Desk::new().await;
    desk.settings(json!({"auto_approval_enabled": true, "auto_publish_enabled": true})).await;
    let path = desk.content("review").await;
    desk.tick().await;
    let shown = desk.read(&path).await;
    assert_eq!(
        (&shown["status"], &shown["schedule"]["at"]),
        (&json!("approved"), &json!("2026-11-22T10:36:00Z"))
    );
    desk.wait(36).await;
    assert_eq!(desk.sent().await, [id(&path)]);
}

#[actix_web::test]
async fn what_is_published_here_but_was_never_sent_is_sent() {
    let desk = Desk::new().await;
    let (left, fine) = (desk.content("approved").await, desk.content("approved").await);
    let connection = &mut *desk.api.state.database.connection().await.unwrap();
    let statuses = [(id(&left), domain::content::ContentStatus::Published)];
    crate::store::content::set_statuses(connection, &statuses, desk.api.now()).await.unwrap();
    for _ in 0..2 {
        crate::jobs::sweep::pass(desk.api.state.clone()).await.unwrap();
    }
    assert_eq!(desk.sent().await, [id(&left)]);
    assert_eq!(desk.read(&fine).await["publication"]["state"], "none");
}

#[actix_web::test]
async fn two_replicas_never_give_one_slot_twice_nor_send_one_thing_twice() {
    let desk = Desk::new().await;
    desk.settings(json!({"daily_limit": 3, "weekly_limit": 9, "min_gap": 1})).await;
    let mut paths = Vec::new();
    for _ in 0..12 {
        paths.push(desk.content("approved").await);
    }
    let halves = paths.split_at(6);
    let one = async |half: &[String]| {
        for path in half {
            assert_eq!(desk.schedule(path, json!({})).await.0, 200);
        }
    };
    tokio::join!(one(halves.0), one(halves.1));
    let calendar = format!("/api/v1/sites/{}/calendar/", desk.site.id);
    let entries = desk.api.get(&desk.team.viewer, &calendar).await.json()["data"].clone();
    let mut times: Vec<String> =
        entries.as_array().unwrap().iter().map(|it| it["at"].as_str().unwrap().to_owned()).collect();
    times.dedup();
    assert_eq!(times.len(), 12);
    let on = |day: &str| times.iter().filter(|at| at.starts_with(day)).count();
    assert!((22..30).all(|day| on(&format!("2026-11-{day}")) <= 3), "{times:?}");

    desk.api.hand.advance(SignedDuration::from_hours(24 * 14));
    for _ in 0..40 {
        let (one, other) = tokio::join!(let_go(&desk.api.state), let_go(&desk.api.state));
        one.unwrap();
        other.unwrap();
        desk.api.hand.advance(SignedDuration::from_hours(6));
    }
    let mut sent = desk.sent().await;
    assert_eq!(sent.len(), 12);
    sent.sort_unstable();
    sent.dedup();
    assert_eq!(sent.len(), 12);
}
