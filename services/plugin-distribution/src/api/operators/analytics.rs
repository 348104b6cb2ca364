//! Who runs a plugin, who downloads it, and what goes wrong. Operators may.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Path, Problem, ProblemBody, Query, Success};

use super::{plugin_id, seen_since};
use crate::AppState;
use crate::access::Operator;
use crate::store::analytics::{self, Alike};

const LONGEST_DAYS: u16 = 90;
/// Values told apart in one respect: sites write some of them themselves.
const MOST_VALUES: i64 = 50;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Period {
    /// Whole days in UTC, today's included: which downloads and refusals count.
    #[serde(default = "a_month")]
    #[param(minimum = 1, maximum = 90, default = 30)]
    days: u16,
}

const fn a_month() -> u16 {
    30
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Analytics {
    /// The first day of the period, `2026-11-27`, in UTC.
    #[schema(value_type = String, format = Date)]
    since: Date,
    installations: Installations,
    downloads: Downloads,
    /// Refused downloads and grants, the most frequent code first.
    refusals: Vec<Refused>,
    /// Versions that active installations went back from, the newest first.
    failed_updates: Vec<FailedUpdates>,
}

#[derive(Debug, Serialize, ToSchema)]
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

/// Read a plugin's analytics
#[utoipa::path(
    get,
    path = "/api/plugins/{slug}/analytics/",
    operation_id = "read_analytics",
    tag = "Operators",
    params(("slug" = String, Path), Period),
    security(("operator_token" = [])),
    responses(
        (status = 200, body = Success<Analytics>),
        (status = 401, description = "unauthenticated, token_invalid", body = ProblemBody),
        (status = 404, description = "not_found", body = ProblemBody),
        (status = 422, description = "invalid_query", body = ProblemBody),
        (status = 429, description = "rate_limited", body = ProblemBody),
        (status = 503, description = "unavailable", body = ProblemBody),
    )
)]
pub async fn read_analytics(
    _: Operator,
    slug: Path<String>,
    period: Result<Query<Period>, Problem>,
    state: Data<AppState>,
) -> Result<Success<Analytics>, Problem> {
    let first_day = first_day(state.clock.now(), period?.days)?;
    let since = first_day.to_zoned(TimeZone::UTC).map_err(|error| Problem::internal(&error))?.timestamp();
    let seen_since = seen_since(&state);
    let connection = &mut *state.database.connection().await?;
    let plugin_id = plugin_id(connection, &slug).await?;
    let installed = analytics::installed(connection, plugin_id, seen_since).await?;
    let alike = analytics::alike(connection, plugin_id, seen_since, MOST_VALUES).await?;
    let downloads = analytics::downloads(connection, plugin_id, since).await?;
    let refusals = analytics::refusals(connection, plugin_id, since).await?;
    let failed_updates = analytics::failed_updates(connection, plugin_id, seen_since).await?;
    Ok(Success::ok(Analytics {
        since: first_day,
        installations: installations(installed, alike),
        downloads: Downloads::from(downloads),
        refusals: refusals.into_iter().map(Refused::from).collect(),
        failed_updates: failed_updates.into_iter().map(FailedUpdates::from).collect(),
    }))
}

fn first_day(now: Timestamp, days: u16) -> Result<Date, Problem> {
    let wrong = || {
        let detail = format!("`days` is a number from 1 to {LONGEST_DAYS}.");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, web::codes::INVALID_QUERY, detail)
            .field("days", format!("1 to {LONGEST_DAYS}"))
    };
    if !(1..=LONGEST_DAYS).contains(&days) {
        return Err(wrong());
    }
    let today = TimeZone::UTC.to_datetime(now).date();
    today.checked_sub((i64::from(days) - 1).days()).map_err(|_| wrong())
}

fn installations(installed: analytics::Installed, alike: Vec<Alike>) -> Installations {
    let mut alike = alike.into_iter().peekable();
    // In the order of their names, as the rows are.
    let mut breakdown = |respect: &str| {
        let mut breakdown = Breakdown::default();
        while let Some(row) = alike.next_if(|row| row.respect == respect) {
            match row.value {
                Some(value) => breakdown.values.push(Counted { value, installations: row.installations }),
                None => breakdown.others = row.installations,
            }
        }
        breakdown
    };
    Installations {
        active: installed.active,
        silent: installed.silent,
        by_channel: breakdown("channel"),
        by_country: breakdown("country"),
        by_php: breakdown("php"),
        by_status: breakdown("status"),
        by_version: breakdown("version"),
        by_wordpress: breakdown("wordpress"),
    }
}

impl From<Vec<analytics::Downloads>> for Downloads {
    fn from(rows: Vec<analytics::Downloads>) -> Self {
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

impl From<analytics::Refused> for Refused {
    fn from(it: analytics::Refused) -> Self {
        Self { code: it.code, times: it.times }
    }
}

impl From<analytics::FailedUpdates> for FailedUpdates {
    fn from(it: analytics::FailedUpdates) -> Self {
        Self { version: it.version, failed: it.failed, running: it.running, share: it.share }
    }
}
