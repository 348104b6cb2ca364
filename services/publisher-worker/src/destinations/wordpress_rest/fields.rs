//! From an article to the body of `POST /wp/v2/posts/{id}`, and what becomes of what the site does not take.

use domain::content::Article;
use domain::delivery::{Part, PostText, Refusal, Warning};
use serde_json::{Map, Value, json};

use super::answers::No;
use super::post::{FIELDS, Post};
use super::talk::{Ask, Talk};
use super::{authors, terms};
use crate::destinations::Media;

/// What is to be written, and what is known already not to work.
pub struct Fields {
    pub body: Map<String, Value>,
    pub warnings: Vec<Warning>,
}

impl Fields {
    /// All of an article but its slug, its status and its date.
    pub async fn of(talk: &mut Talk<'_>, article: &Article, text: &PostText, media: &[Media]) -> Self {
        let mut fields = Self::empty();
        fields.set("title", text.title.as_str());
        fields.set("content", text.content_html.as_str());
        fields.set("excerpt", text.excerpt.as_str());
        fields.terms(talk, article).await;
        fields.featured_image(article, media);
        if !article.author.is_empty() {
            match authors::find(talk, &article.author).await {
                Ok(id) => fields.set("author", id),
                Err(warning) => fields.warnings.push(warning),
            }
        }
        if article.post_type == "post" {
            fields.set("sticky", article.sticky);
        }
        fields.set("parent", article.parent.unwrap_or(0));
        fields.set("template", article.template.as_str());
        fields.meta(article);
        fields.gallery(article);
        fields
    }

    pub fn empty() -> Self {
        Self { body: Map::new(), warnings: Vec::new() }
    }

    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.body.insert(name.to_owned(), value.into());
    }

    pub async fn terms(&mut self, talk: &mut Talk<'_>, article: &Article) {
        let found = terms::find(talk, article).await;
        self.set("categories", found.categories);
        self.set("tags", found.tags);
        self.warnings.extend(found.warnings);
    }

    /// One that did not reach the library leaves what is there.
    pub fn featured_image(&mut self, article: &Article, media: &[Media]) {
        let Some(image) = &article.featured_image else { return self.set("featured_media", 0) };
        if let Some(it) = media.iter().find(|it| it.source_url == image.url) {
            self.set("featured_media", it.attachment_id);
        } else {
            let detail = "The image was not sent to the library.";
            self.warn("featured_image_missing", &image.url, detail, Some(Part::Images));
        }
    }

    /// The site takes those that a plugin or theme of its own registered; which these are, its answer says.
    fn meta(&mut self, article: &Article) {
        let fields = article.fields.iter().map(|field| (field.key.clone(), field.value.clone()));
        let meta: Map<String, Value> = article.meta.clone().into_iter().chain(fields).collect();
        if !meta.is_empty() {
            self.set("meta", meta);
        }
        let seo = &article.seo;
        if !(seo.title.is_empty() && seo.description.is_empty() && seo.primary_keyword.is_empty()) {
            let detail = "SEO fields can't be written without the IGNY8 plugin.";
            self.warn("seo_not_written", "seo", detail, None);
        }
    }

    fn gallery(&mut self, article: &Article) {
        for image in article.gallery_images.iter().filter(|image| !article.content_html.contains(&image.url))
        {
            let detail = "It is in the library; images beside the text are placed by the IGNY8 plugin only.";
            self.warn("gallery_image_not_placed", &image.url, detail, None);
        }
    }

    fn warn(&mut self, code: &str, subject: &str, detail: &str, part: Option<Part>) {
        self.warnings.push(Warning {
            code: code.to_owned(),
            subject: subject.to_owned(),
            detail: detail.to_owned(),
            part,
        });
    }

    /// Writes them into the post. What the site does not take beside the text is left out, with a warning.
    pub async fn write(
        mut self,
        talk: &mut Talk<'_>,
        base: &str,
        id: &str,
    ) -> Result<(Post, Vec<Warning>), No> {
        let route = format!("{base}/{id}");
        loop {
            let body = Value::Object(self.body.clone());
            match talk.ask(Ask::post(&route, &body).with("_fields", FIELDS)).await {
                Ok(shown) => {
                    let post = Post::read(&shown)?;
                    self.unkept(&post);
                    return Ok((post, self.warnings));
                }
                Err(No::Refused(refusal, data)) => {
                    let refused: Vec<&str> = refused(&refusal, &data)
                        .into_iter()
                        .filter(|name| self.body.contains_key(*name))
                        .collect();
                    if refused.is_empty() {
                        return Err(No::Refused(refusal, data));
                    }
                    for name in refused {
                        self.body.remove(name);
                        self.warn(&format!("{name}_refused"), name, &refusal.message, None);
                    }
                }
                Err(no) => return Err(no),
            }
        }
    }

    fn unkept(&mut self, post: &Post) {
        let Some(Value::Object(meta)) = self.body.remove("meta") else { return };
        for (key, value) in meta {
            if post.meta.get(&key) != Some(&value) {
                let detail = "The site's REST API does not take this field; the IGNY8 plugin does.";
                self.warn("field_refused", &key, detail, None);
            }
        }
    }
}

/// Which fields it is that the site does not take, of those a post can do without.
fn refused(refusal: &Refusal, data: &Value) -> Vec<&'static str> {
    const OPTIONAL: [&str; 9] = [
        "author",
        "sticky",
        "parent",
        "template",
        "featured_media",
        "categories",
        "tags",
        "meta",
        "date_gmt",
    ];
    match (refusal.code.as_str(), refusal.status) {
        ("rest_cannot_edit_others" | "rest_invalid_author", _) => vec!["author"],
        ("rest_cannot_assign_sticky" | "rest_invalid_field", _) => vec!["sticky"],
        ("rest_cannot_assign_term", _) => vec!["categories", "tags"],
        ("rest_invalid_featured_media", _) => vec!["featured_media"],
        // As a 404 it is about the post itself.
        ("rest_post_invalid_id", 400) => vec!["parent"],
        ("rest_cannot_update" | "rest_invalid_type" | "rest_meta_database_error", _) => vec!["meta"],
        ("rest_invalid_param", _) => {
            let named = |name: &&str| data["params"].get(*name).is_some();
            OPTIONAL.into_iter().filter(named).collect()
        }
        _ => Vec::new(),
    }
}

/// When the post is from, as WordPress reads times.
pub fn date(article: &Article) -> Option<Value> {
    article.date.map(|date| json!(date.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()))
}
