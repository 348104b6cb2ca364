//! What a site says of a post, as its plugin writes it.

use credentials::Site;
use domain::text::check_line;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use url::Url;
use utoipa::ToSchema;

use crate::flows::accept::{Change, PostEvent, Rest};

/// Other fields are kept too.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Post {
    /// A number, or a text of digits.
    #[serde(rename = "post_id", deserialize_with = "number")]
    pub id: i64,
    /// The content it was made from; 0 or absent if it is not one of ours.
    #[serde(default, deserialize_with = "number_or_nothing")]
    pub content_id: Option<i64>,
    /// As WordPress says it; one that is not known here is kept and changes nothing.
    #[serde(rename = "post_status", default)]
    pub status: Option<String>,
    #[serde(rename = "post_url", default)]
    pub url: Option<String>,
    #[serde(rename = "post_title", default)]
    pub title: Option<String>,
    #[serde(rename = "post_type", default)]
    pub kind: Option<String>,
    /// RFC 3339, or as WordPress writes it, in UTC.
    #[serde(default)]
    pub modified_gmt: Option<String>,
    /// Of the command of ours that caused the change.
    #[serde(default)]
    pub operation_id: Option<String>,
    /// Must be the site's own; it chooses nothing.
    #[serde(default)]
    pub site_url: Option<String>,
}

/// What is wrong with one field.
#[derive(Debug)]
pub enum Wrong {
    Field(&'static str, String),
    /// It names this other site than the one whose key came with it.
    OtherSite(String),
}

impl Post {
    /// Its status is new; `data` is the JSON it was read from.
    pub fn with_status(self, site: &Site, data: String) -> Result<PostEvent, Wrong> {
        if self.status.is_none() {
            return Err(Wrong::Field("post_status", "is missing".to_owned()));
        }
        self.says(site, Change::Status, data)
    }

    /// It is gone for good, whatever status it had.
    pub fn deleted(mut self, site: &Site, data: String) -> Result<PostEvent, Wrong> {
        self.status = Some("deleted".to_owned());
        self.says(site, Change::Status, data)
    }

    /// Something else is new, or may be; the status need not be said.
    pub fn updated(mut self, site: &Site, rest: Rest, data: String) -> Result<PostEvent, Wrong> {
        self.status = self.status.filter(|it| !it.is_empty());
        self.says(site, Change::Rest(rest), data)
    }

    fn says(self, site: &Site, change: Change, data: String) -> Result<PostEvent, Wrong> {
        if let Some(url) = self.site_url.filter(|url| !url.is_empty() && !site.has_origin_of(url)) {
            return Err(Wrong::OtherSite(url));
        }
        if let Some(status) = &self.status {
            check_line(status, 64).map_err(|error| Wrong::Field("post_status", error.to_string()))?;
        }
        if self.id <= 0 {
            return Err(Wrong::Field("post_id", "must be a post's id, 1 or more".to_owned()));
        }
        let content_id = self.content_id.unwrap_or(0);
        if content_id < 0 {
            return Err(Wrong::Field("content_id", "must be a content's id, or 0 if it has none".to_owned()));
        }
        Ok(PostEvent {
            post_id: self.id,
            content_id,
            status: self.status.unwrap_or_default(),
            // It becomes a link that people follow.
            url: self.url.filter(|it| it.len() <= LONGEST_URL && is_web_address(it)).unwrap_or_default(),
            title: self.title.unwrap_or_default(),
            post_type: self.kind.unwrap_or_default(),
            operation_id: self.operation_id.unwrap_or_default(),
            modified_at: self.modified_gmt.as_deref().and_then(modified_at).filter(|at| is_sensible(*at)),
            change,
            data,
        })
    }
}

const LONGEST_URL: usize = 2_048;

fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// From 1970 to 9999. Beyond that, dates mean different things to the programs on the way.
pub(super) fn is_sensible(at: Timestamp) -> bool {
    (0..253_402_300_800).contains(&at.as_second())
}

/// WordPress writes `0000-00-00 00:00:00` for a post that was never published: no date then.
pub(super) fn modified_at(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        TimeZone::UTC.to_timestamp(civil).ok()
    })
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Plain(i64),
    Text(String),
    Nothing(()),
}

pub(super) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    number_or_nothing(from)?.ok_or_else(|| D::Error::custom("a whole number is expected"))
}

/// PHP turns numbers into texts at many a corner.
pub(super) fn number_or_nothing<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let wrong = |_| D::Error::custom("a whole number is expected");
    match Number::deserialize(from).map_err(wrong)? {
        Number::Plain(number) => Ok(Some(number)),
        Number::Text(text) if text.is_empty() => Ok(None),
        Number::Text(text) if text.bytes().all(|it| it.is_ascii_digit()) => {
            text.parse().map(Some).map_err(|_| D::Error::custom("a whole number is expected"))
        }
        Number::Text(_) => Err(D::Error::custom("a whole number is expected")),
        Number::Nothing(()) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    #[rstest]
    #[case(json!(7), Some(7))]
    #[case(json!("7"), Some(7))]
    #[case(json!("007"), Some(7))]
    #[case(json!("-7"), None)]
    #[case(json!("7.0"), None)]
    #[case(json!(7.5), None)]
    #[case(json!("seven"), None)]
    #[case(json!(""), None)]
    #[case(json!(null), None)]
    #[case(json!(true), None)]
    #[case(json!([7]), None)]
    #[case(json!("99999999999999999999"), None)]
    fn numbers_come_as_texts_too(#[case] value: Value, #[case] number: Option<i64>) {
        let read = Post::deserialize(&json!({"post_id": value})).ok().map(|it| it.id);
        assert_eq!(read, number);
    }

    #[rstest]
    #[case(json!({}), None)]
    #[case(json!({"content_id": null}), None)]
    #[case(json!({"content_id": ""}), None)]
    #[case(json!({"content_id": "456"}), Some(456))]
    fn a_post_need_not_be_ours(#[case] mut value: Value, #[case] content: Option<i64>) {
        value["post_id"] = json!(1);
        assert_eq!(Post::deserialize(&value).unwrap().content_id, content);
    }

    #[rstest]
    #[case("2026-11-22T10:00:00Z", Some("2026-11-22T10:00:00Z"))]
    #[case("2026-11-22T11:00:00+01:00", Some("2026-11-22T10:00:00Z"))]
    #[case("2026-11-22 10:00:00", Some("2026-11-22T10:00:00Z"))]
    #[case("0000-00-00 00:00:00", None)]
    #[case("yesterday", None)]
    fn dates_come_in_two_spellings(#[case] text: &str, #[case] time: Option<&str>) {
        assert_eq!(modified_at(text), time.map(|it| it.parse().unwrap()));
    }
}
