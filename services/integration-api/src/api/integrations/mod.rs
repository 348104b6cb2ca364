pub mod content_types;
pub mod create;
pub mod delete;
pub mod drift;
pub mod generate_api_key;
pub mod get;
pub mod get_probe;
mod guarantees;
pub mod imports;
pub mod list;
pub mod list_terms;
pub mod pair;
pub mod revoke_api_key;
pub mod rotate_api_key;
pub mod sync_health;
pub mod sync_status;
pub mod test_collection_connection;
pub mod test_connection;
pub mod update;
pub mod update_structure;
pub mod use_application_password;

use actix_web::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use web::Problem;

use self::guarantees::Guarantee;
use crate::codes;
use crate::store::integrations::{Connection, Integration, State};

/// A site's connection to the platform. Never shows a key.
#[derive(Debug, Serialize, ToSchema)]
pub struct IntegrationView {
    pub id: i64,
    pub account_id: i64,
    pub site_id: i64,
    #[schema(examples("wordpress"))]
    pub platform: String,
    #[schema(examples("cms"))]
    pub platform_type: &'static str,
    pub state: State,
    /// `pending`, `connected` or `error`: the state in fewer words.
    pub connection_status: &'static str,
    /// What the site is spoken to through.
    pub connection: Connection,
    /// Whose application password is used; null with the plugin.
    pub username: Option<String>,
    /// What the platform can promise of this connection, and what not.
    pub guarantees: Vec<Guarantee>,
    /// Whether the plugin signs what it sends; if not, it is asked by its API key.
    pub signed: bool,
    pub external_site_url: String,
    pub rest_url: String,
    pub is_active: bool,
    pub sync_enabled: bool,
    /// `idle`, `pending`, `syncing`, `success` or `failed`.
    pub sync_status: String,
    pub sync_error: String,
    pub last_sync_at: Option<Timestamp>,
    pub connected_at: Option<Timestamp>,
    pub wp_version: String,
    pub php_version: String,
    pub config_json: ConfigView,
    pub credentials_json: CredentialsView,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Another address uses the site's key: most often a copy of the site. Until the site pairs again.
    pub clone_suspected: Option<CloneView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct CloneView {
    pub at: Timestamp,
    /// Where the other WordPress says it is.
    pub site_url: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ConfigView {
    pub site_url: String,
}

/// No credential at all; the name is an old one.
#[derive(Debug, Serialize, ToSchema)]
pub struct CredentialsView {
    pub plugin_version: String,
    pub debug_enabled: bool,
}

impl From<Integration> for IntegrationView {
    fn from(it: Integration) -> Self {
        let (state, connection, guarantees) = (it.state(), it.connection(), guarantees::of(&it));
        Self {
            id: it.id,
            account_id: it.account_id,
            site_id: it.site_id,
            platform: it.platform,
            platform_type: "cms",
            state,
            connection_status: match state {
                State::Pending => "pending",
                State::Connected => "connected",
                State::Suspended | State::Revoked | State::Deleted => "error",
            },
            connection,
            guarantees,
            username: Some(it.username).filter(|name| !name.is_empty()),
            signed: it.site_public_key.is_some(),
            external_site_url: it.site_url.clone(),
            rest_url: it.rest_url,
            is_active: it.is_active,
            sync_enabled: it.sync_enabled,
            sync_status: it.sync_status,
            sync_error: it.sync_error,
            last_sync_at: it.last_sync_at,
            connected_at: it.connected_at,
            wp_version: it.wp_version,
            php_version: it.php_version,
            config_json: ConfigView { site_url: it.site_url },
            credentials_json: CredentialsView {
                plugin_version: it.plugin_version,
                debug_enabled: it.debug_enabled,
            },
            created_at: it.created_at,
            updated_at: it.updated_at,
            clone_suspected: it
                .clone_suspected_at
                .zip(it.clone_site_url)
                .map(|(at, site_url)| CloneView { at, site_url }),
        }
    }
}

/// There is no such integration, or it is a stranger's.
pub fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, codes::INTEGRATION_NOT_FOUND, "You have no integration with this id.")
}

#[cfg(test)]
mod tests;
