//! Posts that become content.

use contracts::reading::{LibraryImage, RemotePost};
use database::Tx;
use domain::AccountId;
use domain::content::{ContentStatus, PostStatus, PublicationState};
use domain::text::{check_line, check_slug};
use jiff::Timestamp;
use serde_json::Map;

use super::{Source, Taken, metadata, status_of};
use crate::flows::apply_publish_report::ApplyError;
use crate::store::conflicts::PostText;
use crate::store::content::{self, Image, LARGEST_HTML, Text, Texts};
use crate::store::content_terms::{self, Terms};
use crate::store::imports::Problem;
use crate::store::json::Json;
use crate::store::post_bases;
use crate::store::publications::{self, Imported};

const NAME: usize = 200;
const LINE: usize = 1_000;
const ADDRESS: usize = 2_048;
const MANY: usize = 100;

pub async fn create(
    tx: &mut Tx,
    now: Timestamp,
    source: &Source,
    posts: Vec<RemotePost>,
    taken: &mut Taken,
) -> Result<(), ApplyError> {
    let (fits, too_large): (Vec<_>, Vec<_>) =
        posts.into_iter().partition(|post| post.content_html.len() <= LARGEST_HTML);
    taken.counts.skipped += count(too_large.len());
    taken.problems.extend(too_large.iter().map(too_large_problem));
    if fits.is_empty() {
        return Ok(());
    }
    let contents = fits.iter().map(|post| (status_of(post), text(post))).collect();
    let ids = content::create_all(tx.conn(), (source.account_id, source.site_id), contents, now).await?;
    let all: Vec<(i64, RemotePost)> = ids.into_iter().zip(fits).collect();
    let terms: Vec<(i64, Terms)> = all.iter().map(|(id, post)| (*id, terms(post))).collect();
    content_terms::insert(tx.conn(), AccountId::new(source.account_id), &terms).await?;
    let rows = all.iter().map(|(id, post)| publication(*id, source, post, now)).collect();
    publications::create_imported(tx.conn(), rows).await?;
    taken.counts.created += count(all.len());
    let bases: Vec<(i64, PostText)> = all.into_iter().map(|(id, post)| (id, base(post))).collect();
    post_bases::put(tx.conn(), source.account_id, &bases).await?;
    Ok(())
}

fn publication(content_id: i64, source: &Source, post: &RemotePost, now: Timestamp) -> Imported {
    let is_out = status_of(post) == ContentStatus::Published;
    let state = if is_out { PublicationState::Live } else { PublicationState::Unpublished };
    Imported {
        content_id,
        account_id: source.account_id,
        site_id: source.site_id,
        integration_id: source.integration_id,
        state: state.as_str(),
        remote_revision: post.revision.clone(),
        external_id: post.post_id.to_string(),
        external_url: cut(&post.url, ADDRESS),
        wordpress_status: post.post_status.clone(),
        wp_metadata: metadata(post),
        published_at: post.date_ms.and_then(time).filter(|_| is_out),
        last_wp_sync: now,
        changed_at: now,
        is_foreign: true,
    }
}

/// What is longer than content may be is cut; what has another shape is left out.
fn text(post: &RemotePost) -> Text {
    let seo = post.seo.clone().unwrap_or_default();
    let mut keywords = seo.keywords.iter().filter_map(|it| line(it, NAME));
    let author = post.author.as_ref().map(|it| it.login.as_str()).unwrap_or_default();
    Text {
        title: line(&post.title, 500).unwrap_or_else(|| format!("Post {}", post.post_id)),
        content_html: post.content_html.clone(),
        excerpt: Some(cut(&post.excerpt, 2_000)).filter(|it| !it.trim().is_empty()),
        slug: Some(post.slug.clone()).filter(|it| check_slug(it).is_ok()).unwrap_or_default(),
        post_type: cut(&post.post_type, 20),
        post_status: post.post_status.parse().unwrap_or(PostStatus::Draft).as_str().to_owned(),
        seo_title: line(&seo.title, LINE).unwrap_or_default(),
        seo_description: cut(&seo.description, LINE),
        primary_keyword: keywords.next().unwrap_or_default(),
        secondary_keywords: Texts(keywords.take(MANY).collect()),
        author: line(author, NAME).unwrap_or_default(),
        publish_date: post.date_ms.and_then(time),
        featured_image: post.featured_image.as_ref().filter(|it| it.url.len() <= ADDRESS).map(image),
        gallery_images: Json(Vec::new()),
        cluster_name: String::new(),
        meta: Json(Map::new()),
        sticky: post.sticky,
        parent: Some(post.parent_id).filter(|id| *id > 0),
        template: line(&post.template, NAME).unwrap_or_default(),
    }
}

fn terms(post: &RemotePost) -> Terms {
    let names =
        |all: &mut dyn Iterator<Item = &String>| all.filter_map(|it| line(it, NAME)).take(MANY).collect();
    Terms {
        categories: names(&mut post.categories.iter().map(|it| &it.path)),
        tags: names(&mut post.tags.iter().map(|it| &it.name)),
    }
}

fn base(post: RemotePost) -> PostText {
    PostText { title: post.title, content_html: post.content_html, excerpt: post.excerpt }
}

fn image(image: &LibraryImage) -> Json<Image> {
    Json(Image { url: image.url.clone(), alt: cut(&image.alt, LINE), caption: cut(&image.caption, LINE) })
}

/// One line of at most so many characters; `None` if nothing is left.
fn line(text: &str, most: usize) -> Option<String> {
    let one: String = text.split(char::is_control).collect::<Vec<_>>().join(" ");
    let one = cut(one.trim(), most).trim().to_owned();
    check_line(&one, most).is_ok().then_some(one)
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

fn time(ms: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(ms).ok()
}

fn too_large_problem(post: &RemotePost) -> Problem {
    Problem {
        post_id: post.post_id,
        title: cut(&post.title, NAME),
        detail: format!(
            "The text has {} bytes; content has {LARGEST_HTML} at most.",
            post.content_html.len()
        ),
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
