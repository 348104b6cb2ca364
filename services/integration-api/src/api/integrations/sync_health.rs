use actix_web::web::Data;
use domain::IntegrationId;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Path, Problem, ProblemBody, Success};

use super::not_found;
use super::sync_status::LOOK_BACK;
use crate::AppState;
use crate::access::Member;
use crate::flows::sync_log::{IGNY8_TO_WP, WEBHOOK, WP_TO_IGNY8};
use crate::store::sync_facts::{self, Running, Tally, under_way};
use crate::store::{drift, integrations, publications};

#[derive(Debug, Serialize, ToSchema)]
pub struct SyncHealthView {
    pub integration_id: i64,
    /// Content with a post on the site.
    pub synced: i64,
    /// Content whose last command failed.
    pub failed: i64,
    /// Content with a command on its way.
    pub pending: i64,
    pub last_success_at: Option<Timestamp>,
    pub last_failure_at: Option<Timestamp>,
    pub success_rates: Rates,
    pub by_direction: Directions,
    pub webhooks: WebhooksView,
    /// Posts that the site and the platform did not agree on when they were compared the last time; `drift/` lists them.
    pub drift: i64,
    /// When that was, if it ever was.
    pub compared_at: Option<Timestamp>,
    /// What waits longest; null: nothing does.
    pub oldest_waiting: Option<WaitingView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Directions {
    pub igny8_to_wp: Rates,
    pub wp_to_igny8: Rates,
}

#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct Rates {
    pub last_24h: Rate,
    pub last_7d: Rate,
}

/// How things ended; what is on its way is in neither number.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct Rate {
    pub succeeded: i64,
    pub failed: i64,
    /// From 0 to 1; null: nothing ended.
    pub rate: Option<f64>,
}

/// In the last seven days.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WebhooksView {
    pub received: i64,
    /// Came too late to change anything.
    pub stale: i64,
    /// Of posts that are no content here.
    pub unknown: i64,
    pub received_24h: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingView {
    pub content_id: i64,
    pub state: String,
    /// When it was ordered.
    pub since: Option<Timestamp>,
}

/// Show how well the platform and a site are in step, counted from what is under way and from the log.
#[utoipa::path(
    get, path = "/api/v1/integration/integrations/{id}/sync-health/", operation_id = "get_sync_health", tag = "Integrations",
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The figures.", body = Success<SyncHealthView>),
        (status = 404, description = "`integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn get_sync_health(
    member: Member,
    state: Data<AppState>,
    id: Path<i64>,
) -> Result<Success<SyncHealthView>, Problem> {
    let now = state.clock.now();
    let ago = |hours: i64| now - SignedDuration::from_hours(hours);
    let connection = &mut *state.database.connection().await?;
    let found = integrations::find(connection, member.account_id, IntegrationId::new(*id)).await?;
    let integration = found.ok_or_else(not_found)?;
    let site = integration.site_id;
    let unsettled = sync_facts::unsettled(connection, &integration).await?;
    let synced = publications::synced_by_type(connection, site).await?;
    let oldest = sync_facts::running(connection, &integration, 1).await?.pop();
    let success = sync_facts::last_outcome(connection, site, true, now - LOOK_BACK).await?;
    let failure = sync_facts::last_outcome(connection, site, false, now - LOOK_BACK).await?;
    let drift = drift::count(connection, integration.id).await?;
    let tallies = sync_facts::tallies(connection, site, ago(24 * 7), ago(24)).await?;
    let of = |state: &str| unsettled.get(state).copied().unwrap_or_default();
    let towards = |direction: &'static str| rates(&tallies, |it| it.direction == direction);
    Ok(Success::ok(SyncHealthView {
        integration_id: integration.id,
        synced: synced.values().map(|it| it.count).sum(),
        failed: of("failed"),
        pending: under_way().map(of).sum(),
        last_success_at: success.map(|it| it.created_at),
        last_failure_at: failure.map(|it| it.created_at),
        success_rates: rates(&tallies, |_| true),
        by_direction: Directions { igny8_to_wp: towards(IGNY8_TO_WP), wp_to_igny8: towards(WP_TO_IGNY8) },
        webhooks: webhooks(&tallies),
        drift,
        compared_at: integration.compared_at,
        oldest_waiting: oldest.map(WaitingView::from),
    }))
}

impl From<Running> for WaitingView {
    fn from(it: Running) -> Self {
        Self { since: it.ordered_at(), content_id: it.content_id, state: it.state }
    }
}

fn rates(tallies: &[Tally], matching: impl Fn(&Tally) -> bool) -> Rates {
    let count = |of: fn(&Tally) -> i64, success: bool| -> i64 {
        tallies.iter().filter(|it| matching(it) && it.success == success).map(of).sum()
    };
    let rate = |of: fn(&Tally) -> i64| {
        let (succeeded, failed) = (count(of, true), count(of, false));
        let all = succeeded + failed;
        Rate { succeeded, failed, rate: (all > 0).then(|| share(succeeded, all)) }
    };
    Rates { last_24h: rate(|it| it.lately), last_7d: rate(|it| it.in_all) }
}

/// To a tenth of a per mille, which is exact enough for any number.
fn share(part: i64, all: i64) -> f64 {
    let in_ten_thousand = i32::try_from(part.saturating_mul(10_000) / all).unwrap_or(10_000);
    f64::from(in_ten_thousand) / 10_000.0
}

fn webhooks(tallies: &[Tally]) -> WebhooksView {
    let count = |matching: &dyn Fn(&Tally) -> bool, of: fn(&Tally) -> i64| {
        tallies.iter().filter(|it| it.event_type == WEBHOOK && matching(it)).map(of).sum()
    };
    WebhooksView {
        received: count(&|_| true, |it| it.in_all),
        stale: count(&|it| matches!(it.action.as_str(), "status_stale" | "metadata_stale"), |it| it.in_all),
        unknown: count(&|it| it.action == "status_unknown_content", |it| it.in_all),
        received_24h: count(&|_| true, |it| it.lately),
    }
}
