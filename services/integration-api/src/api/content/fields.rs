mod check;

use domain::content::{ContentStatus, PostStatus};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use web::Problem;

use check::check;

use super::given::Given;
use crate::store::content::{Image, Text, Texts};
use crate::store::content_terms::Terms;
use crate::store::json::Json;

/// What people write of content. Absent: as it is, or its default in new content. Null: empty.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct ContentFields {
    /// The site it is for; it stays that one.
    #[schema(value_type = i64)]
    pub site_id: Option<i64>,
    /// `draft` or `review` in new content; later it changes by submit, approve, reject and publish only.
    pub status: Option<String>,
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    title: Given<String>,
    /// At most 5 MiB.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    content_html: Given<String>,
    /// Null: the beginning of the text.
    #[schema(value_type = Option<String>, max_length = 2000)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    excerpt: Given<String>,
    /// Empty: WordPress makes one from the title.
    #[schema(value_type = Option<String>, max_length = 200)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    slug: Given<String>,
    /// A post type of the site.
    #[schema(value_type = Option<String>, default = "post")]
    #[serde(skip_serializing_if = "Given::is_absent")]
    post_type: Given<String>,
    /// What the post is to be on the site: publish, draft, private, pending or future.
    #[schema(value_type = Option<String>, default = "publish")]
    #[serde(skip_serializing_if = "Given::is_absent")]
    post_status: Given<String>,
    #[schema(value_type = Option<String>, max_length = 1000)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    seo_title: Given<String>,
    #[schema(value_type = Option<String>, max_length = 1000)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    seo_description: Given<String>,
    #[schema(value_type = Option<String>, max_length = 200)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    primary_keyword: Given<String>,
    #[schema(value_type = Option<Vec<String>>, max_items = 100)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    secondary_keywords: Given<Vec<String>>,
    /// Login, e-mail address or display name known to the site; empty: the site's default author.
    #[schema(value_type = Option<String>, max_length = 200)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    author: Given<String>,
    /// The post's date; null: when it is published.
    #[schema(value_type = Option<Timestamp>)]
    #[serde(skip_serializing_if = "Given::is_absent", alias = "date")]
    publish_date: Given<Timestamp>,
    #[schema(value_type = Option<ImageFields>)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    featured_image: Given<ImageFields>,
    /// The same with nothing but an address.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    featured_image_url: Given<String>,
    #[schema(value_type = Option<Vec<ImageFields>>, max_items = 100)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    gallery_images: Given<Vec<ImageFields>>,
    /// Names, or paths such as `Guides > Beginners`.
    #[schema(value_type = Option<Vec<String>>, max_items = 100)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    categories: Given<Vec<String>>,
    #[schema(value_type = Option<Vec<String>>, max_items = 100)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    tags: Given<Vec<String>>,
    /// The category of content that has none.
    #[schema(value_type = Option<String>, max_length = 200)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    cluster_name: Given<String>,
    /// Handed to the site as it is; at most 64 KiB.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    meta: Given<Map<String, Value>>,
    /// Stays on top of the site's front page.
    #[schema(value_type = Option<bool>, default = false)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    sticky: Given<bool>,
    /// The post above this one, by its id on the site.
    #[schema(value_type = Option<i64>, minimum = 1)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    parent_id: Given<i64>,
    /// A template of the site's theme; empty: the theme's default.
    #[schema(value_type = Option<String>, max_length = 200)]
    #[serde(skip_serializing_if = "Given::is_absent")]
    template: Given<String>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
pub struct ImageFields {
    /// http or https.
    url: String,
    #[serde(default)]
    alt: Option<String>,
    #[serde(default)]
    caption: Option<String>,
}

impl ContentFields {
    /// New content, or all of it anew.
    pub fn anew(self) -> Result<(Text, Terms), Problem> {
        let blank = Text {
            title: String::new(),
            content_html: String::new(),
            excerpt: None,
            slug: String::new(),
            post_type: String::new(),
            post_status: String::new(),
            seo_title: String::new(),
            seo_description: String::new(),
            primary_keyword: String::new(),
            secondary_keywords: Texts::default(),
            author: String::new(),
            publish_date: None,
            featured_image: None,
            gallery_images: Json::default(),
            cluster_name: String::new(),
            meta: Json::default(),
            sticky: false,
            parent: None,
            template: String::new(),
        };
        self.onto(blank, Terms::default())
    }

    /// What is given, put onto what there is; 422 with every field that is not valid.
    pub fn onto(self, mut text: Text, mut terms: Terms) -> Result<(Text, Terms), Problem> {
        let trimmed = |it: String| it.trim().to_owned();
        let image = |it: ImageFields| Image {
            url: it.url.trim().to_owned(),
            alt: it.alt.unwrap_or_default(),
            caption: it.caption.unwrap_or_default(),
        };
        let bare = |url: String| Image { url: url.trim().to_owned(), ..Image::default() };
        self.title.put(&mut text.title, trimmed);
        self.content_html.put(&mut text.content_html, |it| it);
        self.excerpt.put(&mut text.excerpt, Some);
        self.slug.put(&mut text.slug, trimmed);
        self.post_type.put(&mut text.post_type, trimmed);
        self.post_status.put(&mut text.post_status, |it| it);
        self.seo_title.put(&mut text.seo_title, trimmed);
        self.seo_description.put(&mut text.seo_description, trimmed);
        self.primary_keyword.put(&mut text.primary_keyword, trimmed);
        self.secondary_keywords.put(&mut text.secondary_keywords, Texts);
        self.author.put(&mut text.author, trimmed);
        self.publish_date.put(&mut text.publish_date, Some);
        self.featured_image_url.put(&mut text.featured_image, |it| Some(Json(bare(it))));
        self.featured_image.put(&mut text.featured_image, |it| Some(Json(image(it))));
        self.gallery_images.put(&mut text.gallery_images, |it| Json(it.into_iter().map(image).collect()));
        self.cluster_name.put(&mut text.cluster_name, trimmed);
        self.meta.put(&mut text.meta, Json);
        self.sticky.put(&mut text.sticky, |it| it);
        self.parent_id.put(&mut text.parent, Some);
        self.template.put(&mut text.template, trimmed);
        self.categories.put(&mut terms.categories, |it| it);
        self.tags.put(&mut terms.tags, |it| it);
        if text.post_type.is_empty() {
            "post".clone_into(&mut text.post_type);
        }
        if text.post_status.is_empty() {
            PostStatus::Publish.as_str().clone_into(&mut text.post_status);
        }
        check(&text, &terms)?;
        Ok((text, terms))
    }

    /// The status new content begins with.
    pub fn first_status(&self) -> Result<ContentStatus, Problem> {
        match self.status.as_deref().map(str::parse) {
            None => Ok(ContentStatus::Draft),
            Some(Ok(status @ (ContentStatus::Draft | ContentStatus::Review))) => Ok(status),
            Some(_) => Err(Problem::invalid_field(
                "/status",
                "new content is draft or review; approve and publish it afterwards",
            )),
        }
    }

    /// What can't be changed may be repeated.
    pub fn keep(&self, site_id: i64, status: &str) -> Result<(), Problem> {
        if self.site_id.is_some_and(|it| it != site_id) {
            return Err(Problem::invalid_field(
                "/site_id",
                "content stays with its site; make new content for another one",
            ));
        }
        if self.status.as_deref().is_some_and(|it| it != status) {
            return Err(Problem::invalid_field(
                "/status",
                "changes by submit, approve, reject and publish only",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;
    use crate::store::content::LARGEST_HTML;

    fn fields(value: Value) -> ContentFields {
        serde_json::from_value(value).unwrap()
    }

    fn faults(value: Value) -> Vec<String> {
        let problem = fields(value).anew().unwrap_err();
        problem.body().errors.iter().map(|it| it.field.clone()).collect()
    }

    #[test]
    fn the_least_there_can_be() {
        let (text, terms) = fields(json!({"title": " Bread "})).anew().unwrap();
        assert_eq!(
            (text.title.as_str(), text.post_type.as_str(), text.post_status.as_str()),
            ("Bread", "post", "publish")
        );
        assert_eq!((text.excerpt, text.featured_image, terms), (None, None, Terms::default()));
    }

    #[rstest]
    #[case(json!({}), &["/title"])]
    #[case(json!({"title": ""}), &["/title"])]
    #[case(json!({"title": "a\nb"}), &["/title"])]
    #[case(json!({"title": "x".repeat(501)}), &["/title"])]
    #[case(json!({"title": "x", "content_html": "x".repeat(LARGEST_HTML + 1)}), &["/content_html"])]
    #[case(json!({"title": "x", "post_status": "published"}), &["/post_status"])]
    #[case(json!({"title": "x", "post_type": "No Type"}), &["/post_type"])]
    #[case(json!({"title": "x", "slug": "../etc"}), &["/slug"])]
    #[case(json!({"title": "x", "publish_date": "1969-12-31T23:59:59Z"}), &["/publish_date"])]
    #[case(json!({"title": "x", "featured_image_url": "ftp://x.test/a.png"}), &["/featured_image/url"])]
    #[case(json!({"title": "x", "featured_image": {"url": "javascript:alert(1)"}}), &["/featured_image/url"])]
    #[case(json!({"title": "x", "gallery_images": [{"url": "https://x.test/a.png"}, {"url": "a.png"}]}), &["/gallery_images/1/url"])]
    #[case(json!({"title": "x", "tags": ["fine", ""], "categories": ["y".repeat(201)]}), &["/categories/0", "/tags/1"])]
    #[case(json!({"title": "x", "tags": vec!["t"; 101]}), &["/tags"])]
    #[case(json!({"title": "x", "parent_id": 0, "template": "a\nb"}), &["/parent_id", "/template"])]
    #[case(json!({"title": "x", "meta": {"a": "x".repeat(64 * 1024)}}), &["/meta"])]
    fn refused(#[case] value: Value, #[case] expected: &[&str]) {
        assert_eq!(faults(value), expected);
    }

    #[test]
    fn every_fault_is_told_at_once() {
        assert_eq!(faults(json!({"post_status": "x", "slug": "A B"})), ["/title", "/slug", "/post_status"]);
    }

    #[test]
    fn what_is_absent_stays_and_null_empties() {
        let (text, terms) = fields(json!({
            "title": "x", "excerpt": "e", "author": "ann", "tags": ["a"], "categories": ["c"],
            "featured_image_url": "https://x.test/a.png", "post_type": "page",
        }))
        .anew()
        .unwrap();
        let change =
            fields(json!({"excerpt": null, "tags": null, "featured_image": null, "post_type": null}));
        let (text, terms) = change.onto(text, terms).unwrap();
        assert_eq!(
            (text.title.as_str(), text.author.as_str(), text.post_type.as_str()),
            ("x", "ann", "post")
        );
        assert_eq!((text.excerpt, text.featured_image), (None, None));
        assert_eq!((terms.categories.as_slice(), terms.tags.len()), (&["c".to_owned()][..], 0));
    }

    #[rstest]
    #[case(None, Some(ContentStatus::Draft))]
    #[case(Some("review"), Some(ContentStatus::Review))]
    #[case(Some("approved"), None)]
    #[case(Some("live"), None)]
    fn first_statuses(#[case] status: Option<&str>, #[case] expected: Option<ContentStatus>) {
        assert_eq!(fields(json!({ "status": status })).first_status().ok(), expected);
    }
}
