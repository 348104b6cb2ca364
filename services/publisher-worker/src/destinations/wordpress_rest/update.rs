//! A post that is there says something else from now on, if it still is as it was seen. Between the look and the write somebody may save:
//! core has no way to say "only if".

use domain::delivery::{Answer, Conflict, Part, PostText, ReceiptAnswer, SitePost};
use serde_json::Value;

use super::answers::No;
use super::fields::{self, Fields};
use super::post::{Post, Raw, revision};
use super::routes::gone;
use super::talk::{Ask, Talk};
use super::text;
use crate::destinations::{Media, Seen, Written};

pub async fn update(
    talk: &mut Talk<'_>,
    written: &Written,
    seen: &Seen,
    media: &[Media],
) -> Result<SitePost, Answer> {
    let article = &written.article;
    let base = talk.base(&article.post_type).await.map_err(No::into_answer)?;
    let text = text::for_site(article, media);
    as_seen(talk, &base, seen, Some(&text), media).await?;
    let mut fields = Fields::of(talk, article, &text, media).await;
    fields.set("status", article.status.as_str());
    if !article.slug.is_empty() {
        fields.set("slug", article.slug.as_str());
    }
    if let Some(date) = fields::date(article) {
        fields.set("date_gmt", date);
    }
    write(talk, fields, &base, &seen.post).await
}

/// Only some parts of it again. What core can't write is left out, as it was before.
pub async fn mend(
    talk: &mut Talk<'_>,
    written: &Written,
    seen: &Seen,
    parts: &[Part],
    media: &[Media],
) -> Result<SitePost, Answer> {
    let article = &written.article;
    let base = talk.base(&article.post_type).await.map_err(No::into_answer)?;
    let post = as_seen(talk, &base, seen, None, media).await?;
    let mut fields = Fields::empty();
    if parts.contains(&Part::Images) {
        fields.featured_image(article, media);
        fields.set("content", text::with_library(post.text.content_html, media));
    }
    if parts.contains(&Part::Terms) {
        fields.terms(talk, article).await;
    }
    write(talk, fields, &base, &seen.post).await
}

async fn write(talk: &mut Talk<'_>, fields: Fields, base: &str, id: &str) -> Result<SitePost, Answer> {
    match fields.write(talk, base, id).await {
        Ok((post, warnings)) => Ok(post.into_site_post(warnings)),
        Err(no) if no.is_unknown() => Err(gone(&no)),
        Err(no) => Err(no.into_answer()),
    }
}

/// The post, if it says what it said, or already what it is to say.
async fn as_seen(
    talk: &mut Talk<'_>,
    base: &str,
    seen: &Seen,
    wanted: Option<&PostText>,
    media: &[Media],
) -> Result<Post, Answer> {
    let post = match talk.post(base, &seen.post).await {
        Ok(post) => post,
        Err(no) if no.is_unknown() => return Err(gone(&no)),
        Err(no) => return Err(no.into_answer()),
    };
    let as_seen = seen.revision.is_empty() || post.revision() == seen.revision;
    // A try before this one may have done it, and its answer was lost.
    if as_seen || wanted.is_some_and(|wanted| text::same(wanted, &post.text)) {
        return Ok(post);
    }
    let base = what_was_seen(talk, base, seen).await.map(|text| text::for_us(text, media));
    let theirs = text::for_us(post.text.clone(), media);
    let modified_at = post.modified_at;
    Err(Answer::Conflict(Box::new(Conflict {
        post: post.into_site_post(Vec::new()),
        theirs,
        base,
        modified_at,
    })))
}

/// The text both sides began with, if WordPress still has it among the post's revisions.
async fn what_was_seen(talk: &mut Talk<'_>, base: &str, seen: &Seen) -> Option<PostText> {
    #[derive(serde::Deserialize)]
    struct Revision {
        #[serde(default)]
        title: Raw,
        #[serde(default)]
        content: Raw,
        #[serde(default)]
        excerpt: Raw,
    }
    const LATEST: &str = "10";
    let route = format!("{base}/{}/revisions", seen.post);
    let ask = Ask::get(&route)
        .with("context", "edit")
        .with("per_page", LATEST)
        .with("_fields", "title.raw,content.raw,excerpt.raw");
    let Ok(Value::Array(revisions)) = talk.ask(ask).await else { return None };
    revisions.into_iter().filter_map(|it| serde_json::from_value::<Revision>(it).ok()).find_map(|it| {
        let text = PostText { title: it.title.raw, content_html: it.content.raw, excerpt: it.excerpt.raw };
        (revision(&text) == seen.revision).then_some(text)
    })
}

/// What became of it, once its answer was lost. Images have other addresses there, so the words tell whether it was written.
pub async fn look_up(talk: &mut Talk<'_>, written: &Written, seen: &Seen) -> Result<ReceiptAnswer, No> {
    let article = &written.article;
    let base = talk.base(&article.post_type).await?;
    match talk.post(&base, &seen.post).await {
        Ok(post) if post.revision() != seen.revision && text::says(&post.text, article) => {
            Ok(ReceiptAnswer::Done(post.into_site_post(Vec::new())))
        }
        Ok(_) => Ok(ReceiptAnswer::Unknown),
        Err(no) if no.is_unknown() => Ok(ReceiptAnswer::Unknown),
        Err(no) => Err(no),
    }
}
