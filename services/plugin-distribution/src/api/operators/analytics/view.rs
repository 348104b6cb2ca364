use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::analytics::{self as rows, Alike, Installed};

#[derive(Debug, Serialize, ToSchema)]
pub struct Analytics {
    /// The first day of the period, `2026-11-27`, in UTC.
    #[schema(value_type = String, format = Date)]
    pub since: Date,
    pub installations: Installations,
    pub downloads: Downloads,
    /// Refused downloads and grants, the most frequent code first.
    pub refusals: Vec<Refused>,
    /// Versions that active installations went back from, the newest first.
    pub failed_updates: Vec<FailedUpdates>,
}

#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Installations {
    /// They have reported within `installations.active_for`; what follows is of these.
    active: i64,
    /// They reported before, and no more.
    silent: i64,
    by_version: Breakdown,
    by_channel: Breakdown,
    /// By the first two numbers, as `6.5`; empty where it is not known.
    by_wordpress: Breakdown,
    /// As `8.2`; empty where it is not known.
    by_php: Breakdown,
    /// Two letters; empty where it is not known.
    by_country: Breakdown,
    by_status: Breakdown,
}

/// The 50 most frequent values, the most frequent first.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Breakdown {
    values: Vec<Counted>,
    /// Installations that have none of these values.
    others: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Counted {
    value: String,
    installations: i64,
}

/// Days and versions without downloads are left out.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Downloads {
    /// The newest version first.
    by_version: Vec<OfVersion>,
    by_day: Vec<OfDay>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OfVersion {
    version: String,
    complete: i64,
    /// The client went away before the end.
    broken_off: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OfDay {
    /// In UTC.
    #[schema(format = Date)]
    day: String,
    #[serde(flatten)]
    downloads: OfVersion,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Refused {
    code: String,
    times: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FailedUpdates {
    version: String,
    /// They tried it, and run another one.
    failed: i64,
    /// They run it.
    running: i64,
    /// The failed ones among both, 0 to 1.
    share: f64,
}

impl Installations {
    pub fn new(installed: Installed, alike: Vec<Alike>) -> Self {
        let mut it = Self { active: installed.active, silent: installed.silent, ..Self::default() };
        for row in alike {
            let breakdown = match row.respect.as_str() {
                "version" => &mut it.by_version,
                "channel" => &mut it.by_channel,
                "wordpress" => &mut it.by_wordpress,
                "php" => &mut it.by_php,
                "country" => &mut it.by_country,
                "status" => &mut it.by_status,
                _ => continue,
            };
            match row.value {
                Some(value) => breakdown.values.push(Counted { value, installations: row.installations }),
                None => breakdown.others = row.installations,
            }
        }
        it
    }
}

impl From<Vec<rows::Downloads>> for Downloads {
    fn from(rows: Vec<rows::Downloads>) -> Self {
        let mut downloads = Self::default();
        for row in rows {
            let of_version =
                OfVersion { version: row.version, complete: row.complete, broken_off: row.broken_off };
            match row.day {
                Some(day) => downloads.by_day.push(OfDay { day, downloads: of_version }),
                None => downloads.by_version.push(of_version),
            }
        }
        downloads
    }
}

impl From<rows::Refused> for Refused {
    fn from(it: rows::Refused) -> Self {
        Self { code: it.code, times: it.times }
    }
}

impl From<rows::FailedUpdates> for FailedUpdates {
    fn from(it: rows::FailedUpdates) -> Self {
        Self { version: it.version, failed: it.failed, running: it.running, share: it.share }
    }
}
