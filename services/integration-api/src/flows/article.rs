use std::collections::BTreeMap;

use contracts::publishing;
use domain::content::{Article, CustomField, EXCERPT_LENGTH, Image, MissingTerms, PostStatus, Seo, excerpt};
use domain::text::UnknownName;

use crate::store::content::{self, Text};
use crate::store::content_terms::Terms;

/// The article as it is to stand on the site.
///
/// Without an excerpt of its own it gets the beginning of its text; without categories, its cluster's name. Keywords are tags too.
pub fn article(text: Text, terms: &Terms) -> Result<Article, UnknownName> {
    let keywords = [&text.primary_keyword].into_iter().chain(&text.secondary_keywords.0);
    let tags = without_repeats(terms.tags.iter().chain(keywords));
    let cluster = [text.cluster_name];
    let categories =
        without_repeats(if terms.categories.is_empty() { cluster.iter() } else { terms.categories.iter() });
    Ok(Article {
        excerpt: match text.excerpt {
            Some(given) if !given.trim().is_empty() => given,
            _ => excerpt(&text.content_html, EXCERPT_LENGTH),
        },
        title: text.title,
        content_html: text.content_html,
        slug: text.slug,
        status: text.post_status.parse::<PostStatus>()?,
        post_type: text.post_type,
        date: text.publish_date,
        author: text.author,
        seo: Seo {
            title: text.seo_title,
            description: text.seo_description,
            primary_keyword: text.primary_keyword,
            secondary_keywords: text.secondary_keywords.0,
        },
        featured_image: text.featured_image.map(|image| from_row(image.0)),
        gallery_images: text.gallery_images.0.into_iter().map(from_row).collect(),
        categories,
        tags,
        category_ids: BTreeMap::new(),
        tag_ids: BTreeMap::new(),
        missing_terms: MissingTerms::Create,
        meta: text.meta.0,
        fields: Vec::new(),
        sticky: text.sticky,
        parent: text.parent,
        template: text.template,
    })
}

/// The same on the wire.
pub fn to_wire(article: Article) -> publishing::Article {
    publishing::Article {
        title: article.title,
        content_html: article.content_html,
        excerpt: article.excerpt,
        slug: article.slug,
        status: article.status.as_str().to_owned(),
        post_type: article.post_type,
        date_ms: article.date.map(jiff::Timestamp::as_millisecond),
        author: article.author,
        seo: Some(publishing::Seo {
            title: article.seo.title,
            description: article.seo.description,
            primary_keyword: article.seo.primary_keyword,
            secondary_keywords: article.seo.secondary_keywords,
        }),
        featured_image: article.featured_image.map(image_to_wire),
        gallery_images: article.gallery_images.into_iter().map(image_to_wire).collect(),
        categories: article.categories,
        tags: article.tags,
        meta_json: serde_json::Value::Object(article.meta).to_string(),
        category_ids: article.category_ids.into_iter().collect(),
        tag_ids: article.tag_ids.into_iter().collect(),
        missing_terms: article.missing_terms.as_str().to_owned(),
        fields: article.fields.into_iter().map(field_to_wire).collect(),
        sticky: article.sticky,
        parent_id: article.parent.unwrap_or(0),
        template: article.template,
        image_policy: None,
    }
}

fn from_row(image: content::Image) -> Image {
    Image { url: image.url, alt: image.alt, caption: image.caption }
}

fn image_to_wire(image: Image) -> publishing::Image {
    publishing::Image { url: image.url, alt: image.alt, caption: image.caption }
}

fn field_to_wire(field: CustomField) -> publishing::CustomField {
    publishing::CustomField {
        key: field.key,
        via: field.via.as_str().to_owned(),
        value_json: field.value.to_string(),
    }
}

/// In their order, without empty ones; two that differ in case only are one term to WordPress.
fn without_repeats<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    names
        .map(|name| name.trim())
        .filter(|name| !name.is_empty() && seen.insert(name.to_lowercase()))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::content::Texts;
    use crate::store::json::Json;

    fn text() -> Text {
        Text {
            title: "Bread".to_owned(),
            content_html: "<p>Bread needs <b>time</b>.</p>".to_owned(),
            excerpt: None,
            slug: String::new(),
            post_type: "post".to_owned(),
            post_status: "publish".to_owned(),
            seo_title: "Bread, slowly".to_owned(),
            seo_description: String::new(),
            primary_keyword: "bread".to_owned(),
            secondary_keywords: Texts(vec!["Sourdough".to_owned(), "time".to_owned()]),
            author: "ann".to_owned(),
            publish_date: None,
            featured_image: Some(Json(content::Image {
                url: "https://x.test/a.jpg".to_owned(),
                ..Default::default()
            })),
            gallery_images: Json(Vec::new()),
            cluster_name: "Baking".to_owned(),
            meta: Json(serde_json::Map::new()),
            sticky: false,
            parent: None,
            template: String::new(),
        }
    }

    #[test]
    fn what_is_missing_is_made() {
        let made = article(text(), &Terms::default()).unwrap();
        assert_eq!(made.excerpt, "Bread needs time.");
        assert_eq!(made.categories, ["Baking"]);
        assert_eq!(made.tags, ["bread", "Sourdough", "time"]);
        assert_eq!(made.status, PostStatus::Publish);
        assert_eq!(made.featured_image.unwrap().url, "https://x.test/a.jpg");
    }

    #[test]
    fn what_is_given_stays() {
        let given = Text { excerpt: Some("Mine".to_owned()), ..text() };
        let terms = Terms {
            categories: vec!["Food".to_owned(), "Food > Bread".to_owned()],
            tags: vec!["sourdough".to_owned(), " ".to_owned()],
        };
        let made = article(given, &terms).unwrap();
        assert_eq!(made.excerpt, "Mine");
        assert_eq!(made.categories, ["Food", "Food > Bread"]);
        assert_eq!(made.tags, ["sourdough", "bread", "time"]);
    }

    #[test]
    fn nothing_at_all_is_no_term() {
        let plain = Text {
            cluster_name: String::new(),
            primary_keyword: String::new(),
            secondary_keywords: Texts::default(),
            ..text()
        };
        let made = article(plain, &Terms::default()).unwrap();
        assert!(made.categories.is_empty() && made.tags.is_empty());
    }

    #[test]
    fn the_wire_has_all_of_it() {
        let made = article(text(), &Terms::default()).unwrap();
        let wire = to_wire(made);
        assert_eq!((wire.status.as_str(), wire.meta_json.as_str()), ("publish", "{}"));
        assert_eq!(wire.seo.unwrap().secondary_keywords, ["Sourdough", "time"]);
    }
}
