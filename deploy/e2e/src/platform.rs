use std::time::Duration;

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::{client, eventually};

/// integration-api, as the account's owner.
pub struct Platform {
    base: String,
    token: String,
    pub site: i64,
    http: Client,
}

impl Platform {
    pub fn new(base: &str, token: &str, site: i64) -> Self {
        Self { base: base.to_owned(), token: token.to_owned(), site, http: client() }
    }

    pub async fn call(&self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let request = self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        let request = if body.is_null() { request } else { request.json(&body) };
        let response = request.send().await.unwrap();
        let status = response.status();
        (status, response.json().await.unwrap_or(Value::Null))
    }

    /// The platform for another site of the account, made if there is none at this address, with an API key that is new.
    pub async fn at(&self, url: &str) -> (Self, String) {
        let new = json!({"name": format!("Tideline at {url}"), "url": url});
        let (status, made) = self.call(Method::POST, "/api/v1/sites/", new).await;
        let (site, verb) = if status == StatusCode::CREATED {
            (made["data"]["id"].as_i64(), "generate-api-key")
        } else {
            assert_eq!(made["code"], "site_exists", "{made}");
            let sites = self.all("/api/v1/sites/").await;
            (sites.iter().find(|it| it["url"] == url).unwrap()["id"].as_i64(), "rotate-api-key")
        };
        let path = format!("/api/v1/integration/integrations/{verb}/");
        let (status, given) = self.call(Method::POST, &path, json!({"site_id": site})).await;
        assert_eq!(status, StatusCode::CREATED, "{given}");
        let key = given["data"]["api_key"].as_str().unwrap().to_owned();
        (Self::new(&self.base, &self.token, site.unwrap()), key)
    }

    /// Has the site examined from here, by one of the integration's tests; its checks.
    pub async fn examine(&self, test: &str, body: Value) -> Vec<Value> {
        let (status, answer) = self.call(Method::POST, &self.integration(test).await, body).await;
        assert!([StatusCode::OK, StatusCode::ACCEPTED].contains(&status), "{status} {answer}");
        let probe =
            self.integration(&format!("probes/{}/", answer["data"]["probe_id"].as_str().unwrap())).await;
        eventually("the site was examined", Duration::from_mins(1), async || {
            let (_, shown) = self.call(Method::GET, &probe, Value::Null).await;
            (shown["data"]["done"] == true).then(|| shown["data"]["checks"].as_array().unwrap().clone())
        })
        .await
    }

    /// Writes an article and hands it in for review.
    pub async fn write(&self, title: &str) -> i64 {
        let article = json!({
            "site_id": self.site, "title": title, "content_html": format!("<p>{title}: the body.</p>"),
            "categories": ["Tests > End to end"], "tags": ["sabotage"],
        });
        let (status, made) = self.call(Method::POST, "/api/v1/writer/content/", article).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        let id = made["data"]["id"].as_i64().unwrap();
        let (status, answer) =
            self.call(Method::POST, &format!("/api/v1/writer/content/{id}/submit/"), Value::Null).await;
        assert!(status.is_success(), "{answer}");
        id
    }

    pub async fn publish(&self, content: i64) -> (StatusCode, Value) {
        self.call(Method::POST, &format!("/api/v1/writer/content/{content}/publish/"), json!({})).await
    }

    /// One thing to do with the content, such as `republish`.
    pub async fn order(&self, content: i64, verb: &str, body: Value) -> Value {
        let (status, answer) =
            self.call(Method::POST, &format!("/api/v1/writer/content/{content}/{verb}/"), body).await;
        assert!(status.is_success(), "{verb}: {status} {answer}");
        answer
    }

    /// Another text.
    pub async fn rewrite(&self, content: i64, change: Value) {
        let (status, answer) =
            self.call(Method::PATCH, &format!("/api/v1/writer/content/{content}/"), change).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }

    /// The address of the site's integration, with this behind it.
    pub async fn integration(&self, rest: &str) -> String {
        let path = format!("/api/v1/integration/integrations/?site={}", self.site);
        let (_, listed) = self.call(Method::GET, &path, Value::Null).await;
        format!("/api/v1/integration/integrations/{}/{rest}", listed["data"][0]["id"])
    }

    /// Switches two-way sync.
    pub async fn sync(&self, enabled: bool) {
        let path = self.integration("").await;
        let (status, answer) = self.call(Method::PATCH, &path, json!({"sync_enabled": enabled})).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }

    /// Waits until the content is so, as soon as a person expects it of an edit in WordPress.
    pub async fn soon(&self, content: i64, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        eventually(&format!("content {content}: {what}"), Duration::from_secs(5), async || {
            self.content(content).await.filter(|it| is_so(it))
        })
        .await
    }

    /// How many contents have a title with this in it.
    pub async fn titled(&self, part: &str) -> usize {
        self.all(&format!("/api/v1/writer/content/?q={part}")).await.len()
    }

    /// A whole list.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let first = format!("{path}{}limit=100", if path.contains('?') { '&' } else { '?' });
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let (_, page) = self.call(Method::GET, &format!("{first}{cursor}"), Value::Null).await;
            all.extend(page["data"].as_array().into_iter().flatten().cloned());
            let Some(next) = page["pagination"]["next_cursor"].as_str() else { return all };
            cursor = format!("&cursor={next}");
        }
    }

    /// Waits until the publication is in this state, and returns the content.
    pub async fn is(&self, content: i64, state: &str) -> Value {
        eventually(&format!("content {content} {state}"), Duration::from_secs(150), async || {
            self.content(content).await.filter(|c| c["publication"]["state"] == state)
        })
        .await
    }

    /// Writes an article and publishes it; its content and its post.
    pub async fn published(&self, title: &str) -> (i64, String) {
        let id = self.write(title).await;
        assert_eq!(self.publish(id).await.0, StatusCode::ACCEPTED);
        let post = self.live(id).await["external_id"].as_str().unwrap().to_owned();
        (id, post)
    }

    /// The content as it is now; `None` while the platform is away.
    pub async fn content(&self, content: i64) -> Option<Value> {
        let url = format!("{}/api/v1/writer/content/{content}/", self.base);
        let response = self.http.get(url).bearer_auth(&self.token).send().await.ok()?;
        if !response.status().is_success() {
            return None;
        }
        let mut answer: Value = response.json().await.ok()?;
        Some(answer["data"].take())
    }

    /// Waits until the content is live, and returns it.
    pub async fn live(&self, content: i64) -> Value {
        eventually(&format!("content {content} live"), Duration::from_secs(150), async || {
            let content = self.content(content).await?;
            let state = content["publication"]["state"].as_str().unwrap_or_default().to_owned();
            assert_ne!(state, "failed", "{content}");
            ["live", "live_with_warnings"].contains(&state.as_str()).then_some(content)
        })
        .await
    }

    /// Waits until the platform knows the post's raw status in WordPress.
    pub async fn hears_of(&self, content: i64, wordpress_status: &str) -> Value {
        let what = format!("content {content} known as {wordpress_status}");
        eventually(&what, Duration::from_secs(30), async || {
            self.content(content).await.filter(|c| c["metadata"]["wordpress_status"] == wordpress_status)
        })
        .await
    }
}
