mod bulk;
mod publish;
mod review;
mod schedule;
mod write;

use serde_json::{Value, json};

use crate::testing::{Api, Team, TestSite};

const CONTENT: &str = "/api/v1/writer/content/";

/// One team with a connected site.
struct Desk {
    api: Api,
    team: Team,
    site: TestSite,
}

impl Desk {
    async fn new() -> Self {
        let api = Api::start().await;
        let team = api.team("tideline").await;
        let site = api.connected_site(&team, "https://tideline.example.com").await;
        Self { api, team, site }
    }

    /// New content in this status; its address.
    async fn content(&self, status: &str) -> String {
        let body =
            json!({"site_id": self.site.id.get(), "title": "Tides", "content_html": "<p>Twice a day.</p>"});
        let made = self.api.post(&self.team.editor, CONTENT, body).await;
        assert_eq!(made.status, 201, "{:?}", made.json());
        let path = made.header("location").to_owned();
        let steps: &[&str] = match status {
            "draft" => &[],
            "review" => &["submit"],
            _ => &["submit", "approve"],
        };
        for step in steps {
            let answer = self.step(&path, step).await;
            assert_eq!(answer.0, 200, "{step}");
        }
        path
    }

    /// Status, and the code or the new status.
    async fn step(&self, path: &str, step: &str) -> (u16, String) {
        let answer = self.api.post(&self.team.editor, &format!("{path}{step}/"), json!({})).await;
        let json = answer.json();
        let said =
            json["code"].as_str().or(json["data"]["status"].as_str()).or(json["data"]["state"].as_str());
        (answer.status.as_u16(), said.unwrap_or_default().to_owned())
    }

    async fn read(&self, path: &str) -> Value {
        self.api.get(&self.team.viewer, path).await.json()["data"].clone()
    }

    /// What happened to it, oldest first.
    async fn timeline(&self, path: &str) -> Vec<String> {
        let answer = self.api.get(&self.team.viewer, &format!("{path}timeline/")).await.json();
        let actions = answer["data"].as_array().unwrap().iter().rev();
        actions.map(|it| it["action"].as_str().unwrap().to_owned()).collect()
    }
}
