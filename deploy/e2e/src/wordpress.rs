use std::path::PathBuf;

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::client;

/// What a site may have beside the bridge plugin.
#[derive(Clone, Copy)]
pub enum MustUse {
    /// Constants and post meta of Yoast, Rank Math and SEOPress, and the post type `guide`.
    SeoAndGuides,
    /// A way to change posts that no hook sees, and to be a copy of the site for a request.
    BehindOurBack,
}

/// A must-use plugin; gone when dropped.
pub struct Installed(PathBuf);

impl Drop for Installed {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The real WordPress, as its administrator.
pub struct WordPress {
    base: String,
    user: String,
    password: String,
    wp_content: PathBuf,
    http: Client,
}

impl WordPress {
    pub fn new(base: &str, user: &str, password: &str, wp_content: PathBuf) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        Self { base, user: user.to_owned(), password: password.to_owned(), wp_content, http: client() }
    }

    /// One call to WordPress' own REST API, below `/wp-json/wp/v2/`.
    pub async fn call(&self, method: Method, path: &str, body: Value) -> Value {
        let url = format!("{}/wp-json/wp/v2/{path}", self.base);
        let request = self.http.request(method, &url).basic_auth(&self.user, Some(&self.password));
        let request = if body.is_null() { request } else { request.json(&body) };
        let response = request.send().await.unwrap();
        let status = response.status();
        let answer = response.text().await.unwrap();
        assert!(status.is_success(), "{url}: {status} {answer}");
        serde_json::from_str(&answer).unwrap()
    }

    pub async fn post(&self, id: &str) -> Value {
        self.call(Method::GET, &format!("posts/{id}?context=edit"), Value::Null).await
    }

    /// Every post with exactly this title, whatever its status.
    pub async fn posts_titled(&self, title: &str) -> Vec<Value> {
        let statuses = "publish,draft,pending,private,future,trash";
        let path =
            format!("posts?context=edit&per_page=100&status={statuses}&search={}", title.replace(' ', "%20"));
        let found = self.call(Method::GET, &path, Value::Null).await;
        found.as_array().unwrap().iter().filter(|post| post["title"]["raw"] == title).cloned().collect()
    }

    pub async fn term_names(&self, taxonomy: &str, ids: &Value) -> Vec<String> {
        let mut names = Vec::new();
        for id in ids.as_array().unwrap() {
            let term = self.call(Method::GET, &format!("{taxonomy}/{id}"), Value::Null).await;
            names.push(term["name"].as_str().unwrap().to_owned());
        }
        names.sort();
        names
    }

    pub async fn set_status(&self, id: &str, status: &str) {
        self.call(Method::POST, &format!("posts/{id}"), json!({"status": status})).await;
    }

    /// As a person in the editor.
    pub async fn write(&self, id: &str, html: &str) {
        self.call(Method::POST, &format!("posts/{id}"), json!({"content": html})).await;
    }

    pub async fn trash(&self, id: &str) {
        self.call(Method::DELETE, &format!("posts/{id}"), Value::Null).await;
    }

    pub async fn delete(&self, id: &str) {
        self.call(Method::DELETE, &format!("posts/{id}?force=true"), Value::Null).await;
    }

    /// A category, made if it is not there; its id.
    pub async fn category(&self, name: &str) -> i64 {
        let path = format!("categories?search={name}");
        if let Some(id) = self.call(Method::GET, &path, Value::Null).await[0]["id"].as_i64() {
            return id;
        }
        self.call(Method::POST, "categories", json!({"name": name})).await["id"].as_i64().unwrap()
    }

    /// So many posts that people wrote over the years, with these words before their numbers in the titles.
    pub async fn generate(&self, words: &str, count: usize) {
        let plugin = include_str!("../wordpress/generator.php");
        let file = self.wp_content.join("mu-plugins/generator.php");
        std::fs::write(&file, plugin).unwrap();
        self.call(Method::POST, "generated-posts", json!({"words": words, "count": count})).await;
        std::fs::remove_file(file).unwrap();
    }

    pub async fn page(&self, url: &str) -> (u16, String) {
        let response = self.http.get(url).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// With this must-use plugin, until what is returned is dropped.
    pub fn must_use(&self, plugin: MustUse) -> Installed {
        let (name, code) = match plugin {
            MustUse::BehindOurBack => {
                ("behind-our-back.php", include_str!("../wordpress/behind-our-back.php"))
            }
            MustUse::SeoAndGuides => ("seo-and-guides.php", include_str!("../wordpress/seo-and-guides.php")),
        };
        let file = self.wp_content.join("mu-plugins").join(name);
        std::fs::write(&file, code).unwrap();
        Installed(file)
    }

    /// When the bridge plugin next reaches `step`, this process is killed; without one, PHP itself.
    pub fn sabotage(&self, step: &str, victim: Option<u32>) {
        let saboteur = include_str!("../wordpress/saboteur.php");
        std::fs::write(self.wp_content.join("mu-plugins/saboteur.php"), saboteur).unwrap();
        let _ = std::fs::remove_file(self.wp_content.join("sabotage.json.done"));
        let order = json!({"step": step, "pid": victim.unwrap_or(0)});
        std::fs::write(self.wp_content.join("sabotage.json"), order.to_string()).unwrap();
    }

    pub fn sabotage_happened(&self) -> bool {
        self.wp_content.join("sabotage.json.done").exists()
    }

    pub fn end_sabotage(&self) {
        for file in ["mu-plugins/saboteur.php", "sabotage.json", "sabotage.json.done"] {
            let _ = std::fs::remove_file(self.wp_content.join(file));
        }
    }
}
