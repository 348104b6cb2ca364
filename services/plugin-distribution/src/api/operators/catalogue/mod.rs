//! The plugins that there are. Operators may see and change them.

pub mod change;
pub mod create;
pub mod delete;
pub mod get;
pub mod list;

use std::collections::BTreeMap;

use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::catalogue;
use crate::store::plugins::Plugin;

#[derive(Debug, Serialize, ToSchema)]
pub struct PluginView {
    slug: String,
    /// This and the next four come from the source of the last release.
    name: String,
    description: String,
    author: String,
    author_url: String,
    plugin_url: String,
    icon_url: String,
    banner_url: String,
    /// Whether sites are answered at all.
    is_active: bool,
    /// The latest version by channel, `stable` and `beta`; a channel without one is missing.
    latest: BTreeMap<String, String>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// As operators see them, in this order.
async fn views(connection: &mut AsyncPgConnection, plugins: Vec<Plugin>) -> QueryResult<Vec<PluginView>> {
    let ids: Vec<i64> = plugins.iter().map(|it| it.id).collect();
    let latest = catalogue::latest(connection, &ids).await?;
    let view = |plugin: Plugin| {
        let of_plugin = latest.iter().filter(|(id, ..)| *id == plugin.id);
        PluginView {
            latest: of_plugin.map(|(_, channel, version)| (channel.clone(), version.clone())).collect(),
            slug: plugin.slug,
            name: plugin.name,
            description: plugin.description,
            author: plugin.author,
            author_url: plugin.author_url,
            plugin_url: plugin.plugin_url,
            icon_url: plugin.icon_url,
            banner_url: plugin.banner_url,
            is_active: plugin.is_active,
            created_at: plugin.created_at,
            updated_at: plugin.updated_at,
        }
    };
    Ok(plugins.into_iter().map(view).collect())
}

async fn view(connection: &mut AsyncPgConnection, plugin: Plugin) -> QueryResult<PluginView> {
    let mut views = views(connection, vec![plugin]).await?;
    views.pop().ok_or(diesel::NotFound)
}
