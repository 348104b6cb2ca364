use std::collections::{BTreeMap, HashMap};

use contracts::publishing;
use domain::content::{Article, CustomField, EXCERPT_LENGTH, Image, ImagePolicy, PostStatus, Seo, excerpt};
use domain::text::UnknownName;
use serde_json::{Map, Value};

use super::known_terms::{Known, KnownTerms};
use crate::store::content::{self, Text};
use crate::store::content_terms::Terms;
use crate::store::publishing_settings::{FieldMapping, Posts};

/// The article as it is to stand on the site.
///
/// Without an excerpt of its own it gets the beginning of its text; without categories, its cluster's name; without an author, the
/// site's. Keywords are tags too. Ids of terms and fields are mapped as the site's settings say; where these say nothing of a term, it is
/// the one that the site told of.
pub fn article(text: Text, terms: &Terms, posts: &Posts, known: &KnownTerms) -> Result<Article, UnknownName> {
    let Terms { categories, tags } = terms_of(&text, terms);
    let (meta, fields) = mapped(text.meta.0, &posts.fields)?;
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
        author: if text.author.is_empty() { posts.default_author.clone() } else { text.author },
        seo: Seo {
            title: text.seo_title,
            description: text.seo_description,
            primary_keyword: text.primary_keyword,
            secondary_keywords: text.secondary_keywords.0,
        },
        featured_image: text.featured_image.map(|image| from_row(image.0)),
        gallery_images: text.gallery_images.0.into_iter().map(from_row).collect(),
        category_ids: ids_of(&categories, &posts.category_ids, &known.categories),
        tag_ids: ids_of(&tags, &posts.tag_ids, &known.tags),
        categories,
        tags,
        missing_terms: posts.missing_terms.parse()?,
        meta,
        fields,
        sticky: text.sticky,
        parent: text.parent,
        template: text.template,
        // No site has a policy of its own yet.
        images: posts
            .images
            .as_ref()
            .map(|it| ImagePolicy { keep_location: it.keep_location, max_edge_px: it.max_edge_px }),
        text_format: posts.text_format.parse()?,
    })
}

/// The categories and tags that the article is going to have.
pub fn terms_of(text: &Text, terms: &Terms) -> Terms {
    let keywords = [&text.primary_keyword].into_iter().chain(&text.secondary_keywords.0);
    let cluster = std::slice::from_ref(&text.cluster_name);
    let categories = if terms.categories.is_empty() { cluster } else { &terms.categories };
    Terms {
        categories: without_repeats(categories.iter()),
        tags: without_repeats(terms.tags.iter().chain(keywords)),
    }
}

/// Those of these terms that are mapped or known, in whatever case they are written.
fn ids_of(names: &[String], mapped: &BTreeMap<String, i64>, known: &Known) -> BTreeMap<String, i64> {
    let mapped: HashMap<String, i64> =
        mapped.iter().map(|(name, id)| (name.trim().to_lowercase(), *id)).collect();
    let id_of = |name: &str| mapped.get(&name.to_lowercase()).copied().or_else(|| known.id_of(name));
    names.iter().filter_map(|name| Some((name.clone(), id_of(name)?))).collect()
}

/// What goes into fields of the site, and what stays.
fn mapped(
    mut meta: Map<String, Value>,
    mappings: &[FieldMapping],
) -> Result<(Map<String, Value>, Vec<CustomField>), UnknownName> {
    let mut fields = Vec::new();
    for mapping in mappings {
        if let Some(value) = meta.remove(&mapping.from) {
            fields.push(CustomField { key: mapping.key.clone(), via: mapping.via.parse()?, value });
        }
    }
    Ok((meta, fields))
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
        image_policy: article.images.map(image_policy_to_wire),
        text_format: article.text_format.as_str().to_owned(),
    }
}

fn from_row(image: content::Image) -> Image {
    Image { url: image.url, alt: image.alt, caption: image.caption }
}

fn image_to_wire(image: Image) -> publishing::Image {
    publishing::Image { url: image.url, alt: image.alt, caption: image.caption }
}

fn image_policy_to_wire(policy: ImagePolicy) -> publishing::ImagePolicy {
    publishing::ImagePolicy { keep_location: policy.keep_location, max_edge_px: policy.max_edge_px }
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
    use domain::content::{FieldKind, MissingTerms, TextFormat};

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
        let made = article(text(), &Terms::default(), &Posts::default(), &KnownTerms::default()).unwrap();
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
        let made = article(given, &terms, &Posts::default(), &KnownTerms::default()).unwrap();
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
        let made = article(plain, &Terms::default(), &Posts::default(), &KnownTerms::default()).unwrap();
        assert!(made.categories.is_empty() && made.tags.is_empty());
    }

    #[test]
    fn the_sites_settings_fill_in_and_map() {
        let meta = serde_json::json!({ "price": 12.5, "note": "x" });
        let text = Text {
            author: String::new(),
            meta: Json(meta.as_object().unwrap().clone()),
            cluster_name: "baking".to_owned(),
            ..text()
        };
        let posts: Posts = serde_json::from_value(serde_json::json!({
            "missing_terms": "skip", "category_ids": {"Baking": 12, "Other": 3}, "tag_ids": {"time": 4}, "default_author": "Ben",
            "text_format": "blocks", "images": {"keep_location": true},
            "fields": [{"from": "price", "key": "field_price", "via": "acf"}, {"from": "absent", "key": "absent"}],
        }))
        .unwrap();
        let made = article(text, &Terms::default(), &posts, &KnownTerms::default()).unwrap();
        assert_eq!((made.author.as_str(), made.missing_terms), ("Ben", MissingTerms::Skip));
        assert_eq!(made.text_format, TextFormat::Blocks);
        assert_eq!(made.images, Some(ImagePolicy { keep_location: true, max_edge_px: 2560 }));
        assert_eq!(made.category_ids, BTreeMap::from([("baking".to_owned(), 12)]));
        assert_eq!(made.tag_ids, BTreeMap::from([("time".to_owned(), 4)]));
        assert_eq!(made.meta.keys().collect::<Vec<_>>(), ["note"]);
        let price = CustomField { key: "field_price".to_owned(), via: FieldKind::Acf, value: 12.5.into() };
        assert_eq!(made.fields, [price]);
    }

    #[test]
    fn the_wire_has_all_of_it() {
        let policy = ImagePolicy { keep_location: true, max_edge_px: 1200 };
        let made = article(text(), &Terms::default(), &Posts::default(), &KnownTerms::default()).unwrap();
        let made = Article { images: Some(policy), ..made };
        let wire = to_wire(made);
        assert_eq!((wire.status.as_str(), wire.meta_json.as_str()), ("publish", "{}"));
        let policy = publishing::ImagePolicy { keep_location: true, max_edge_px: 1200 };
        assert_eq!(wire.image_policy, Some(policy));
        assert_eq!(wire.seo.unwrap().secondary_keywords, ["Sourdough", "time"]);
    }
}
