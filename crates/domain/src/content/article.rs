use jiff::Timestamp;
use serde_json::{Map, Value};

use super::excerpt::{EXCERPT_LENGTH, excerpt};
use crate::text_enum::text_enum;

/// The article as it is to stand on the site.
#[derive(Clone, Debug, PartialEq)]
pub struct Article {
    pub title: String,
    pub content_html: String,
    pub excerpt: String,
    /// Empty: the site makes one from the title.
    pub slug: String,
    pub status: PostStatus,
    pub post_type: String,
    /// Unset: the site's clock decides.
    pub date: Option<Timestamp>,
    /// Login, e-mail or display name known to the site; empty: the site's default author.
    pub author: String,
    pub seo: Seo,
    pub featured_image: Option<Image>,
    pub gallery_images: Vec<Image>,
    /// Names, or paths such as `Guides > Beginners`.
    pub categories: Vec<String>,
    pub tags: Vec<String>,
    /// Passed on as it is.
    pub meta: Map<String, Value>,
}

impl Article {
    /// A post to be published now, with the excerpt its text gives.
    pub fn new(title: impl Into<String>, content_html: impl Into<String>) -> Self {
        let content_html = content_html.into();
        Self {
            title: title.into(),
            excerpt: excerpt(&content_html, EXCERPT_LENGTH),
            content_html,
            slug: String::new(),
            status: PostStatus::Publish,
            post_type: "post".to_owned(),
            date: None,
            author: String::new(),
            seo: Seo::default(),
            featured_image: None,
            gallery_images: Vec::new(),
            categories: Vec::new(),
            tags: Vec::new(),
            meta: Map::new(),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seo {
    pub title: String,
    pub description: String,
    pub primary_keyword: String,
    pub secondary_keywords: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    pub url: String,
    pub alt: String,
    pub caption: String,
}

text_enum! {
    /// What a post may be told to be, in WordPress' words.
    PostStatus {
        Publish = "publish",
        Draft = "draft",
        Private = "private",
        Pending = "pending",
        Future = "future",
    }
}
