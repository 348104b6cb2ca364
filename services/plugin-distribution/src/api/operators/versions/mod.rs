//! The versions of a plugin. Operators may see them, upload new ones, and say what becomes of each.
//!
//! What is done with a version may be done again: the answer is the same, and nothing else happens.

pub mod delete;
pub mod deprecate;
pub mod get;
pub mod list;
pub mod release;
pub mod revert;
pub mod roll_out;
pub mod upload;
pub mod withdraw;

mod refusal;

use actix_web::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use web::{Problem, Success};

use super::plugin_id;
use crate::AppState;
use crate::flows::Which;
use crate::signing::Signer;
use crate::store::catalogue::{self, Version};

#[derive(Debug, Serialize, ToSchema)]
pub struct VersionView {
    version: String,
    /// `development`, `beta`, `released`, `deprecated` or `withdrawn`.
    status: String,
    /// `stable` or `beta`.
    channel: String,
    /// The highest that its channel offers.
    is_latest: bool,
    /// Of all sites.
    rollout_percent: i16,
    /// Offered to nobody for now.
    paused: bool,
    paused_reason: String,
    /// It was paused by itself, because too many sites undid it.
    halted_at: Option<Timestamp>,
    released_at: Option<Timestamp>,
    created_at: Timestamp,
    /// Of the package, in bytes.
    size: i64,
    md5: String,
    sha256: String,
    /// Least WordPress version.
    requires: String,
    tested: String,
    requires_php: String,
    key_id: Option<String>,
    signature: Option<String>,
    /// The ids of the keys that its successors may be signed with.
    #[schema(value_type = Vec<String>)]
    trusted_keys: Value,
    /// Where its release stands in the plugin's log.
    log_index: Option<i64>,
}

impl VersionView {
    fn new(version: Version, log_index: Option<i64>) -> Self {
        Self {
            version: version.version,
            status: version.status,
            channel: version.channel,
            is_latest: version.is_latest,
            rollout_percent: version.rollout_percent,
            paused: version.paused,
            paused_reason: version.paused_reason,
            halted_at: version.halted_at,
            released_at: version.released_at,
            created_at: version.created_at,
            size: version.file_size,
            md5: version.checksum_md5,
            sha256: version.checksum_sha256,
            requires: version.requires_version,
            tested: version.tested_version,
            requires_php: version.requires_php,
            key_id: version.key_id,
            signature: version.signature,
            trusted_keys: version.trusted_keys,
            log_index,
        }
    }
}

/// The version as it is now.
async fn shown(state: &AppState, which: Which<'_>) -> Result<VersionView, Problem> {
    let connection = &mut *state.database.connection().await?;
    let plugin_id = plugin_id(connection, which.slug).await?;
    let version = catalogue::version(connection, plugin_id, which.version).await?;
    let version = version.ok_or_else(|| which.missing())?;
    let mut indices = catalogue::log_indices(connection, plugin_id, &[which.version]).await?;
    Ok(VersionView::new(version, indices.remove(which.version)))
}

/// What every act answers: how the version stands after it.
async fn done(state: &AppState, which: Which<'_>) -> Result<Success<VersionView>, Problem> {
    Ok(Success::ok(shown(state, which).await?))
}

/// What `{slug}` and `{version}` name.
fn which((slug, version): &(String, String)) -> Which<'_> {
    Which { slug, version }
}

fn signer(state: &AppState) -> Result<&Signer, Problem> {
    state.signer.as_deref().ok_or_else(|| {
        let detail = "This service has no key to sign with. Use the verb of the same name where the key is, or give `serve` \
            the setting `release.signing_key`.";
        Problem::new(StatusCode::CONFLICT, "release_key_missing", detail)
    })
}
