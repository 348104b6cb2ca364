use std::collections::BTreeMap;

use domain::content::Image;
use domain::delivery::Part;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::destinations::{Media, Order, Seen, Written};

/// The body of `POST /publish`, `PUT /posts/{id}` and `PUT /posts/{id}/parts`, as `proto/bridge.md` has it.
#[derive(Debug, Serialize)]
pub struct Payload<'a> {
    operation_id: String,
    content_id: i64,
    revision: &'a str,
    title: &'a str,
    content_html: &'a str,
    excerpt: &'a str,
    slug: &'a str,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_gmt: Option<Timestamp>,
    #[serde(skip_serializing_if = "str::is_empty")]
    author: &'a str,
    post_type: &'a str,
    seo_title: &'a str,
    seo_description: &'a str,
    primary_keyword: &'a str,
    secondary_keywords: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    featured_image_url: Option<&'a str>,
    gallery_images: Vec<GalleryImage<'a>>,
    categories: &'a [String],
    tags: &'a [String],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    category_ids: &'a BTreeMap<String, i64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tag_ids: &'a BTreeMap<String, i64>,
    missing_terms: &'static str,
    meta: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Field<'a>>,
    sticky: bool,
    parent_id: i64,
    template: &'a str,
    media: Vec<MediaEntry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_revision: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    adopt: bool,
}

#[derive(Debug, Serialize)]
struct Field<'a> {
    key: &'a str,
    via: &'static str,
    value: &'a Value,
}

#[derive(Debug, Serialize)]
struct GalleryImage<'a> {
    url: &'a str,
    alt: &'a str,
    caption: &'a str,
}

#[derive(Debug, Serialize)]
struct MediaEntry<'a> {
    source_url: &'a str,
    sha256: &'a str,
    attachment_id: i64,
    alt: &'a str,
    caption: &'a str,
}

impl<'a> Payload<'a> {
    pub fn new(order: &Order, written: &'a Written, media: &'a [Media]) -> Self {
        let article = &written.article;
        Self {
            operation_id: order.operation.to_string(),
            content_id: order.content.get(),
            revision: &written.revision,
            title: &article.title,
            content_html: &article.content_html,
            excerpt: &article.excerpt,
            slug: &article.slug,
            status: article.status.as_str(),
            date_gmt: article.date,
            author: &article.author,
            post_type: &article.post_type,
            seo_title: &article.seo.title,
            seo_description: &article.seo.description,
            primary_keyword: &article.seo.primary_keyword,
            secondary_keywords: &article.seo.secondary_keywords,
            featured_image_url: article.featured_image.as_ref().map(|image| image.url.as_str()),
            gallery_images: article.gallery_images.iter().map(gallery_image).collect(),
            categories: &article.categories,
            tags: &article.tags,
            category_ids: &article.category_ids,
            tag_ids: &article.tag_ids,
            missing_terms: article.missing_terms.as_str(),
            meta: &article.meta,
            fields: article
                .fields
                .iter()
                .map(|field| Field { key: &field.key, via: field.via.as_str(), value: &field.value })
                .collect(),
            sticky: article.sticky,
            parent_id: article.parent.unwrap_or(0),
            template: &article.template,
            expected_revision: None,
            parts: None,
            adopt: order.adopts,
            media: media.iter().map(media_entry).collect(),
        }
    }

    pub fn onto(self, seen: &'a Seen) -> Self {
        Self { expected_revision: Some(&seen.revision), ..self }
    }

    pub fn only(self, parts: &[Part]) -> Self {
        Self { parts: Some(parts.iter().map(|part| part.as_str()).collect()), ..self }
    }

    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("invariant: texts, numbers and lists can be written as JSON")
    }
}

fn gallery_image(image: &Image) -> GalleryImage<'_> {
    GalleryImage { url: &image.url, alt: &image.alt, caption: &image.caption }
}

fn media_entry(media: &Media) -> MediaEntry<'_> {
    MediaEntry {
        source_url: &media.source_url,
        sha256: &media.sha256,
        attachment_id: media.attachment_id,
        alt: &media.alt,
        caption: &media.caption,
    }
}

#[cfg(test)]
mod tests {
    use domain::content::{Article, CustomField, FieldKind, MissingTerms, PostStatus, Seo};
    use domain::{ContentId, OperationId};

    use crate::destinations::Task;

    use super::*;

    fn order(article: Article) -> Order {
        Order {
            adopts: false,
            operation: OperationId::from_uuid("01932f5e-0000-7000-8000-000000000001".parse().unwrap()),
            content: ContentId::new(123),
            task: Task::Publish(Written { revision: "ab12".to_owned(), article }),
            post: None,
        }
    }

    fn written(order: &Order) -> &Written {
        let Task::Publish(written) = &order.task else { unreachable!() };
        written
    }

    fn whole() -> Article {
        let mut article = Article::new(
            "Bread & Butter",
            "<p>Good <b>bread</b>.</p><img src=\"https://cdn.example.com/a.jpg\">",
        );
        article.slug = "bread".to_owned();
        article.status = PostStatus::Future;
        article.date = Some("2026-11-22T10:00:00Z".parse().unwrap());
        article.author = "anna@example.com".to_owned();
        article.seo = Seo {
            title: "Bread".to_owned(),
            description: "About bread".to_owned(),
            primary_keyword: "bread".to_owned(),
            secondary_keywords: vec!["butter".to_owned()],
        };
        let image =
            |url: &str| Image { url: url.to_owned(), alt: "A loaf".to_owned(), caption: "Fresh".to_owned() };
        article.featured_image = Some(image("https://cdn.example.com/f.png"));
        article.gallery_images = vec![image("https://cdn.example.com/g.webp")];
        article.categories = vec!["Guides".to_owned(), "Guides > Beginners".to_owned()];
        article.tags = vec!["bread".to_owned()];
        article.category_ids.insert("Guides".to_owned(), 12);
        article.tag_ids.insert("bread".to_owned(), 13);
        article.missing_terms = MissingTerms::Skip;
        article.meta.insert("cluster".to_owned(), "baking".into());
        article.fields =
            vec![CustomField { key: "price".to_owned(), via: FieldKind::Acf, value: 12.5.into() }];
        article.sticky = true;
        article.parent = Some(9);
        article.template = "wide.php".to_owned();
        article
    }

    #[test]
    fn everything_the_bridge_takes() {
        let media = [Media {
            source_url: "https://cdn.example.com/f.png".to_owned(),
            sha256: "00ff".to_owned(),
            attachment_id: 7,
            url: String::new(),
            alt: "A loaf".to_owned(),
            caption: "Fresh".to_owned(),
            known: false,
        }];
        let order = order(whole());
        let seen = Seen { post: "77".to_owned(), revision: "00ab".to_owned() };
        let payload =
            Payload::new(&order, written(&order), &media).onto(&seen).only(&[Part::Images, Part::Seo]);
        insta::assert_snapshot!(serde_json::to_string_pretty(&payload).unwrap(), @r#"
        {
          "operation_id": "01932f5e-0000-7000-8000-000000000001",
          "content_id": 123,
          "revision": "ab12",
          "title": "Bread & Butter",
          "content_html": "<p>Good <b>bread</b>.</p><img src=\"https://cdn.example.com/a.jpg\">",
          "excerpt": "Good bread.",
          "slug": "bread",
          "status": "future",
          "date_gmt": "2026-11-22T10:00:00Z",
          "author": "anna@example.com",
          "post_type": "post",
          "seo_title": "Bread",
          "seo_description": "About bread",
          "primary_keyword": "bread",
          "secondary_keywords": [
            "butter"
          ],
          "featured_image_url": "https://cdn.example.com/f.png",
          "gallery_images": [
            {
              "url": "https://cdn.example.com/g.webp",
              "alt": "A loaf",
              "caption": "Fresh"
            }
          ],
          "categories": [
            "Guides",
            "Guides > Beginners"
          ],
          "tags": [
            "bread"
          ],
          "category_ids": {
            "Guides": 12
          },
          "tag_ids": {
            "bread": 13
          },
          "missing_terms": "skip",
          "meta": {
            "cluster": "baking"
          },
          "fields": [
            {
              "key": "price",
              "via": "acf",
              "value": 12.5
            }
          ],
          "sticky": true,
          "parent_id": 9,
          "template": "wide.php",
          "media": [
            {
              "source_url": "https://cdn.example.com/f.png",
              "sha256": "00ff",
              "attachment_id": 7,
              "alt": "A loaf",
              "caption": "Fresh"
            }
          ],
          "expected_revision": "00ab",
          "parts": [
            "images",
            "seo"
          ]
        }
        "#);
    }

    #[test]
    fn what_the_site_decides_is_left_out() {
        let order = order(Article::new("Bread", "<p>x</p>"));
        let payload = Payload::new(&order, written(&order), &[]);
        insta::assert_snapshot!(serde_json::to_string_pretty(&payload).unwrap(), @r#"
        {
          "operation_id": "01932f5e-0000-7000-8000-000000000001",
          "content_id": 123,
          "revision": "ab12",
          "title": "Bread",
          "content_html": "<p>x</p>",
          "excerpt": "x",
          "slug": "",
          "status": "publish",
          "post_type": "post",
          "seo_title": "",
          "seo_description": "",
          "primary_keyword": "",
          "secondary_keywords": [],
          "gallery_images": [],
          "categories": [],
          "tags": [],
          "missing_terms": "create",
          "meta": {},
          "sticky": false,
          "parent_id": 0,
          "template": "",
          "media": []
        }
        "#);
    }
}
