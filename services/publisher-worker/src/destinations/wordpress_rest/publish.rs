//! A new post, in steps each of which can be begun again:
//!
//! 1. *reserve*: a draft whose slug is the content's marker. It is found by that, so it is made once; if two requests cross, two drafts are
//!    made, of which the older stays and the other is deleted.
//! 2. The runner notes the draft's id.
//! 3. Everything is written into the draft: text, terms, image, author.
//! 4. In one update the draft gets its own slug and status. From here on the noted post without the marker is the receipt.

use domain::content::Article;
use domain::delivery::{Answer, ReceiptAnswer, SitePost};
use serde_json::json;

use super::answers::No;
use super::fields::{self, Fields};
use super::post::{FIELDS, Post};
use super::routes::marker;
use super::talk::{Ask, Talk};
use super::text;
use crate::destinations::{Media, Order, Written};

/// Whatever a post may be, but in the trash: there its slug is another.
const ANYWHERE: &str = "publish,future,draft,pending,private";

/// The draft's id, or what stands in its place.
pub async fn reserve(talk: &mut Talk<'_>, order: &Order, article: &Article) -> Result<String, Answer> {
    let base = talk.base(&article.post_type).await.map_err(No::into_answer)?;
    let marker = marker(talk.site.id, order.content);
    if let Some(id) = &order.post {
        match talk.post(&base, id).await {
            Ok(post) if post.slug == marker => return Ok(id.clone()),
            Ok(post) => return Err(Answer::AlreadyExists(post.into_site_post(Vec::new()))),
            Err(no) if no.is_unknown() => {}
            Err(no) => return Err(no.into_answer()),
        }
    }
    if let Some(id) = one_draft(talk, &base, &marker).await.map_err(No::into_answer)? {
        return Ok(id);
    }
    let draft = json!({"title": article.title, "slug": marker, "status": "draft"});
    let made = talk.ask(Ask::post(&base, &draft).with("_fields", FIELDS)).await;
    let made = made.and_then(|shown| Post::read(&shown)).map_err(No::into_answer)?;
    Ok(made.id.to_string())
}

pub async fn publish(
    talk: &mut Talk<'_>,
    order: &Order,
    written: &Written,
    media: &[Media],
) -> Result<SitePost, Answer> {
    let id = match &order.post {
        Some(id) => id.clone(),
        None => reserve(talk, order, &written.article).await?,
    };
    let done = fill_and_release(talk, &id, &written.article, media).await;
    let done = done.map_err(|no| if no.is_unknown() { Answer::Interrupted } else { no.into_answer() })?;
    // A request that was slow enough may have made a second draft meanwhile.
    if let Ok(base) = talk.base(&written.article.post_type).await {
        let _ = drop_drafts(talk, &base, &marker(talk.site.id, order.content), 0).await;
    }
    Ok(done)
}

async fn fill_and_release(
    talk: &mut Talk<'_>,
    id: &str,
    article: &Article,
    media: &[Media],
) -> Result<SitePost, No> {
    let base = talk.base(&article.post_type).await?;
    let text = text::for_site(article, media);
    let (_, mut warnings) = Fields::of(talk, article, &text, media).await.write(talk, &base, id).await?;
    let mut last = Fields::empty();
    last.set("slug", article.slug.as_str());
    last.set("status", article.status.as_str());
    if let Some(date) = fields::date(article) {
        last.set("date_gmt", date);
    }
    let (post, more) = last.write(talk, &base, id).await?;
    warnings.extend(more);
    Ok(post.into_site_post(warnings))
}

/// What became of it, once its answer was lost. Without a noted post there can be a draft at most, and `reserve` finds that.
pub async fn look_up(talk: &mut Talk<'_>, order: &Order, article: &Article) -> Result<ReceiptAnswer, No> {
    let base = talk.base(&article.post_type).await?;
    let marker = marker(talk.site.id, order.content);
    let Some(id) = &order.post else {
        one_draft(talk, &base, &marker).await?;
        return Ok(ReceiptAnswer::Unknown);
    };
    match talk.post(&base, id).await {
        Ok(post) if post.slug == marker => Ok(ReceiptAnswer::Unknown),
        Ok(post) => Ok(ReceiptAnswer::Done(post.into_site_post(Vec::new()))),
        Err(no) if no.is_unknown() => Ok(ReceiptAnswer::Unknown),
        Err(no) => Err(no),
    }
}

/// The place that is kept for the content, if there is one.
async fn one_draft(talk: &mut Talk<'_>, base: &str, marker: &str) -> Result<Option<String>, No> {
    drop_drafts(talk, base, marker, 1).await
}

/// Leaves so many of the drafts with this marker, the oldest, and deletes the others; the first that stays.
async fn drop_drafts(
    talk: &mut Talk<'_>,
    base: &str,
    marker: &str,
    stay: usize,
) -> Result<Option<String>, No> {
    let ask = Ask::get(base)
        .with("slug", marker)
        .with("status", ANYWHERE)
        .with("context", "edit")
        .with("orderby", "id")
        .with("order", "asc")
        .with("_fields", FIELDS);
    let found = talk.ask(ask).await?;
    let posts = found.as_array().into_iter().flatten().map(Post::read).collect::<Result<Vec<_>, _>>()?;
    let mut posts = posts.into_iter().filter(|post| post.slug == marker);
    let kept: Vec<Post> = posts.by_ref().take(stay).collect();
    for surplus in posts.filter(|post| post.status == "draft") {
        let route = format!("{base}/{}", surplus.id);
        talk.ask(Ask::delete(&route).with("force", "true").with("_fields", "id")).await?;
    }
    Ok(kept.first().map(|post| post.id.to_string()))
}
