pub mod calendar;
pub mod create;
pub mod delete;
pub mod get;
pub mod list;
pub mod publishing_settings;
pub mod update;

use actix_web::http::StatusCode;
use database::DatabaseError;
use domain::{AddressPolicy, SiteUrl};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::Problem;

use crate::codes;
use crate::store::sites::Site;

#[derive(Debug, Serialize, ToSchema)]
pub struct SiteView {
    pub id: i64,
    pub account_id: i64,
    pub name: String,
    /// Without a trailing slash.
    #[schema(examples("https://example.com"))]
    pub url: String,
    pub hosting_type: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl From<Site> for SiteView {
    fn from(it: Site) -> Self {
        Self {
            id: it.id,
            account_id: it.account_id,
            name: it.name,
            url: it.url,
            hosting_type: it.hosting_type,
            created_at: it.created_at,
            updated_at: it.updated_at,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HostingType {
    #[default]
    Wordpress,
    Shopify,
    Igny8Sites,
    Multi,
}

impl HostingType {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Wordpress => "wordpress",
            Self::Shopify => "shopify",
            Self::Igny8Sites => "igny8_sites",
            Self::Multi => "multi",
        }
    }
}

/// There is no such site, or it is a stranger's.
pub fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, codes::SITE_NOT_FOUND, "You have no site with this id.")
}

fn name(given: &str) -> Result<&str, Problem> {
    let name = given.trim();
    if (1..=200).contains(&name.chars().count()) {
        Ok(name)
    } else {
        Err(Problem::invalid_field("/name", "1 to 200 characters"))
    }
}

fn url(given: &str, policy: &AddressPolicy) -> Result<SiteUrl, Problem> {
    SiteUrl::parse(given, policy).map_err(|error| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, codes::INVALID_SITE_URL, sentence(&error))
            .field("/url", error.to_string())
    })
}

/// `this is wrong; do that` → `This is wrong; do that.`
pub fn sentence(error: &impl ToString) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

fn refusal(error: diesel::result::Error) -> Problem {
    let error = DatabaseError::from(error);
    match error.constraint() {
        Some("sites_one_per_url") => {
            let detail = "You have a site with this address already.";
            Problem::new(StatusCode::CONFLICT, codes::SITE_EXISTS, detail).field("/url", "taken")
        }
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests;
