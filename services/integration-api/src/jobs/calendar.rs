use std::time::Duration;

use database::DatabaseError;
use domain::publishing::NoSlot;
use lifecycle::Shutdown;

use crate::AppState;
use crate::flows::release::{Released, release_due};
use crate::flows::review::{Step, take_all};
use crate::flows::schedule::{ScheduleError, WAKE, When, schedule};
use crate::store::{automation, calendar};

/// Contents of one site that are approved or given their times in one transaction.
const OF_EACH_SITE: i64 = 100;
const SITES: i64 = 100;

/// Keeps the calendars of all sites: woken by whoever changed one, and every so often.
pub async fn keep(state: AppState, shutdown: Shutdown) -> Result<(), DatabaseError> {
    let changed = state.database.wakeup(WAKE);
    while !shutdown.is_cancelled() {
        let more = pass(&state).await?;
        let pause = if more { Duration::ZERO } else { state.settings.calendar.poll };
        let _ = tokio::time::timeout(pause, shutdown.unless_cancelled(changed.notified())).await;
    }
    Ok(())
}

/// Approves, plans and lets go what is to be now. Is there more to do at once?
pub async fn pass(state: &AppState) -> Result<bool, DatabaseError> {
    let more_to_approve = approve(state).await?;
    let more_to_plan = plan(state).await?;
    let more_to_release = let_go(state).await?;
    Ok(more_to_approve || more_to_plan || more_to_release)
}

async fn approve(state: &AppState) -> Result<bool, DatabaseError> {
    let now = state.clock.now();
    let all = automation::to_approve(&mut *state.database.connection().await?, OF_EACH_SITE).await?;
    let mut done = 0;
    for work in &all {
        let taken = state
            .database
            .transaction(async |tx| {
                Ok::<_, DatabaseError>(
                    take_all(tx, now, (work.account_id, None), &work.contents, &Step::Approve).await?,
                )
            })
            .await?;
        done += taken.iter().filter(|it| it.is_ok()).count();
    }
    Ok(done > 0)
}

async fn plan(state: &AppState) -> Result<bool, DatabaseError> {
    let now = state.clock.now();
    let all = automation::to_plan(&mut *state.database.connection().await?, OF_EACH_SITE).await?;
    let mut done = 0;
    for work in &all {
        let wishes: Vec<_> = work.contents.iter().map(|id| (*id, When::NextFree)).collect();
        let planned = state
            .database
            .transaction(async |tx| {
                Ok::<_, DatabaseError>(schedule(tx, now, (work.account_id, None), None, &wishes).await?)
            })
            .await?;
        done += planned.iter().filter(|it| it.is_ok()).count();
        for refused in planned.into_iter().filter_map(Result::err) {
            let is_expected = matches!(
                refused,
                ScheduleError::NoSlot(NoSlot::NothingFree { .. }) | ScheduleError::Command(_)
            );
            if !is_expected {
                tracing::debug!(site.id = work.site_id.get(), error = %refused, "no time for approved content");
            }
        }
    }
    Ok(done > 0)
}

async fn let_go(state: &AppState) -> Result<bool, DatabaseError> {
    let now = state.clock.now();
    let sites = calendar::due_sites(&mut *state.database.connection().await?, now, SITES).await?;
    let mut all = Released::default();
    for site in sites {
        let batch = state.settings.calendar.batch;
        let released = state
            .database
            .transaction(async |tx| Ok::<_, DatabaseError>(release_due(tx, now, site, batch).await?))
            .await?;
        if released != Released::default() {
            tracing::info!(site.id = site.get(), ?released, "calendar");
        }
        all.gone += released.gone;
        all.dropped += released.dropped;
    }
    Ok(all.gone + all.dropped > 0)
}
