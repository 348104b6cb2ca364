//! `/api/plugins/{slug}/…` as operators see it.

pub mod analytics;
pub mod catalogue;
pub mod compatibility;
pub mod versions;

use diesel_async::AsyncPgConnection;
use jiff::Timestamp;
use web::Problem;

use crate::AppState;
use crate::store::plugins;

/// The plugin, offered or not.
async fn plugin_id(connection: &mut AsyncPgConnection, slug: &str) -> Result<i64, Problem> {
    plugins::id_of(connection, slug).await?.ok_or_else(|| Problem::not_found("There is no such plugin."))
}

/// An installation that has reported since then is active.
fn seen_since(state: &AppState) -> Timestamp {
    let now = state.clock.now();
    now.checked_sub(state.settings.installations.active_for).unwrap_or(Timestamp::MIN)
}
