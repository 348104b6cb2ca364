//! What content has to be like, told with every fault at once.

use domain::content::PostStatus;
use domain::text::{self, TextError};
use domain::wordpress::{POST_TYPE_SHAPE, is_post_type};
use jiff::Timestamp;
use serde_json::Value;
use web::Problem;

use crate::store::content::{Image, LARGEST_HTML, Text};
use crate::store::content_terms::Terms;
use crate::store::json::Json;

const TITLE: usize = 500;
const META_BYTES: usize = 64 * 1024;
const NAME: usize = 200;
const LINE: usize = 1_000;
const ADDRESS: usize = 2_048;

pub(super) fn check(text: &Text, terms: &Terms) -> Result<(), Problem> {
    let mut faults = Faults::default();
    faults.line("/title", &text.title, TITLE, true);
    faults.size("/content_html", text.content_html.len(), LARGEST_HTML);
    faults.length("/excerpt", text.excerpt.as_deref().unwrap_or_default(), 2_000);
    faults.text("/slug", text::check_slug(&text.slug));
    faults.when("/post_type", !is_post_type(&text.post_type), POST_TYPE_SHAPE);
    faults.when(
        "/post_status",
        text.post_status.parse::<PostStatus>().is_err(),
        "publish, draft, private, pending or future",
    );
    faults.line("/seo_title", &text.seo_title, LINE, false);
    faults.length("/seo_description", &text.seo_description, LINE);
    faults.line("/primary_keyword", &text.primary_keyword, NAME, false);
    faults.lines("/secondary_keywords", &text.secondary_keywords.0);
    faults.line("/author", &text.author, NAME, false);
    faults.when("/publish_date", !text.publish_date.is_none_or(is_sensible), "a time from 1970 to 9999");
    if let Some(Json(image)) = &text.featured_image {
        faults.image("/featured_image", image);
    }
    faults.when("/gallery_images", text.gallery_images.0.len() > 100, "at most 100");
    for (at, image) in text.gallery_images.0.iter().take(100).enumerate() {
        faults.image(&format!("/gallery_images/{at}"), image);
    }
    faults.lines("/categories", &terms.categories);
    faults.lines("/tags", &terms.tags);
    faults.when("/parent_id", text.parent.is_some_and(|id| id < 1), "the id of a post on the site");
    faults.line("/template", &text.template, NAME, false);
    faults.line("/cluster_name", &text.cluster_name, NAME, false);
    faults.size("/meta", Value::Object(text.meta.0.clone()).to_string().len(), META_BYTES);
    faults.0.map_or(Ok(()), Err)
}

fn is_sensible(at: Timestamp) -> bool {
    /// The year 10000.
    const END: i64 = 253_402_300_800;
    (0..END).contains(&at.as_second())
}

/// Collects what is not valid.
#[derive(Default)]
struct Faults(Option<Problem>);

impl Faults {
    fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0 = Some(match self.0.take() {
            None => Problem::invalid_field(field, message),
            Some(problem) => problem.field(field, message),
        });
    }

    fn when(&mut self, field: &str, wrong: bool, message: &str) {
        if wrong {
            self.add(field, message);
        }
    }

    fn text(&mut self, field: &str, checked: Result<(), TextError>) {
        if let Err(error) = checked {
            self.add(field, error.to_string());
        }
    }

    fn line(&mut self, field: &str, text: &str, max: usize, required: bool) {
        if required || !text.is_empty() {
            self.text(field, text::check_line(text, max));
        }
    }

    fn length(&mut self, field: &str, text: &str, max: usize) {
        let len = text.chars().count();
        self.when(field, len > max, &TextError::TooLong { len, max }.to_string());
    }

    fn size(&mut self, field: &str, bytes: usize, max: usize) {
        self.when(field, bytes > max, &format!("has {bytes} bytes, at most {max} are allowed"));
    }

    fn lines(&mut self, field: &str, texts: &[String]) {
        self.when(field, texts.len() > 100, "at most 100");
        for (at, text) in texts.iter().take(100).enumerate() {
            self.line(&format!("{field}/{at}"), text, NAME, true);
        }
    }

    fn image(&mut self, field: &str, image: &Image) {
        let address = url::Url::parse(&image.url).ok();
        let fine = address.is_some_and(|it| matches!(it.scheme(), "http" | "https") && it.has_host());
        self.when(&format!("{field}/url"), !fine, "an address that begins with https:// or http://");
        self.when(&format!("{field}/url"), image.url.len() > ADDRESS, "is too long");
        self.length(&format!("{field}/alt"), &image.alt, LINE);
        self.length(&format!("{field}/caption"), &image.caption, 2_000);
    }
}
