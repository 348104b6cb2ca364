use std::time::{Duration, Instant};

use database::DatabaseError;
use lifecycle::Shutdown;

use crate::AppState;
use crate::flows::release::{Released, release_due};
use crate::flows::review::{Step, take_all};
use crate::flows::schedule::{WAKE, When, schedule};
use crate::store::{automation, calendar};

/// Contents of one site that are approved or given their times in one transaction.
const OF_EACH_SITE: i64 = 100;
const SITES: i64 = 100;

/// Keeps the calendars of all sites: woken by whoever changed one, and every so often.
pub async fn keep(state: AppState, shutdown: Shutdown) -> Result<(), DatabaseError> {
    let changed = state.database.wakeup(WAKE);
    let settings = &state.settings.calendar;
    let mut planned: Option<Instant> = None;
    while !shutdown.is_cancelled() {
        let mut more = false;
        // What found no slot a moment ago finds none now, unless somebody changed something.
        if planned.is_none_or(|at| at.elapsed() >= settings.plan_every) {
            more = plan(&state).await?;
            planned = Some(Instant::now()).filter(|_| !more);
        }
        more |= let_go(&state).await?;
        let pause = if more { Duration::ZERO } else { settings.poll };
        if tokio::time::timeout(pause, shutdown.unless_cancelled(changed.notified())).await.is_ok() {
            planned = None;
        }
    }
    Ok(())
}

/// Approves what needs nobody's approval, and gives times to what gets one by itself. Is there more to do at once?
pub async fn plan(state: &AppState) -> Result<bool, DatabaseError> {
    Ok(approve(state).await? | give_times(state).await?)
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

async fn give_times(state: &AppState) -> Result<bool, DatabaseError> {
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
            tracing::debug!(site.id = work.site_id.get(), error = %refused, "no time for approved content");
        }
    }
    Ok(done > 0)
}

/// Lets go what is due. Is there more to do at once?
pub async fn let_go(state: &AppState) -> Result<bool, DatabaseError> {
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
