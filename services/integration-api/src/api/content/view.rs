use actix_web::http::header;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;
use web::Success;

use super::if_match::etag;
use crate::store::calendar::Entry;
use crate::store::content::{Content, Heading, Image};
use crate::store::content_terms::Terms;
use crate::store::publications::{Failure, Publication, Warning};

#[derive(Debug, Serialize, ToSchema)]
pub struct ContentView {
    pub id: i64,
    pub account_id: i64,
    pub site_id: i64,
    /// draft, review, approved or published. How the post really stands is in `publication`.
    pub status: String,
    pub title: String,
    pub content_html: String,
    pub excerpt: Option<String>,
    pub slug: String,
    pub post_type: String,
    pub post_status: String,
    pub seo_title: String,
    pub seo_description: String,
    pub primary_keyword: String,
    pub secondary_keywords: Vec<String>,
    pub author: String,
    pub publish_date: Option<Timestamp>,
    pub featured_image: Option<ImageView>,
    pub featured_image_url: Option<String>,
    pub gallery_images: Vec<ImageView>,
    pub categories: Vec<String>,
    pub tags: Vec<String>,
    pub cluster_name: String,
    #[schema(value_type = Object)]
    pub meta: Map<String, Value>,
    pub sticky: bool,
    pub parent_id: Option<i64>,
    pub template: String,
    /// The post's id on the site.
    pub external_id: Option<String>,
    pub external_url: Option<String>,
    pub publication: PublicationView,
    /// When it is to go out. Null: it has no time.
    pub schedule: Option<ScheduleView>,
    /// A person took it out of the calendar: the platform by itself does not put it in again.
    pub kept_back: bool,
    pub metadata: MetadataView,
    /// Also the ETag.
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// The truth about the post on its site.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicationView {
    /// none, queued, publishing, live, live_with_warnings, retrying, waiting, unconfirmed, failed, unpublished or gone.
    #[schema(examples("live"))]
    pub state: String,
    /// What was ordered last: publish, update, unpublish, trash, restore or delete.
    pub command: Option<String>,
    /// What is sent when that is over.
    pub follow_up: Option<String>,
    /// The command under way, or the last one.
    pub operation_id: Option<Uuid>,
    pub job_id: Option<Uuid>,
    /// Real tries so far.
    pub attempt: i32,
    pub next_attempt_at: Option<Timestamp>,
    pub published_at: Option<Timestamp>,
    /// Why the last try did not succeed.
    pub error: Option<Failure>,
    /// What did not make it although the post did.
    pub warnings: Vec<Warning>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ScheduleView {
    pub at: Timestamp,
    /// exact or slot.
    pub kind: String,
    /// Why it has not gone out although its time has come: min_gap, publishing_paused, what keeps it from a slot, or what publish is refused
    /// for.
    pub hold: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MetadataView {
    /// As WordPress says it.
    pub wordpress_status: Option<String>,
    pub last_wp_sync: Option<Timestamp>,
    /// What the site told of categories, tags, author and dates.
    #[schema(value_type = Option<Object>)]
    pub wp_metadata: Option<Value>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ImageView {
    pub url: String,
    pub alt: String,
    pub caption: String,
}

/// A line of the list: content without its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContentLine {
    pub id: i64,
    pub site_id: i64,
    pub status: String,
    pub title: String,
    pub slug: String,
    pub post_type: String,
    pub external_id: Option<String>,
    pub external_url: Option<String>,
    pub publication: PublicationView,
    /// When it is to go out. Null: it has no time.
    pub schedule: Option<ScheduleView>,
    pub metadata: MetadataView,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ContentView {
    pub fn new(content: Content, terms: Terms, publication: Publication, schedule: Option<Entry>) -> Self {
        let text = content.text;
        let on_site = OnSite::from(publication);
        let featured_image = text.featured_image.map(|it| ImageView::from(it.0));
        Self {
            id: content.id,
            account_id: content.account_id,
            site_id: content.site_id,
            status: content.status,
            title: text.title,
            content_html: text.content_html,
            excerpt: text.excerpt,
            slug: text.slug,
            post_type: text.post_type,
            post_status: text.post_status,
            seo_title: text.seo_title,
            seo_description: text.seo_description,
            primary_keyword: text.primary_keyword,
            secondary_keywords: text.secondary_keywords.0,
            author: text.author,
            publish_date: text.publish_date,
            featured_image_url: featured_image.as_ref().map(|it| it.url.clone()),
            featured_image,
            gallery_images: text.gallery_images.0.into_iter().map(ImageView::from).collect(),
            categories: terms.categories,
            tags: terms.tags,
            cluster_name: text.cluster_name,
            meta: text.meta.0,
            sticky: text.sticky,
            parent_id: text.parent,
            template: text.template,
            external_id: on_site.external_id,
            external_url: on_site.external_url,
            publication: on_site.publication,
            schedule: schedule.map(ScheduleView::from),
            kept_back: content.kept_back,
            metadata: on_site.metadata,
            version: content.version,
            created_at: content.created_at,
            updated_at: content.updated_at,
        }
    }

    /// 200, with the version as ETag.
    pub fn answer(self) -> Success<Self> {
        let tag = etag(self.version);
        Success::ok(self).header(header::ETAG, tag)
    }
}

impl ContentLine {
    pub fn new(heading: Heading, publication: Publication, schedule: Option<Entry>) -> Self {
        let on_site = OnSite::from(publication);
        Self {
            id: heading.id,
            site_id: heading.site_id,
            status: heading.status,
            title: heading.title,
            slug: heading.slug,
            post_type: heading.post_type,
            external_id: on_site.external_id,
            external_url: on_site.external_url,
            publication: on_site.publication,
            schedule: schedule.map(ScheduleView::from),
            metadata: on_site.metadata,
            version: heading.version,
            created_at: heading.created_at,
            updated_at: heading.updated_at,
        }
    }
}

impl From<Entry> for ScheduleView {
    fn from(entry: Entry) -> Self {
        Self { at: entry.at, kind: entry.kind, hold: entry.hold }
    }
}

/// A publication's row, in the parts it is shown in.
struct OnSite {
    external_id: Option<String>,
    external_url: Option<String>,
    publication: PublicationView,
    metadata: MetadataView,
}

impl From<Publication> for OnSite {
    fn from(row: Publication) -> Self {
        Self {
            external_id: row.external_id,
            external_url: row.external_url,
            publication: PublicationView {
                state: row.state,
                command: row.command,
                follow_up: row.follow_up,
                operation_id: row.operation_id,
                job_id: row.job_id,
                attempt: row.attempt,
                next_attempt_at: row.next_attempt_at,
                published_at: row.published_at,
                error: row.error.map(|it| it.0),
                warnings: row.warnings.0,
            },
            metadata: MetadataView {
                wordpress_status: row.wordpress_status,
                last_wp_sync: row.last_wp_sync,
                wp_metadata: row.wp_metadata,
            },
        }
    }
}

impl From<Image> for ImageView {
    fn from(image: Image) -> Self {
        Self { url: image.url, alt: image.alt, caption: image.caption }
    }
}
