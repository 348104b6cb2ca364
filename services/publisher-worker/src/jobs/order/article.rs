use std::collections::BTreeMap;

use contracts::DecodeError;
use contracts::publishing;
use domain::content::{
    Article, CustomField, FieldKind, Image, ImagePolicy, MissingTerms, PostStatus, Seo, TextFormat,
};
use jiff::Timestamp;

use super::wrong;

pub fn read_article(article: publishing::Article) -> Result<Article, DecodeError> {
    let seo = article.seo.unwrap_or_default();
    let date = article.date_ms.map(Timestamp::from_millisecond).transpose();
    Ok(Article {
        title: article.title,
        content_html: article.content_html,
        excerpt: article.excerpt,
        slug: article.slug,
        status: article.status.parse::<PostStatus>().map_err(|error| wrong("article.status", &error))?,
        post_type: if article.post_type.is_empty() { "post".to_owned() } else { article.post_type },
        date: date.map_err(|error| wrong("article.date_ms", &error))?,
        author: article.author,
        seo: Seo {
            title: seo.title,
            description: seo.description,
            primary_keyword: seo.primary_keyword,
            secondary_keywords: seo.secondary_keywords,
        },
        featured_image: article.featured_image.filter(|image| !image.url.is_empty()).map(image),
        gallery_images: article
            .gallery_images
            .into_iter()
            .filter(|image| !image.url.is_empty())
            .map(image)
            .collect(),
        categories: article.categories,
        tags: article.tags,
        category_ids: ids(article.category_ids),
        tag_ids: ids(article.tag_ids),
        missing_terms: match article.missing_terms.as_str() {
            "" => MissingTerms::Create,
            name => name.parse().map_err(|error| wrong("article.missing_terms", &error))?,
        },
        meta: json("article.meta_json", &article.meta_json, "{}")?,
        fields: article.fields.into_iter().map(field).collect::<Result<_, _>>()?,
        sticky: article.sticky,
        parent: Some(article.parent_id).filter(|id| *id > 0),
        template: article.template,
        images: article.image_policy.map(|policy| ImagePolicy {
            keep_location: policy.keep_location,
            max_edge_px: policy.max_edge_px,
        }),
        text_format: match article.text_format.as_str() {
            "" => TextFormat::Classic,
            name => name.parse().map_err(|error| wrong("article.text_format", &error))?,
        },
    })
}

fn image(image: publishing::Image) -> Image {
    Image { url: image.url, alt: image.alt, caption: image.caption }
}

fn ids(ids: std::collections::HashMap<String, i64>) -> BTreeMap<String, i64> {
    ids.into_iter().filter(|(_, id)| *id > 0).collect()
}

fn field(field: publishing::CustomField) -> Result<CustomField, DecodeError> {
    Ok(CustomField {
        via: match field.via.as_str() {
            "" => FieldKind::Meta,
            name => name.parse().map_err(|error| wrong("article.fields.via", &error))?,
        },
        value: json("article.fields.value_json", &field.value_json, "null")?,
        key: field.key,
    })
}

fn json<T: serde::de::DeserializeOwned>(
    name: &'static str,
    text: &str,
    absent: &str,
) -> Result<T, DecodeError> {
    let text = if text.is_empty() { absent } else { text };
    serde_json::from_str(text).map_err(|error| wrong(name, &error))
}
