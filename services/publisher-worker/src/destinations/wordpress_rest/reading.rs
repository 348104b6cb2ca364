//! The site's posts, page by page.
//!
//! Core's pages are counted, not keyed: by `id` the cursor is how many posts came before, so that a post deleted during an import moves one
//! behind it, which a later reading by `modified` does not find. By `modified` the cursor is a second, which is read again with the next page,
//! since more may have been saved in it.

use std::collections::BTreeSet;

use contracts::reading::{Author, RemotePost, RemoteSeo};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::answers::{No, broken};
use super::library::Library;
use super::post::{Raw, clean, revision, utc};
use super::talk::{Ask, Talk};
use crate::destinations::{PageOrder, PostsFound, Wanted};
use domain::delivery::{Answer, Cause, PostText};

const FIELDS: &str = "id,type,status,link,slug,title.raw,content.raw,excerpt.raw,date_gmt,modified_gmt,author,categories,tags,featured_media,sticky,parent,template";
const SHOWN: &str = "publish,future,draft,pending,private";
const WITH_TRASH: &str = "publish,future,draft,pending,private,trash";
/// Long texts come in one answer.
const MOST_AT_ONCE: u32 = 20;

pub async fn read(talk: &mut Talk<'_>, wanted: &Wanted) -> Result<PostsFound, No> {
    match wanted {
        Wanted::Named(ids) => named(talk, ids).await,
        // The plugin makes them.
        Wanted::Checksums { .. } | Wanted::Range { .. } => Err(no_such_question()),
        Wanted::Page { post_type, order: PageOrder::Id, cursor, limit } => {
            let before: usize = cursor.parse().unwrap_or(0);
            let limit = (*limit).min(MOST_AT_ONCE);
            let base = talk.base(post_type).await?;
            let ask = page(&base, limit).with("orderby", "id").with("offset", before.to_string());
            let posts = posts(talk, ask).await?;
            let cursor = (before + posts.len()).to_string();
            let more = posts.len() >= limit as usize;
            Ok(PostsFound { posts: complete(talk, posts).await?, cursor, more, ..PostsFound::default() })
        }
        Wanted::Page { post_type, order: PageOrder::Modified, cursor, limit } => {
            let since = Since::read(cursor);
            let limit = (*limit).min(MOST_AT_ONCE);
            let base = talk.base(post_type).await?;
            let mut ask =
                page(&base, limit).with("orderby", "modified").with("offset", since.past.to_string());
            if let Some(second) = since.second {
                ask = ask.with("modified_after", (second - SignedDuration::from_secs(1)).to_string());
            }
            let posts = posts(talk, ask).await?;
            let (cursor, more) = (since.after(&posts).to_string(), posts.len() >= limit as usize);
            Ok(PostsFound { posts: complete(talk, posts).await?, cursor, more, ..PostsFound::default() })
        }
    }
}

fn no_such_question() -> No {
    No::Lost(Answer::BrokenAnswer {
        status: None,
        cause: Cause::BrokenAnswer,
        evidence: "Without the plugin a site makes no checksums.".to_owned(),
    })
}

/// `2026-11-26T16:28:31Z 20`: that second, of which so many were read already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Since {
    second: Option<Timestamp>,
    past: usize,
}

impl Since {
    fn read(cursor: &str) -> Self {
        let (second, past) = cursor.split_once(' ').unwrap_or((cursor, ""));
        Self { second: second.parse().ok(), past: past.parse().unwrap_or(0) }
    }

    /// Only a page that did not leave its second is counted; otherwise the last second is simply read again.
    fn after(self, posts: &[Shown]) -> Self {
        match posts.last().and_then(|post| post.modified_gmt.as_deref()).and_then(utc) {
            None => self,
            Some(last) if Some(last) == self.second => Self { past: self.past + posts.len(), ..self },
            Some(last) => Self { second: Some(last), past: 0 },
        }
    }
}

impl std::fmt::Display for Since {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.second {
            Some(second) => write!(f, "{second} {}", self.past),
            None => write!(f, " {}", self.past),
        }
    }
}

async fn named(talk: &mut Talk<'_>, ids: &[i64]) -> Result<PostsFound, No> {
    let mut missing: BTreeSet<i64> = ids.iter().copied().filter(|id| *id > 0).collect();
    let mut found = Vec::new();
    let mut bases = vec!["/wp/v2/posts".to_owned()];
    let mut place = 0;
    while let Some(base) = bases.get(place).filter(|_| !missing.is_empty()).cloned() {
        let left: Vec<i64> = missing.iter().copied().collect();
        for some in left.chunks(MOST_AT_ONCE as usize) {
            let include: Vec<String> = some.iter().map(i64::to_string).collect();
            let ask = Ask::get(&base)
                .with("context", "edit")
                .with("status", WITH_TRASH)
                .with("per_page", MOST_AT_ONCE.to_string())
                .with("include", include.join(","))
                .with("_fields", FIELDS);
            for post in posts(talk, ask).await? {
                if missing.remove(&post.id) {
                    found.push(post);
                }
            }
        }
        place += 1;
        if place == 1 && !missing.is_empty() {
            bases = talk.bases().await?;
        }
    }
    let not_there = ids.iter().copied().filter(|id| *id <= 0).chain(missing).collect();
    Ok(PostsFound { posts: complete(talk, found).await?, missing: not_there, ..PostsFound::default() })
}

fn page(base: &str, limit: u32) -> Ask<'_> {
    Ask::get(base)
        .with("context", "edit")
        .with("status", SHOWN)
        .with("order", "asc")
        .with("per_page", limit.to_string())
        .with("_fields", FIELDS)
}

async fn posts(talk: &mut Talk<'_>, ask: Ask<'_>) -> Result<Vec<Shown>, No> {
    let shown = talk.ask(ask).await?;
    let list = shown.as_array().ok_or_else(|| broken("No list of posts."))?;
    list.iter()
        .map(|it| Shown::deserialize(it).map_err(|error| broken(&format!("No post: {error}."))))
        .collect()
}

async fn complete(talk: &mut Talk<'_>, posts: Vec<Shown>) -> Result<Vec<RemotePost>, No> {
    // Places kept for posts of ours are none yet.
    let kept = format!("igny8-{}-", talk.site.id);
    let posts: Vec<Shown> = posts.into_iter().filter(|post| !post.slug.starts_with(&kept)).collect();
    let library = Library::of(talk, &posts).await?;
    Ok(posts.into_iter().map(|post| post.into_wire(&library)).collect())
}

#[derive(Deserialize)]
pub struct Shown {
    id: i64,
    #[serde(rename = "type")]
    post_type: String,
    status: String,
    #[serde(default)]
    link: String,
    #[serde(default)]
    slug: String,
    #[serde(default)]
    title: Raw,
    #[serde(default)]
    pub content: Raw,
    #[serde(default)]
    excerpt: Raw,
    #[serde(default)]
    date_gmt: Option<String>,
    #[serde(default)]
    modified_gmt: Option<String>,
    #[serde(default)]
    pub author: i64,
    #[serde(default)]
    pub categories: Vec<i64>,
    #[serde(default)]
    pub tags: Vec<i64>,
    #[serde(default)]
    pub featured_media: i64,
    #[serde(default)]
    sticky: bool,
    #[serde(default)]
    parent: i64,
    #[serde(default)]
    template: Value,
}

impl Shown {
    fn into_wire(self, library: &Library) -> RemotePost {
        let images = library.images_in(&self.content.raw);
        let text = PostText {
            title: clean(self.title.raw),
            content_html: clean(self.content.raw),
            excerpt: clean(self.excerpt.raw),
        };
        let time = |text: Option<String>| text.as_deref().and_then(utc).map(Timestamp::as_millisecond);
        RemotePost {
            post_id: self.id,
            content_id: 0,
            post_type: clean(self.post_type),
            post_status: clean(self.status),
            url: clean(self.link),
            slug: clean(self.slug),
            revision: revision(&text),
            text_format: if text.content_html.contains("<!-- wp:") { "blocks" } else { "classic" }.to_owned(),
            title: text.title,
            content_html: text.content_html,
            excerpt: text.excerpt,
            date_ms: time(self.date_gmt),
            modified_at_ms: time(self.modified_gmt),
            author: Some(library.author(self.author)).filter(|it: &Author| it.id > 0),
            categories: self.categories.iter().filter_map(|id| library.category(*id)).collect(),
            tags: self.tags.iter().filter_map(|id| library.tag(*id)).collect(),
            featured_image: library.image(self.featured_media),
            images,
            seo: Some(RemoteSeo { plugin: "none".to_owned(), ..RemoteSeo::default() }),
            sticky: self.sticky,
            parent_id: self.parent.max(0),
            template: clean(self.template.as_str().unwrap_or_default().to_owned()),
            other_terms_json: "{}".to_owned(),
            base: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn modified(times: &[&str]) -> Vec<Shown> {
        let post = |at: &&str| json!({"id": 1, "type": "post", "status": "publish", "modified_gmt": at});
        times.iter().map(|at| Shown::deserialize(post(at)).unwrap()).collect()
    }

    #[rstest]
    #[case("", &[], " 0")]
    #[case("", &["2026-11-26T16:28:31"], "2026-11-26T16:28:31Z 0")]
    #[case("2026-11-26T16:28:30Z 7", &["2026-11-26T16:28:30", "2026-11-26T16:28:31"], "2026-11-26T16:28:31Z 0")]
    #[case("2026-11-26T16:28:31Z 0", &["2026-11-26T16:28:31", "2026-11-26T16:28:31"], "2026-11-26T16:28:31Z 2")]
    #[case("2026-11-26T16:28:31Z 2", &[], "2026-11-26T16:28:31Z 2")]
    #[case("nonsense", &[], " 0")]
    fn a_second_is_read_to_its_end(#[case] cursor: &str, #[case] times: &[&str], #[case] expected: &str) {
        assert_eq!(Since::read(cursor).after(&modified(times)).to_string(), expected);
    }
}
