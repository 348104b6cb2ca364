//! The requests of the old system's plugin and of its predecessors, word for word.

use contracts::WordpressEvent;
use contracts::webhook::WordpressPostUpdated;
use rstest::rstest;
use serde_json::{Value, json};

use crate::service::{DELIVERIES, METADATA, NOTICE, STATUS, Service};
use crate::site::Site;

fn of_example_com() -> Site {
    Site { url: "https://example.com".to_owned(), ..Site::unsigned(1) }
}

async fn the_one_update(service: &Service) -> WordpressPostUpdated {
    match service.events().await.as_slice() {
        [WordpressEvent::PostUpdated(update)] => update.clone(),
        other => panic!("{other:?}"),
    }
}

/// Flow 5.3 of the integration's description.
#[tokio::test]
async fn a_status() {
    let (service, site) = (Service::start().await, of_example_com());
    service.knows(&site).await;
    let body = r#"{ "post_id": 123, "content_id": 456, "post_status": "publish", "post_url": "https://example.com/my-post/", "post_title": "My Post Title", "site_url": "https://example.com" }"#;
    let answer = service.post(STATUS, site.headers(body), body).await;
    assert_eq!((answer.status.as_u16(), &answer.json["success"]), (200, &json!(true)));
    let sent = &service.outbox().await[0];
    assert_eq!((sent.post_id, sent.content_id, sent.post_status.as_str()), (123, 456, "publish"));
    service.stop().await;
}

/// Flow 5.4, as in 5.3 with categories, tags, author and modified date; where they stood nobody wrote down.
#[rstest]
#[case(json!({"categories": ["Guides"], "tags": ["bread"], "author": {"id": 1, "name": "Ann"}, "modified_date": "2026-11-22T10:00:00Z"}))]
#[case(json!({"metadata": {"categories": ["Guides"], "tags": ["bread"], "author": {"id": 1, "name": "Ann"}, "modified_date": "2026-11-22T10:00:00Z"}}))]
#[tokio::test]
async fn metadata(#[case] mut body: Value) {
    let (service, site) = (Service::start().await, of_example_com());
    service.knows(&site).await;
    for (name, value) in
        [("post_id", json!("123")), ("content_id", json!(456)), ("site_url", json!("https://example.com"))]
    {
        body[name] = value;
    }
    let text = body.to_string();
    let answer = service.post(METADATA, site.headers(&text), text).await;
    assert_eq!(answer.status, 200, "{}", answer.json);
    let update = the_one_update(&service).await;
    assert_eq!((update.account_id, update.site_id, update.post_id, update.content_id), (1001, 1, 123, 456));
    assert_eq!((update.post_status.as_str(), update.changed.len(), update.revision.as_str()), ("", 0, ""));
    let metadata: Value = serde_json::from_str(&update.metadata_json).unwrap();
    assert_eq!(metadata["author"]["name"], "Ann");
    assert_eq!(metadata.as_object().unwrap().len(), 4, "{metadata}");
    assert_eq!(update.position.unwrap().modified_at_ms, Some(1_795_341_600_000));
    assert_eq!(serde_json::from_str::<Value>(&update.data_json).unwrap(), body);

    let path = format!("{DELIVERIES}{}/", answer.json["data"]["delivery_id"].as_str().unwrap());
    let shown = service.get(&path, site.headers("")).await;
    assert_eq!(shown.json["data"]["type"], "post.updated");
    assert_eq!(update.delivery_id, shown.json["data"]["id"]);
    service.stop().await;
}

/// "Webhook Payload" of the integrations' description.
#[tokio::test]
async fn a_notice() {
    let (service, site) = (Service::start().await, of_example_com());
    service.knows(&site).await;
    let body = "{\n  \"action\": \"post_updated\",\n  \"post_id\": 123,\n  \"post_type\": \"post\",\n  \"site_url\": \"https://example.com\"\n}";
    let answer = service.post(NOTICE, site.headers(body), body).await;
    assert_eq!(answer.status, 200, "{}", answer.json);
    let update = the_one_update(&service).await;
    assert_eq!((update.post_id, update.content_id, update.post_type.as_str()), (123, 0, "post"));
    assert_eq!((update.post_status.as_str(), update.metadata_json.as_str()), ("", ""));
    service.stop().await;
}

#[tokio::test]
async fn every_action_says_what_to_do() {
    let (service, site) = (Service::start().await, of_example_com());
    service.knows(&site).await;
    let actions = ["post_created", "post_updated", "post_status_changed", "post_deleted", "post_liked"];
    for (nth, action) in (1..).zip(actions) {
        let body = json!({"action": action, "post_id": nth, "post_type": "page", "site_url": "https://example.com/"});
        let body = body.to_string();
        assert_eq!(service.post(NOTICE, site.headers(&body), body).await.status, 200, "{action}");
    }
    let said: Vec<_> = service
        .events()
        .await
        .into_iter()
        .map(|event| match event {
            WordpressEvent::StatusChanged(it) => (it.post_id, it.post_status),
            WordpressEvent::PostUpdated(it) => (it.post_id, it.post_status),
            other => panic!("{other:?}"),
        })
        .collect();
    let none = String::new;
    assert_eq!(said, [(1, none()), (2, none()), (3, none()), (4, "deleted".to_owned())]);
    assert_eq!(service.count("FROM deliveries WHERE type = 'post_liked'").await, 1);
    service.stop().await;
}

#[rstest]
#[case(METADATA, "[]", 422, "invalid_field")]
#[case(METADATA, "{\"metadata\": {}}", 422, "invalid_field")]
#[case(METADATA, "{\"post_id\": 0}", 422, "invalid_field")]
#[case(METADATA, "{\"post_id\": 1, \"site_url\": \"https://other.example\"}", 403, "site_url_mismatch")]
#[case(METADATA, "{\"post_id\": 1, \"author\": \"\\u0000\"}", 400, "invalid_text")]
#[case(NOTICE, "{\"post_id\": 1}", 422, "invalid_field")]
#[case(NOTICE, "{\"action\": \"\", \"post_id\": 1}", 422, "invalid_field")]
#[case(NOTICE, "{\"action\": [\"post_updated\"], \"post_id\": 1}", 422, "invalid_field")]
#[case(NOTICE, "{\"action\": \"post_updated\"}", 422, "invalid_field")]
#[case(NOTICE, "{\"action\": \"post_deleted\", \"post_id\": \"x\"}", 422, "invalid_field")]
#[case(
    NOTICE,
    "{\"action\": \"post_updated\", \"post_id\": 1, \"site_url\": \"https://other.example\"}",
    403,
    "site_url_mismatch"
)]
#[tokio::test]
async fn what_can_not_be_read(
    #[case] path: &str,
    #[case] body: &str,
    #[case] status: u16,
    #[case] code: &str,
) {
    let (service, site) = (Service::start().await, of_example_com());
    service.knows(&site).await;
    let answer = service.post(path, site.headers(body), body.to_owned()).await;
    assert_eq!(answer.refusal(), (status, code), "{}", answer.json);
    assert_eq!(service.count("FROM deliveries").await, 0);
    service.stop().await;
}

#[tokio::test]
async fn addresses_have_aliases_and_need_a_key() {
    let (service, site) = (Service::start().await, Site::signing(1));
    service.knows(&site).await;
    let bodies =
        [(METADATA, json!({"post_id": 7})), (NOTICE, json!({"action": "post_updated", "post_id": 7}))];
    for (path, body) in bodies {
        let body = body.to_string();
        let below = &path["/api".len()..];
        for path in [path, path.trim_end_matches('/'), below, below.trim_end_matches('/')] {
            let answer = service.post(path, site.headers(&body), body.clone()).await;
            assert_eq!(answer.status, 200, "{path}");
        }
        assert_eq!(service.post(path, vec![], body.clone()).await.refusal(), (401, "key_missing"));
        let unsigned = site.headers(&body).into_iter().take(1).collect();
        assert_eq!(service.post(path, unsigned, body.clone()).await.refusal(), (401, "signature_missing"));
        // A repeated request changes nothing.
        let headers = site.headers(&body);
        let first = service.post(path, headers.clone(), body.clone()).await;
        let again = service.post(path, headers, body).await;
        assert_eq!(again.json["data"]["status"], "duplicate");
        assert_eq!(again.json["data"]["delivery_id"], first.json["data"]["delivery_id"]);
    }
    assert_eq!(service.events().await.len(), 10);
    service.stop().await;
}
