use contracts::DecodeError;
use contracts::publishing::{self, PublishContent};
use domain::content::{Article, Image, PostStatus, Seo};
use domain::{ContentId, OperationId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::destinations::Order;

/// Reads a command; what can't be read now never can be.
pub fn read_order(message: PublishContent) -> Result<Order, DecodeError> {
    let operation = read_uuid("operation_id", &message.operation_id)?;
    for (field, id) in
        [("content_id", message.content_id), ("site_id", message.site_id), ("account_id", message.account_id)]
    {
        if id <= 0 {
            return Err(DecodeError::Field { field, why: format!("{id} is no id") });
        }
    }
    let article = message
        .article
        .ok_or_else(|| DecodeError::Field { field: "article", why: "is missing".to_owned() })?;
    Ok(Order {
        operation: OperationId::from_uuid(operation),
        content: ContentId::new(message.content_id),
        revision: message.revision,
        article: read_article(article)?,
    })
}

pub fn read_uuid(field: &'static str, text: &str) -> Result<Uuid, DecodeError> {
    Uuid::try_parse(text).map_err(|error| DecodeError::Field { field, why: error.to_string() })
}

fn read_article(article: publishing::Article) -> Result<Article, DecodeError> {
    let seo = article.seo.unwrap_or_default();
    let meta = if article.meta_json.is_empty() { "{}" } else { &article.meta_json };
    let wrong = |field, why: String| DecodeError::Field { field, why };
    let date = article.date_ms.map(Timestamp::from_millisecond).transpose();
    Ok(Article {
        title: article.title,
        content_html: article.content_html,
        excerpt: article.excerpt,
        slug: article.slug,
        status: article
            .status
            .parse::<PostStatus>()
            .map_err(|error| wrong("article.status", error.to_string()))?,
        post_type: if article.post_type.is_empty() { "post".to_owned() } else { article.post_type },
        date: date.map_err(|error| wrong("article.date_ms", error.to_string()))?,
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
        meta: serde_json::from_str(meta).map_err(|error| wrong("article.meta_json", error.to_string()))?,
    })
}

fn image(image: publishing::Image) -> Image {
    Image { url: image.url, alt: image.alt, caption: image.caption }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> PublishContent {
        PublishContent {
            operation_id: Uuid::now_v7().to_string(),
            account_id: 1,
            site_id: 2,
            content_id: 3,
            article: Some(publishing::Article {
                title: "Bread".to_owned(),
                status: "publish".to_owned(),
                ..Default::default()
            }),
            ..PublishContent::default()
        }
    }

    #[test]
    fn absent_fields_have_their_meaning() {
        let order = read_order(message()).unwrap();
        assert_eq!((order.article.post_type.as_str(), order.article.date), ("post", None));
        assert!(order.article.meta.is_empty() && order.article.featured_image.is_none());
    }

    #[test]
    fn what_never_can_be_read_is_named() {
        let refused = |change: fn(&mut PublishContent)| {
            let mut message = message();
            change(&mut message);
            read_order(message).unwrap_err().to_string()
        };
        assert!(refused(|m| m.operation_id.clear()).starts_with("operation_id is not valid"));
        assert!(refused(|m| m.content_id = 0).starts_with("content_id is not valid"));
        assert!(refused(|m| m.article = None).starts_with("article is not valid"));
        assert!(
            refused(|m| m.article.as_mut().unwrap().status = "live".to_owned()).starts_with("article.status")
        );
        assert!(
            refused(|m| m.article.as_mut().unwrap().meta_json = "[]".to_owned())
                .starts_with("article.meta_json")
        );
    }
}
