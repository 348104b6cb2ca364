//! A WordPress at another address used a site's key with webhook-ingest.

use contracts::webhook::WordpressElsewhere;

use super::*;

impl Story {
    async fn seen_at(&self, site_url: &str) {
        let elsewhere = WordpressElsewhere {
            account_id: self.team.account_id.get(),
            site_id: self.site.id.get(),
            site_url: site_url.to_owned(),
            noticed_at_ms: 1_795_341_600_000,
        };
        let events = WordpressEvents::new(&self.api.state);
        self.apply(&events, [WordpressEvent::Elsewhere(elsewhere)]).await.unwrap();
    }

    async fn suspected(&self) -> Value {
        let path = format!("/api/v1/integration/integrations/{}/", self.site.integration_id);
        self.api.get(&self.team.viewer, &path).await.json()["data"]["clone_suspected"]["site_url"].clone()
    }
}

#[actix_web::test]
async fn is_noted_once_unless_the_site_is_there_by_now() {
    let story = Story::published().await;
    for address in ["https://tideline.example.com", "https://tideline.example.com/blog", "nonsense"] {
        story.seen_at(address).await;
        assert_eq!(story.suspected().await, Value::Null, "{address}");
    }
    story.seen_at("https://staging.example.com").await;
    story.seen_at("https://other.example.com").await;
    assert_eq!(story.suspected().await, "https://staging.example.com");
    let logs = story.api.get(&story.team.viewer, "/api/v1/integration/events/?type=sync").await.json();
    let noted = logs["data"].as_array().unwrap().iter().filter(|it| it["action"] == "clone_suspected");
    assert_eq!(noted.count(), 1, "{logs}");
}
