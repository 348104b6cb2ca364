use std::collections::HashMap;

use actix_web::web::Data;
use domain::IntegrationId;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Path, Problem, ProblemBody, Success};

use super::imports::ImportView;
use super::not_found;
use crate::AppState;
use crate::access::Member;
use crate::store::sync_facts::{self, Outcome, Running, under_way};
use crate::store::{imports, integrations};

/// So many of what runs are shown.
const SHOWN: i64 = 20;
/// What happened longer ago is not looked for.
pub const LOOK_BACK: SignedDuration = SignedDuration::from_hours(24 * 90);

#[derive(Debug, Serialize, ToSchema)]
pub struct SyncStatusView {
    pub integration_id: i64,
    pub sync_enabled: bool,
    /// `idle`, `pending`, `syncing`, `success` or `failed`.
    pub sync_status: &'static str,
    pub last_sync_at: Option<Timestamp>,
    /// Why the last thing failed; null if what came after it went well.
    pub last_error: Option<String>,
    pub last_error_at: Option<Timestamp>,
    pub progress: ProgressView,
    /// What is on its way, oldest order first; 20 at most.
    pub running: Vec<RunningView>,
    /// The run through the site's posts that is under way, with how far it is; null: none is.
    pub reading: Option<ImportView>,
}

/// Of all that was ordered since the oldest that is still on its way.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProgressView {
    pub done: i64,
    pub total: i64,
    pub queued: i64,
    pub publishing: i64,
    pub retrying: i64,
    /// For the site to come back.
    pub waiting: i64,
    pub unconfirmed: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RunningView {
    pub content_id: i64,
    pub title: String,
    /// publish, update, unpublish, trash, restore or delete.
    pub command: String,
    pub state: String,
    pub attempt: i32,
    pub next_attempt_at: Option<Timestamp>,
    pub ordered_at: Option<Timestamp>,
}

impl From<Running> for RunningView {
    fn from(it: Running) -> Self {
        Self {
            ordered_at: it.ordered_at(),
            content_id: it.content_id,
            title: it.title,
            command: it.command.unwrap_or_else(|| "publish".to_owned()),
            state: it.state,
            attempt: it.attempt,
            next_attempt_at: it.next_attempt_at,
        }
    }
}

/// Show what is going on between the platform and a site, from what is under way and how the last things ended.
#[utoipa::path(
    get, path = "/api/v1/integration/integrations/{id}/sync-status/", operation_id = "get_sync_status", tag = "Integrations",
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "How it stands at this moment.", body = Success<SyncStatusView>),
        (status = 404, description = "`integration_not_found`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn get_sync_status(
    member: Member,
    state: Data<AppState>,
    id: Path<i64>,
) -> Result<Success<SyncStatusView>, Problem> {
    let since = state.clock.now() - LOOK_BACK;
    let connection = &mut *state.database.connection().await?;
    let found = integrations::find(connection, member.account_id, IntegrationId::new(*id)).await?;
    let integration = found.ok_or_else(not_found)?;
    let unsettled = sync_facts::unsettled(connection, &integration).await?;
    let running = sync_facts::running(connection, &integration, SHOWN).await?;
    let owner = (member.account_id, IntegrationId::new(integration.id));
    // The newest run is the one that may be under way: they go one after the other.
    let newest = imports::page(connection, owner, None, 1).await?.pop();
    let reading = newest.filter(|it| it.state == imports::RUNNING);
    let success = sync_facts::last_outcome(connection, integration.site_id, true, since).await?;
    let failure = sync_facts::last_outcome(connection, integration.site_id, false, since).await?;
    let done = match running.first().and_then(Running::ordered_at) {
        Some(oldest) => sync_facts::tallies(connection, integration.site_id, oldest, oldest).await?,
        None => Vec::new(),
    };
    let done = done.iter().filter(|it| it.direction == "igny8_to_wp").map(|it| it.in_all).sum();
    let failure = failure.filter(|it| success.as_ref().is_none_or(|well| well.created_at <= it.created_at));
    let (sync_status, own_error) = (integration.sync_status.as_str(), integration.sync_error.clone());
    Ok(Success::ok(SyncStatusView {
        integration_id: integration.id,
        sync_enabled: integration.sync_enabled,
        sync_status: status(sync_status, &unsettled, success.as_ref(), failure.as_ref()),
        last_sync_at: integration.last_sync_at.max(success.as_ref().map(|it| it.created_at)),
        last_error_at: failure.as_ref().map(|it| it.created_at),
        last_error: failure.map(|it| it.error_message).or(Some(own_error).filter(|it| !it.is_empty())),
        progress: progress(&unsettled, done),
        running: running.into_iter().map(RunningView::from).collect(),
        reading: reading.map(ImportView::from),
    }))
}

/// Reading of the site's posts has its own word on the integration; else it is what publications and the log say.
fn status(
    reading: &str,
    unsettled: &HashMap<String, i64>,
    success: Option<&Outcome>,
    failure: Option<&Outcome>,
) -> &'static str {
    match reading {
        "syncing" => "syncing",
        _ if unsettled.contains_key("publishing") => "syncing",
        "pending" => "pending",
        _ if under_way().any(|it| unsettled.contains_key(it)) => "pending",
        "failed" => "failed",
        _ if failure.is_some() => "failed",
        "success" => "success",
        _ if success.is_some() => "success",
        _ => "idle",
    }
}

fn progress(unsettled: &HashMap<String, i64>, done: i64) -> ProgressView {
    let of = |state: &str| unsettled.get(state).copied().unwrap_or_default();
    ProgressView {
        done,
        total: done + under_way().map(of).sum::<i64>(),
        queued: of("queued"),
        publishing: of("publishing"),
        retrying: of("retrying"),
        waiting: of("waiting"),
        unconfirmed: of("unconfirmed"),
    }
}

#[cfg(test)]
mod tests;
