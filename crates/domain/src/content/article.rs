use std::collections::BTreeMap;

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
    /// The site's own ids of categories and tags that are mapped.
    pub category_ids: BTreeMap<String, i64>,
    pub tag_ids: BTreeMap<String, i64>,
    pub missing_terms: MissingTerms,
    /// Passed on as it is.
    pub meta: Map<String, Value>,
    /// Written through a mapping, beside `meta`.
    pub fields: Vec<CustomField>,
    pub sticky: bool,
    /// The post above this one, by its id on the site.
    pub parent: Option<i64>,
    /// A template of the site's theme; empty: the theme's default.
    pub template: String,
    /// Unset: as the worker's settings say.
    pub images: Option<ImagePolicy>,
    pub text_format: TextFormat,
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
            category_ids: BTreeMap::new(),
            tag_ids: BTreeMap::new(),
            missing_terms: MissingTerms::Create,
            meta: Map::new(),
            fields: Vec::new(),
            sticky: false,
            parent: None,
            template: String::new(),
            images: None,
            text_format: TextFormat::Classic,
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
    /// What the text is on the site.
    TextFormat {
        /// As it was written.
        Classic = "classic",
        /// Blocks of WordPress' editor.
        Blocks = "blocks",
    }
}

/// How images are prepared before a site gets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImagePolicy {
    /// Where a picture was taken stays in it.
    pub keep_location: bool,
    /// Longest edge in pixels; 0: images keep their size.
    pub max_edge_px: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CustomField {
    pub key: String,
    pub via: FieldKind,
    pub value: Value,
}

text_enum! {
    /// What writes a custom field.
    FieldKind {
        Meta = "meta",
        /// Advanced Custom Fields, where the site has it.
        Acf = "acf",
    }
}

text_enum! {
    /// What becomes of a term the site does not have.
    MissingTerms {
        Create = "create",
        /// It is left out, with a warning.
        Skip = "skip",
    }
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
