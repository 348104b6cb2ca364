//! Posts as `GET /posts` shows them. A site may write anything here; what has no shape of a post makes the answer a broken one.

use std::collections::BTreeMap;

use contracts::reading::{Author, LibraryImage, RemotePost, RemoteSeo, Term, Text};
use domain::delivery::{Answer, Cause};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::answers::with_sources;
use crate::destinations::PostsFound;

/// A page ends at about half a MiB, unless a single post is longer; the largest a content may be has five, and JSON three times as many.
pub const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

/// Reads an answer with a page of posts.
pub fn page(members: &Map<String, Value>, evidence: &str) -> Result<PostsFound, Answer> {
    #[derive(Deserialize)]
    struct Page {
        posts: Vec<Post>,
        cursor: String,
        more: bool,
        #[serde(default)]
        total: i64,
    }
    let page: Page = read(&Value::Object(members.clone()), evidence)?;
    Ok(PostsFound {
        posts: page.posts.into_iter().map(Post::into_wire).collect(),
        cursor: clean(page.cursor),
        more: page.more,
        total: page.total.max(0),
        ..PostsFound::default()
    })
}

/// Reads an answer with one post.
pub fn one(members: &Map<String, Value>, evidence: &str) -> Result<RemotePost, Answer> {
    read(members.get("post").unwrap_or(&Value::Null), evidence).map(Post::into_wire)
}

pub(super) fn read<T: for<'de> Deserialize<'de>>(value: &Value, evidence: &str) -> Result<T, Answer> {
    T::deserialize(value).map_err(|error| Answer::BrokenAnswer {
        status: Some(200),
        cause: Cause::BrokenAnswer,
        evidence: format!("{error}: {evidence}"),
    })
}

#[derive(Deserialize)]
struct Post {
    post_id: i64,
    #[serde(default)]
    content_id: i64,
    post_type: String,
    post_status: String,
    #[serde(default)]
    post_url: String,
    #[serde(default)]
    slug: String,
    title: String,
    content_html: String,
    #[serde(default)]
    excerpt: String,
    revision: String,
    #[serde(default)]
    format: String,
    #[serde(default)]
    date_gmt: Option<String>,
    #[serde(default)]
    modified_gmt: Option<String>,
    #[serde(default)]
    author: Option<Writer>,
    #[serde(default)]
    categories: Vec<Named>,
    #[serde(default)]
    tags: Vec<Named>,
    /// PHP writes an empty object as a list.
    #[serde(default, deserialize_with = "object_or_nothing")]
    terms: Map<String, Value>,
    #[serde(default)]
    featured_image: Option<Image>,
    #[serde(default)]
    images: Vec<Image>,
    #[serde(default)]
    seo: Option<Seo>,
    #[serde(default)]
    sticky: bool,
    #[serde(default)]
    parent_id: i64,
    #[serde(default)]
    template: String,
    #[serde(default)]
    base: Option<Words>,
    #[serde(default, deserialize_with = "object_or_nothing")]
    image_sources: Map<String, Value>,
}

#[derive(Deserialize)]
struct Writer {
    #[serde(default)]
    id: i64,
    #[serde(default)]
    login: String,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Named {
    id: i64,
    name: String,
    #[serde(default)]
    path: String,
}

#[derive(Deserialize)]
struct Image {
    #[serde(default)]
    attachment_id: i64,
    url: String,
    #[serde(default)]
    alt: String,
    #[serde(default)]
    caption: String,
}

#[derive(Deserialize)]
struct Seo {
    #[serde(default)]
    plugin: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    keywords: Vec<String>,
}

#[derive(Deserialize)]
struct Words {
    title: String,
    content_html: String,
    excerpt: String,
}

impl Post {
    /// The images of a post of ours get the addresses back that the article has for them.
    fn into_wire(self) -> RemotePost {
        let sources: BTreeMap<String, String> = self
            .image_sources
            .into_iter()
            .filter_map(|(library, source)| Some((library, source.as_str()?.to_owned())))
            .collect();
        let html = |text: String| with_sources(clean(text), &sources);
        RemotePost {
            post_id: self.post_id,
            content_id: self.content_id.max(0),
            post_type: clean(self.post_type),
            post_status: clean(self.post_status),
            url: clean(self.post_url),
            slug: clean(self.slug),
            title: clean(self.title),
            content_html: html(self.content_html),
            excerpt: clean(self.excerpt),
            revision: clean(self.revision),
            date_ms: self.date_gmt.as_deref().and_then(time),
            modified_at_ms: self.modified_gmt.as_deref().and_then(time),
            author: self.author.map(|it| Author { id: it.id, login: clean(it.login), name: clean(it.name) }),
            categories: self.categories.into_iter().map(term).collect(),
            tags: self.tags.into_iter().map(term).collect(),
            featured_image: self.featured_image.map(image),
            images: self.images.into_iter().map(image).collect(),
            seo: self.seo.map(|it| RemoteSeo {
                plugin: clean(it.plugin),
                title: clean(it.title),
                description: clean(it.description),
                keywords: it.keywords.into_iter().map(clean).collect(),
            }),
            sticky: self.sticky,
            parent_id: self.parent_id.max(0),
            template: clean(self.template),
            other_terms_json: clean(Value::Object(self.terms).to_string()),
            text_format: clean(self.format),
            base: self.base.map(|it| Text {
                title: clean(it.title),
                content_html: html(it.content_html),
                excerpt: clean(it.excerpt),
            }),
        }
    }
}

fn term(term: Named) -> Term {
    let name = clean(term.name);
    let path = Some(clean(term.path)).filter(|it| !it.is_empty()).unwrap_or_else(|| name.clone());
    Term { id: term.id, name, path }
}

fn image(image: Image) -> LibraryImage {
    LibraryImage {
        attachment_id: image.attachment_id,
        url: clean(image.url),
        alt: clean(image.alt),
        caption: clean(image.caption),
    }
}

/// PostgreSQL keeps no U+0000.
pub(super) fn clean(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
}

/// WordPress' `0000-00-00` is no time.
fn time(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond).filter(|ms| *ms > 0)
}

fn object_or_nothing<'de, D: Deserializer<'de>>(from: D) -> Result<Map<String, Value>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Object(members) => members,
        _ => Map::new(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn post() -> Value {
        json!({"post_id": 77, "post_type": "post", "post_status": "publish", "title": "Bread", "content_html": "<p>x</p>", "revision": "ab"})
    }

    fn members(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_page_says_where_it_ends() {
        let found = page(&members(&json!({"posts": [post()], "cursor": "77", "more": true, "total": 9})), "")
            .unwrap();
        assert_eq!((found.posts.len(), found.cursor.as_str(), found.more, found.total), (1, "77", true, 9));
        assert_eq!((found.posts[0].post_id, found.posts[0].other_terms_json.as_str()), (77, "{}"));
    }

    #[test]
    fn php_writes_empty_objects_as_lists_and_no_time_as_zeros() {
        let mut written = post();
        written["terms"] = json!([]);
        written["date_gmt"] = json!("0000-00-00T00:00:00Z");
        written["modified_gmt"] = json!("2026-11-22T10:00:00Z");
        let read = one(&members(&json!({ "post": written })), "").unwrap();
        assert_eq!((read.date_ms, read.modified_at_ms), (None, Some(1_795_341_600_000)));
    }

    #[test]
    fn pictures_of_ours_have_the_addresses_we_know() {
        let mut written = post();
        written["content_html"] = json!("<img src=\"https://s.test/up/a.jpg\">");
        written["image_sources"] = json!({"https://s.test/up/a.jpg": "https://cdn.test/a.jpg"});
        written["base"] = json!({"title": "Bread", "content_html": "<img src=\"https://s.test/up/a.jpg\"> old", "excerpt": ""});
        let read = one(&members(&json!({ "post": written })), "").unwrap();
        assert_eq!(read.content_html, "<img src=\"https://cdn.test/a.jpg\">");
        assert_eq!(read.base.unwrap().content_html, "<img src=\"https://cdn.test/a.jpg\"> old");
    }

    #[test]
    fn what_is_no_post_is_a_broken_answer() {
        for wrong in [json!({}), json!({"post": 7}), json!({"post": {"post_id": "x"}})] {
            assert!(matches!(one(&members(&wrong), "…"), Err(Answer::BrokenAnswer { .. })), "{wrong}");
        }
    }
}
