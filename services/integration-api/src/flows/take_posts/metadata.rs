use contracts::reading::{LibraryImage, RemotePost, Term};
use serde_json::{Value, json};

/// What is kept beside a publication of what the site says of its post.
pub fn metadata(post: &RemotePost) -> Value {
    let author = post.author.clone().unwrap_or_default();
    let seo = post.seo.clone().unwrap_or_default();
    json!({
        "slug": post.slug,
        "author": { "id": author.id, "login": author.login, "name": author.name },
        "categories": post.categories.iter().map(term).collect::<Vec<_>>(),
        "tags": post.tags.iter().map(term).collect::<Vec<_>>(),
        "terms": serde_json::from_str(&post.other_terms_json).unwrap_or_else(|_| json!({})),
        "featured_image": post.featured_image.as_ref().map(image),
        "images": post.images.iter().map(image).collect::<Vec<_>>(),
        "seo": { "plugin": seo.plugin, "title": seo.title, "description": seo.description, "keywords": seo.keywords },
        "date_gmt": post.date_ms.and_then(time),
        "modified_gmt": post.modified_at_ms.and_then(time),
    })
}

fn term(term: &Term) -> Value {
    json!({ "id": term.id, "name": term.name, "path": term.path })
}

fn image(image: &LibraryImage) -> Value {
    json!({ "attachment_id": image.attachment_id, "url": image.url, "alt": image.alt, "caption": image.caption })
}

fn time(ms: i64) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_millisecond(ms).ok()
}
