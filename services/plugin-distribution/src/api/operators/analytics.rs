//! Who runs a plugin, who downloads it, and what goes wrong. Operators may.

mod view;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Deserialize;
use utoipa::IntoParams;
use web::{Path, Problem, ProblemBody, Query, Success};

use self::view::{Analytics, Downloads, FailedUpdates, Installations, Refused};
use super::{plugin_id, seen_since};
use crate::AppState;
use crate::access::Operator;
use crate::store::analytics;

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
    period: Query<Period>,
    state: Data<AppState>,
) -> Result<Success<Analytics>, Problem> {
    let first_day = first_day(state.clock.now(), period.days)?;
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
        installations: Installations::new(installed, alike),
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
