use std::time::Instant;

use anyhow::Context;
use reqwest::{Client, Method};
use secrets::SigningKey;
use serde_json::{Value, json};

use crate::bulk::MOST;

const SITE: &str = "https://bench.example.com";
const CONTENT: &str = "/api/v1/writer/content";

/// integration-api, as an owner uses it.
pub struct Api {
    base: String,
    token: String,
    http: Client,
}

impl Api {
    pub async fn log_in(base: &str, email: &str, password: &str) -> anyhow::Result<Self> {
        let http = Client::builder().no_proxy().build()?;
        let mut api = Self { base: base.to_owned(), token: String::new(), http };
        let login = json!({"email": email, "password": password});
        api.token = text(&api.post("/api/v1/auth/login/", &login).await?, "/token")?;
        Ok(api)
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn token(&self) -> &str {
        &self.token
    }

    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.call(Method::POST, path, &self.token, body).await
    }

    async fn call(&self, method: Method, path: &str, bearer: &str, body: &Value) -> anyhow::Result<Value> {
        let request = self.http.request(method, format!("{}{path}", self.base)).json(body);
        let request = if bearer.is_empty() { request } else { request.bearer_auth(bearer) };
        let response = request.send().await?;
        let status = response.status();
        let mut answer: Value = response.json().await?;
        anyhow::ensure!(status.is_success(), "{path}: {status} {answer}");
        Ok(answer["data"].take())
    }

    /// A site whose plugin has paired; nobody calls it here. Its calendar has room for all.
    pub async fn connected_site(&self) -> anyhow::Result<i64> {
        let site = self.post("/api/v1/sites/", &json!({"name": "Bench", "url": SITE})).await?;
        let id = site["id"].as_i64().context("a site has an id")?;
        let made =
            self.post("/api/v1/integration/integrations/generate-api-key/", &json!({"site_id": id})).await?;
        let pairing = json!({
            "site_id": id, "site_url": SITE, "rest_url": format!("{SITE}/wp-json/"), "plugin_version": "2.0.0", "wp_version": "6.5.5",
            "php_version": "8.2.1", "public_key": SigningKey::generate().verifying_key().to_base64(),
        });
        let key = text(&made, "/api_key")?;
        let path = "/api/v1/integration/integrations/test-connection/";
        self.call(Method::POST, path, &key, &pairing).await?;
        let room = json!({"daily_limit": null, "weekly_limit": null, "monthly_limit": null, "min_gap": 1});
        let path = format!("/api/v1/sites/{id}/publishing-settings/");
        self.call(Method::PUT, &path, &self.token, &room).await?;
        Ok(id)
    }

    /// Seconds that one request over all of them takes.
    pub async fn bulk(&self, what: &str, ids: &[i64], expected: &str) -> anyhow::Result<f64> {
        let begun = Instant::now();
        let answer = self.post(&format!("{CONTENT}/{what}/"), &json!({ "content_ids": ids })).await?;
        let took = begun.elapsed().as_secs_f64();
        anyhow::ensure!(answer[expected] == json!(MOST), "{what}: not all are {expected}: {answer}");
        Ok(took)
    }
}

fn text(answer: &Value, pointer: &str) -> anyhow::Result<String> {
    Ok(answer.pointer(pointer).and_then(Value::as_str).with_context(|| format!("no {pointer}"))?.to_owned())
}
