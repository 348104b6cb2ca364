//! The clock's door: each job is one idempotent pass over what the database says.

pub(crate) mod calendar;
pub(crate) mod expire_keys;
pub(crate) mod forget;
pub(crate) mod pull;
pub(crate) mod sweep;

use std::time::Duration;

use database::DatabaseError;
use lifecycle::{Lifecycle, Stage};

use crate::AppState;

pub fn start(lifecycle: &Lifecycle, state: &AppState) {
    let kept = state.clone();
    lifecycle.spawn(Stage::Work, "calendar", move |shutdown| {
        let state = kept.clone();
        async move { Ok(calendar::keep(state, shutdown).await?) }
    });
    every(lifecycle, state, "expire keys", Duration::from_secs(30), expire_keys::pass);
    every(lifecycle, state, "pull", state.settings.pull.look_every, pull::pass);
    every(lifecycle, state, "sweep", state.settings.sweep.period, sweep::pass);
    every(lifecycle, state, "forget", Duration::from_mins(10), forget::pass);
}

/// Runs `pass` at once and then after each `period`.
fn every<Fut>(
    lifecycle: &Lifecycle,
    state: &AppState,
    name: &'static str,
    period: Duration,
    pass: fn(AppState) -> Fut,
) where
    Fut: Future<Output = Result<(), DatabaseError>> + Send + 'static,
{
    let state = state.clone();
    lifecycle.spawn(Stage::Work, name, move |shutdown| {
        let state = state.clone();
        async move {
            loop {
                pass(state.clone()).await?;
                if !shutdown.sleep(period).await {
                    return Ok(());
                }
            }
        }
    });
}
