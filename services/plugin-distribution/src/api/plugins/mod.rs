//! `/api/plugins/{slug}/…`

pub mod check_update;
pub mod download;
pub mod health_check;
pub mod info;
pub mod register;

use diesel_async::AsyncPgConnection;
use web::Problem;

use crate::AppState;
use crate::store::plugins::{self, Plugin};
use crate::store::versions::{self, Version};

/// The plugin and the version that sites are offered.
async fn offered(connection: &mut AsyncPgConnection, slug: &str) -> Result<(Plugin, Version), Problem> {
    let plugin = plugin(connection, slug).await?;
    let version = versions::latest(connection, plugin.id).await?;
    Ok((plugin, version.ok_or_else(nothing_released)?))
}

async fn plugin(connection: &mut AsyncPgConnection, slug: &str) -> Result<Plugin, Problem> {
    plugins::find(connection, slug).await?.ok_or_else(|| Problem::not_found("There is no such plugin."))
}

fn nothing_released() -> Problem {
    Problem::not_found("No version of this plugin has been released.")
}

/// Stays the same for as long as the plugin exists: WordPress keeps it for half a day before it downloads.
fn package_url(state: &AppState, slug: &str) -> String {
    format!("{}/api/plugins/{slug}/download/", state.settings.public_url.trim_end_matches('/'))
}
