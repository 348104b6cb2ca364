//! A WordPress at another address has a site's key.

use contracts::WordpressEvent;
use contracts::webhook::WordpressElsewhere;
use domain::Clock;
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;
use serde_json::json;
use testkit::TestDatabase;

use crate::service::{METADATA, NOTICE, STATUS, Service};
use crate::site::Site;

const COPY: &str = "https://staging.example";

impl Service {
    async fn copies(&self) -> Vec<WordpressElsewhere> {
        let told = |event| match event {
            WordpressEvent::Elsewhere(it) => Some(it),
            _ => None,
        };
        self.events().await.into_iter().filter_map(told).collect()
    }
}

#[rstest]
#[case(STATUS, "")]
#[case(METADATA, "")]
#[case(NOTICE, "post_updated")]
#[case(NOTICE, "post_deleted")]
#[tokio::test]
async fn is_refused_and_told_of(#[case] path: &str, #[case] action: &str) {
    let (service, site) = (Service::start().await, Site::unsigned(1));
    service.knows(&site).await;
    let body = json!({"action": action, "post_id": 7, "post_status": "draft", "site_url": COPY}).to_string();
    let answer = service.post(path, site.headers(&body), body).await;
    assert_eq!(answer.refusal(), (403, "site_url_mismatch"));
    let told = service.copies().await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].account_id, told[0].site_id, told[0].site_url.as_str()), (1001, 1, COPY));
    assert_eq!(service.count("FROM deliveries").await, 0);
    service.stop().await;
}

#[tokio::test]
async fn is_told_of_once_an_hour_whatever_it_says() {
    let database = TestDatabase::new(webhook_ingest::MIGRATIONS).await;
    let (clock, hand) = Clock::settable(Timestamp::now());
    let service = Service::start_with(database, None, None, &clock);
    let (site, other) = (Site::unsigned(1), Site::unsigned(2));
    service.knows(&site).await;
    service.knows(&other).await;
    let say = async |site: &Site, url: &str| {
        let mut event = site.event(1, 7, "draft");
        event["data"]["site_url"] = json!(url);
        let answer = service.send(site, &[event.clone(), event]).await;
        assert_eq!(answer.acks(), ["rejected", "rejected"]);
        service.copies().await.into_iter().map(|it| (it.site_id, it.site_url)).collect::<Vec<_>>()
    };
    let mut told = vec![(1, COPY.to_owned())];
    for url in [COPY, "https://else.example", "no address"] {
        assert_eq!(say(&site, url).await, told);
    }
    hand.advance(SignedDuration::from_mins(61));
    told.push((1, "https://else.example".to_owned()));
    assert_eq!(say(&site, "https://else.example").await, told);
    told.push((2, COPY.to_owned()));
    assert_eq!(say(&other, COPY).await, told);
    service.stop().await;
}

#[tokio::test]
async fn is_refused_also_when_nobody_can_be_told() {
    let (service, site) = (Service::start().await, Site::unsigned(1));
    service.knows(&site).await;
    service.execute("DROP TABLE elsewhere").await;
    let body = json!({"post_id": 7, "post_status": "draft", "site_url": COPY}).to_string();
    let answer = service.post(STATUS, site.headers(&body), body).await;
    assert_eq!(answer.refusal(), (403, "site_url_mismatch"));
    service.stop().await;
}
