use domain::delivery::{PostText, SitePost, Warning};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::answers::{No, broken};
use super::talk::{Ask, Talk};

/// What is asked of a post, and nothing else: a site's plugins may add a lot.
pub const FIELDS: &str = "id,slug,status,link,modified_gmt,title.raw,content.raw,excerpt.raw,meta";

/// A post as it is edited.
#[derive(Debug)]
pub struct Post {
    pub id: u64,
    pub slug: String,
    pub status: String,
    pub link: String,
    pub modified_at: Option<Timestamp>,
    pub text: PostText,
    /// What of its meta the site shows.
    pub meta: Map<String, Value>,
}

impl Post {
    pub fn read(value: &Value) -> Result<Self, No> {
        #[derive(Deserialize)]
        struct Shown {
            id: u64,
            slug: String,
            status: String,
            #[serde(default)]
            link: String,
            #[serde(default)]
            modified_gmt: Option<String>,
            #[serde(default)]
            title: Raw,
            #[serde(default)]
            content: Raw,
            #[serde(default)]
            excerpt: Raw,
            #[serde(default)]
            meta: Value,
        }
        let shown = Shown::deserialize(value).map_err(|error| broken(&format!("No post: {error}.")))?;
        Ok(Self {
            id: shown.id,
            slug: clean(shown.slug),
            status: clean(shown.status),
            link: clean(shown.link),
            modified_at: shown.modified_gmt.as_deref().and_then(utc),
            text: PostText {
                title: clean(shown.title.raw),
                content_html: clean(shown.content.raw),
                excerpt: clean(shown.excerpt.raw),
            },
            // PHP writes an empty object as a list.
            meta: match shown.meta {
                Value::Object(members) => members,
                _ => Map::new(),
            },
        })
    }

    pub fn revision(&self) -> String {
        revision(&self.text)
    }

    pub fn into_site_post(self, warnings: Vec<Warning>) -> SitePost {
        let revision = self.revision();
        SitePost { id: self.id.to_string(), url: self.link, status: self.status, revision, warnings }
    }
}

/// Types without a title or an excerpt have none.
#[derive(Default, Deserialize)]
pub struct Raw {
    #[serde(default)]
    pub raw: String,
}

/// The same as the bridge plugin's, so that a site may change from one to the other.
pub fn revision(text: &PostText) -> String {
    let text = [text.title.as_str(), &text.content_html, &text.excerpt].join("\n");
    hex::encode(Sha256::digest(text))
}

/// PostgreSQL keeps no U+0000.
pub fn clean(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
}

/// WordPress leaves the zone away.
pub fn utc(text: &str) -> Option<Timestamp> {
    format!("{}Z", text.trim_end_matches('Z')).parse().ok().filter(|at| *at > Timestamp::UNIX_EPOCH)
}

impl Talk<'_> {
    /// The post below this route, such as `/wp/v2/posts`.
    pub async fn post(&mut self, base: &str, id: &str) -> Result<Post, No> {
        let route = format!("{base}/{id}");
        let shown = self.ask(Ask::get(&route).with("context", "edit").with("_fields", FIELDS)).await?;
        Post::read(&shown)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn posts_are_read_as_wordpress_writes_them() {
        let post = Post::read(&json!({
            "id": 4, "slug": "a", "status": "draft", "link": "http://a.test/?p=4", "modified_gmt": "2026-11-26T16:28:31",
            "title": {"raw": "A & B"}, "content": {"raw": "<p>x</p>"}, "meta": [],
        }))
        .unwrap();
        assert_eq!(post.modified_at, Some("2026-11-26T16:28:31Z".parse().unwrap()));
        assert_eq!(post.revision(), hex::encode(Sha256::digest("A & B\n<p>x</p>\n")));
        for no_post in [json!({}), json!([]), json!({"id": "x"}), json!({"id": 0 - 1})] {
            assert!(Post::read(&no_post).is_err(), "{no_post}");
        }
        assert_eq!(utc("0000-00-00T00:00:00"), None);
    }
}
