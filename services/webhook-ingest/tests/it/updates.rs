//! Events of a batch that are about more than a post's status.

use contracts::WordpressEvent;
use serde_json::{Value, json};

use crate::service::Service;
use crate::site::Site;

fn updated(site: &Site, seq: i64, post: i64) -> Value {
    let mut event = site.event(seq, post, "publish");
    event["type"] = json!("post.updated");
    event["data"]["changed"] = json!(["text", "seo"]);
    event["data"]["revision"] = json!("5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef");
    event["data"]["metadata"] = json!({"slug": "bread", "categories": [{"id": 12, "name": "Guides"}]});
    event
}

#[tokio::test]
async fn what_changed_goes_on_with_all_that_was_said() {
    let (service, site) = (Service::start().await, Site::signing(1));
    service.knows(&site).await;
    let event = updated(&site, 5, 7);
    assert_eq!(service.send(&site, std::slice::from_ref(&event)).await.acks(), ["accepted"]);
    let events = service.events().await;
    let [WordpressEvent::PostUpdated(update)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((update.post_id, update.content_id, update.post_status.as_str()), (7, 123, "publish"));
    assert_eq!(update.changed, ["text", "seo"]);
    assert_eq!(update.revision, event["data"]["revision"]);
    assert_eq!(serde_json::from_str::<Value>(&update.metadata_json).unwrap(), event["data"]["metadata"]);
    assert_eq!(serde_json::from_str::<Value>(&update.data_json).unwrap(), event["data"]);
    assert_eq!(update.position.unwrap().site_sequence, Some(5));
    assert!(update.signed);
    service.stop().await;
}

/// An update after a change of status must not overtake it, though they are messages of different kinds.
#[tokio::test]
async fn kinds_keep_their_order() {
    let (service, site) = (Service::start().await, Site::signing(2));
    service.knows(&site).await;
    let kind = |seq: i64| if seq % 3 == 0 { updated(&site, seq, seq) } else { site.event(seq, seq, "draft") };
    let events: Vec<Value> = (1..=30).map(kind).collect();
    assert_eq!(service.send(&site, &events).await.acks(), ["accepted"; 30]);
    let posts: Vec<i64> = service
        .events()
        .await
        .iter()
        .map(|event| match event {
            WordpressEvent::StatusChanged(it) if it.post_id % 3 != 0 => it.post_id,
            WordpressEvent::PostUpdated(it) if it.post_id % 3 == 0 => it.post_id,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(posts, (1..=30).collect::<Vec<_>>());
    service.stop().await;
}

#[tokio::test]
async fn what_an_event_does_not_say_stays_empty() {
    let (service, site) = (Service::start().await, Site::signing(3));
    service.knows(&site).await;
    let mut event = updated(&site, 1, 7);
    event["data"] = json!({"post_id": 7, "changed": {"0": "text"}, "revision": null, "metadata": []});
    assert_eq!(service.send(&site, &[event]).await.acks(), ["accepted"]);
    let events = service.events().await;
    let [WordpressEvent::PostUpdated(update)] = events.as_slice() else { panic!("{events:?}") };
    assert!(update.changed.is_empty() && update.revision.is_empty() && update.metadata_json.is_empty());
    assert!(update.post_status.is_empty());
    service.stop().await;
}
