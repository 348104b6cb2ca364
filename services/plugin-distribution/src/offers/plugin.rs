use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::SystemTime;

use actix_web::http::StatusCode;
use bytes::Bytes;
use diesel::QueryResult;
use domain::plugin::offer::{Asker, Candidate, choose};
use domain::plugin::{Numbers, Status};
use semver::Version;
use serde::Deserialize;
use utoipa::ToSchema;
use web::Problem;

use super::answers::{Answers, info};
use super::log::Log;
use crate::store::offers::{Known, Offered, VersionRow};
use crate::store::plugins::Plugin;

/// Which versions a site wants to hear of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    #[default]
    Stable,
    /// Stable ones, too.
    Beta,
}

/// What one plugin offers.
pub struct PluginOffers {
    pub id: i64,
    pub slug: String,
    /// From the newest to the oldest.
    stable: Vec<Arc<Offer>>,
    beta: Vec<Arc<Offer>>,
    /// Also those that are offered no longer.
    files: HashMap<String, Arc<File>>,
    withdrawn: HashSet<String>,
    info: Option<Bytes>,
    log: Log,
}

struct Offer {
    candidate: Candidate,
    answers: Answers,
    file: Arc<File>,
}

/// A package that may be downloaded.
pub struct File {
    pub version_id: i64,
    pub version: String,
    pub path: String,
    pub size: u64,
    pub sha256: String,
    pub key_id: String,
    pub signature: String,
    pub paused: bool,
    pub released_at: SystemTime,
}

impl PluginOffers {
    pub fn new(public_url: &str, known: Known) -> QueryResult<Self> {
        let Known { plugin, versions, log } = known;
        let mut offers: Vec<(Arc<Offer>, &VersionRow)> = Vec::new();
        let (mut files, mut withdrawn) = (HashMap::new(), HashSet::new());
        for offered in &versions {
            let row = &offered.0;
            let status = row.status.parse::<Status>().ok();
            if status == Some(Status::Withdrawn) {
                withdrawn.insert(row.version.clone());
                continue;
            }
            let Some(offer) = offer(public_url, &plugin, offered) else {
                tracing::error!(
                    plugin.slug = plugin.slug,
                    version = row.version,
                    "not offered: it has no readable version"
                );
                continue;
            };
            files.insert(row.version.clone(), Arc::clone(&offer.file));
            if status.is_some_and(Status::is_offered) {
                offers.push((Arc::new(offer), row));
            }
        }
        offers.sort_by(|(one, _), (other, _)| other.candidate.version.cmp(&one.candidate.version));
        let stable = || offers.iter().filter(|(_, row)| row.status == Status::Released.as_str());
        let shown = stable().find(|(offer, _)| !offer.candidate.paused).or_else(|| stable().next());
        Ok(Self {
            id: plugin.id,
            log: Log::new(&plugin.slug, &log)?,
            info: shown.map(|(_, row)| info(public_url, &plugin, row)),
            stable: stable().map(|(offer, _)| Arc::clone(offer)).collect(),
            files,
            withdrawn,
            beta: offers.into_iter().map(|(offer, _)| offer).collect(),
            slug: plugin.slug,
        })
    }

    /// The answer to a site that asks for updates.
    pub fn update_for(&self, channel: Channel, asker: &Asker<'_>) -> Result<Bytes, Problem> {
        let offers = match channel {
            Channel::Stable => &self.stable,
            Channel::Beta => &self.beta,
        };
        let newest = offers.first().ok_or_else(nothing_released)?;
        match choose(offers.iter().map(|it| &it.candidate), asker) {
            Ok(place) => Ok(offers[place].answers.available()),
            Err(reason) => Ok(newest.answers.nothing(reason)),
        }
    }

    pub fn log(&self) -> &Log {
        &self.log
    }

    pub fn info(&self) -> Result<Bytes, Problem> {
        self.info.clone().ok_or_else(nothing_released)
    }

    /// The package of a version, or of the newest stable one that is not paused.
    pub fn file(&self, version: Option<&str>) -> Result<Arc<File>, Problem> {
        let Some(version) = version else {
            let newest = self.stable.iter().find(|it| !it.candidate.paused).ok_or_else(nothing_released)?;
            return Ok(Arc::clone(&newest.file));
        };
        if self.withdrawn.contains(version) {
            let detail = "This version was taken back; download it without naming a version for the one to have instead.";
            return Err(Problem::new(StatusCode::GONE, "version_withdrawn", detail));
        }
        let none = || Problem::not_found("There is no such version of this plugin.");
        self.files.get(version).cloned().ok_or_else(none)
    }
}

fn offer(public_url: &str, plugin: &Plugin, offered: &Offered) -> Option<Offer> {
    let row = &offered.0;
    let candidate = Candidate {
        version: Version::parse(&row.version).ok()?,
        requires_wordpress: Numbers::of(&row.requires_version),
        requires_php: Numbers::of(&row.requires_php),
        percent: u8::try_from(row.rollout_percent).unwrap_or(0),
        paused: row.paused,
    };
    let file = File {
        version_id: row.id,
        version: row.version.clone(),
        path: row.file_path.clone(),
        size: u64::try_from(row.file_size).ok()?,
        sha256: row.checksum_sha256.clone(),
        key_id: row.key_id.clone().unwrap_or_default(),
        signature: row.signature.clone().unwrap_or_default(),
        paused: row.paused,
        released_at: row.released_at.map_or(SystemTime::UNIX_EPOCH, Into::into),
    };
    let answers = Answers::new(public_url, plugin, offered, &file);
    Some(Offer { candidate, answers, file: Arc::new(file) })
}

fn nothing_released() -> Problem {
    Problem::not_found("No version of this plugin has been released.")
}
