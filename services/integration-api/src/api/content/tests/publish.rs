use contracts::publishing::PublishContent;
use serde_json::{Value, json};
use web::test::TestRequest;

use super::{CONTENT, Desk};
use crate::access::Role;
use crate::store::integrations;

#[actix_web::test]
async fn is_queued_with_the_whole_article() {
    let desk = Desk::new().await;
    let path = desk.content("review").await;
    let answer = desk.api.post(&desk.team.editor, &format!("{path}publish/"), json!({})).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (202, path.as_str()));
    let job = answer.json()["data"].clone();
    assert_eq!(job["state"], "queued");

    let shown = desk.read(&path).await;
    assert_eq!(
        (shown["status"].as_str(), shown["publication"]["state"].as_str()),
        (Some("published"), Some("queued"))
    );
    assert_eq!(shown["publication"]["operation_id"], job["operation_id"]);
    let [order]: [PublishContent; 1] = desk.api.posted().await.try_into().unwrap();
    assert_eq!(order.operation_id, job["operation_id"].as_str().unwrap());
    assert_eq!((order.content_id, order.site_id), (job["content_id"].as_i64().unwrap(), desk.site.id.get()));
    assert_eq!(order.integration_id, desk.site.integration_id.get());
    assert_eq!(order.revision.len(), 64);
    let article = order.article.unwrap();
    assert_eq!((article.title.as_str(), article.excerpt.as_str()), ("Tides", "Twice a day."));
    assert_eq!(desk.timeline(&path).await.last().map(String::as_str), Some("publish_queued"));
}

#[actix_web::test]
async fn terms_that_the_site_told_of_are_named_by_their_ids() {
    let desk = Desk::new().await;
    let structure =
        format!("/api/v1/integration/integrations/{}/update-structure/", desk.site.integration_id);
    let terms = |ids: &[(i64, i64, &str)]| -> Value {
        ids.iter().map(|(id, parent, name)| json!({"id": id, "parent": parent, "name": name})).collect()
    };
    let categories =
        terms(&[(3, 0, "Guides"), (12, 3, "Beginners"), (13, 0, "Sea"), (14, 0, "News"), (15, 14, "Sea")]);
    let told = json!({
        "post_types": {"post": {}},
        "taxonomies": {"category": {"terms": categories}, "post_tag": {"terms": terms(&[(30, 0, "moon"), (31, 0, "Guides")])},
            "genre": {"terms": terms(&[(99, 0, "Boats")])}},
    });
    let taken = desk.api.post(desk.site.key.expose(), &structure, told).await;
    assert_eq!(taken.status, 200, "{:?}", taken.json());
    let settings = format!("/api/v1/sites/{}/publishing-settings/", desk.site.id);
    desk.api.patch(&desk.team.editor, &settings, json!({"posts": {"category_ids": {"guides": 500}}})).await;

    let path = desk.content("review").await;
    let wanted =
        json!({"categories": ["guides>beginners", "Guides", "Sea", "Boats"], "tags": ["Moon", "new"]});
    assert_eq!(desk.api.patch(&desk.team.editor, &path, wanted).await.status, 200);
    desk.api.post(&desk.team.editor, &format!("{path}publish/"), json!({})).await;
    let [order]: [PublishContent; 1] = desk.api.posted().await.try_into().unwrap();
    let article = order.article.unwrap();
    let mut ids: Vec<_> = article.category_ids.into_iter().collect();
    ids.sort();
    let expected = [("Guides", 500), ("Sea", 13), ("guides>beginners", 12)];
    assert_eq!(
        ids,
        expected.map(|(name, id)| (name.to_owned(), id)),
        "what people set goes before what is known"
    );
    assert_eq!(article.tag_ids.into_iter().collect::<Vec<_>>(), [("Moon".to_owned(), 30)]);
}

#[actix_web::test]
async fn each_refusal_has_its_code_and_changes_nothing() {
    let desk = Desk::new().await;
    let refused = async |path: &str, body: Value| {
        let before = desk.read(path).await;
        let answer = desk.api.post(&desk.team.editor, &format!("{path}publish/"), body).await;
        assert_eq!(desk.read(path).await, before);
        format!("{} {}", answer.status.as_u16(), answer.code())
    };
    let draft = desk.content("draft").await;
    assert_eq!(refused(&draft, json!({})).await, "409 content_is_draft");
    let ready = desk.content("approved").await;
    assert_eq!(refused(&ready, json!({"site_integration_id": 999})).await, "404 integration_not_found");
    let pending = desk.api.site(&desk.team, "https://pending.example.com").await;
    let elsewhere = json!({"site_integration_id": pending.integration_id.get()});
    assert_eq!(refused(&ready, elsewhere).await, "404 integration_not_found");
    assert_eq!(refused(&ready, json!({"site_integration_id": "x"})).await, "422 invalid_field");

    let with_state = async |state: integrations::State| {
        let connection = &mut *desk.api.state.database.connection().await.unwrap();
        integrations::set_state(connection, desk.site.id, state, desk.api.now()).await.unwrap();
    };
    with_state(integrations::State::Suspended).await;
    assert_eq!(refused(&ready, json!({})).await, "409 integration_suspended");
    with_state(integrations::State::Pending).await;
    assert_eq!(refused(&ready, json!({})).await, "409 integration_pending");
    with_state(integrations::State::Revoked).await;
    assert_eq!(refused(&ready, json!({})).await, "409 no_integration");
    with_state(integrations::State::Connected).await;
    let integration = format!("/api/v1/integration/integrations/{}/", desk.site.integration_id);
    assert_eq!(desk.api.patch(&desk.team.owner, &integration, json!({"is_active": false})).await.status, 200);
    assert_eq!(refused(&ready, json!({})).await, "409 integration_disabled");
    desk.api.patch(&desk.team.owner, &integration, json!({"is_active": true})).await;

    assert_eq!(desk.step(&ready, "publish").await.0, 202);
    assert_eq!(refused(&ready, json!({})).await, "409 publish_in_progress");
    assert_eq!(desk.api.posted::<PublishContent>().await.len(), 1);
}

#[actix_web::test]
async fn a_repeated_request_is_one_job() {
    let desk = Desk::new().await;
    let path = desk.content("approved").await;
    let send = || {
        let request =
            TestRequest::post().uri(&format!("{path}publish/")).insert_header(("idempotency-key", "once"));
        desk.api.send(request.insert_header(("authorization", format!("Bearer {}", desk.team.editor))))
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (202, 202));
    assert_eq!(first.body, second.body);
    assert_eq!(desk.api.posted::<PublishContent>().await.len(), 1);
}

#[actix_web::test]
async fn two_at_once_make_one_job() {
    let desk = Desk::new().await;
    let path = format!("{}publish/", desk.content("approved").await);
    let publish = || desk.api.post(&desk.team.editor, &path, json!({}));
    let answers = futures::future::join_all([publish(), publish(), publish()]).await;
    let mut statuses: Vec<u16> = answers.iter().map(|it| it.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 409, 409]);
    assert_eq!(desk.api.posted::<PublishContent>().await.len(), 1);
}

#[actix_web::test]
async fn a_token_that_may_only_read_does_not_publish() {
    let desk = Desk::new().await;
    let path = desk.content("approved").await;
    let account = desk.team.account_id.get();
    let reader = desk.api.person(account, Role::Editor, "reader@tideline.test", &["read"]).await;
    let answer = desk.api.post(&reader, &format!("{path}publish/"), json!({})).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (403, "scope_missing"));
    assert_eq!(desk.api.get(&reader, CONTENT).await.status, 200);
}
