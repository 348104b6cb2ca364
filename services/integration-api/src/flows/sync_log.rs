use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::store::integrations::Integration;
use crate::store::publications::Publication;
use crate::store::sync_events::NewSyncEvent;

/// What people decided here.
pub const CONTENT: &str = "content";
pub const PUBLISH: &str = "publish";
pub const WEBHOOK: &str = "webhook";
/// What was read from the site.
pub const SYNC: &str = "sync";

pub const LOCAL: &str = "local";
pub const IGNY8_TO_WP: &str = "igny8_to_wp";
pub const WP_TO_IGNY8: &str = "wp_to_igny8";

/// One line of the sync log, before it has its time and id.
#[derive(Clone, Debug)]
pub struct Entry {
    pub account_id: i64,
    pub site_id: i64,
    pub integration_id: Option<i64>,
    pub content_id: Option<i64>,
    pub event_type: &'static str,
    pub action: &'static str,
    pub direction: &'static str,
    pub description: String,
    /// Set: it did not succeed, and why.
    pub error: Option<String>,
    pub external_id: Option<String>,
    pub details: Value,
    pub duration_ms: Option<i64>,
}

impl Entry {
    /// A success of this publication's content.
    pub fn of(
        publication: &Publication,
        event_type: &'static str,
        action: &'static str,
        direction: &'static str,
        description: String,
    ) -> Self {
        Self {
            account_id: publication.account_id,
            site_id: publication.site_id,
            integration_id: publication.integration_id,
            content_id: Some(publication.content_id),
            event_type,
            action,
            direction,
            description,
            error: None,
            external_id: publication.external_id.clone(),
            details: json!({}),
            duration_ms: None,
        }
    }

    /// A success of this account's, site's and content's, on this side only.
    pub fn of_content(
        (account_id, site_id, content_id): (i64, i64, i64),
        action: &'static str,
        description: String,
    ) -> Self {
        Self {
            account_id,
            site_id,
            integration_id: None,
            content_id: Some(content_id),
            event_type: CONTENT,
            action,
            direction: LOCAL,
            description,
            error: None,
            external_id: None,
            details: json!({}),
            duration_ms: None,
        }
    }

    /// A success of a whole site.
    pub fn of_site(
        integration: &Integration,
        action: &'static str,
        direction: &'static str,
        description: String,
    ) -> Self {
        Self {
            account_id: integration.account_id,
            site_id: integration.site_id,
            integration_id: Some(integration.id),
            content_id: None,
            event_type: SYNC,
            action,
            direction,
            description,
            error: None,
            external_id: None,
            details: json!({}),
            duration_ms: None,
        }
    }

    pub fn at(self, now: Timestamp) -> NewSyncEvent {
        NewSyncEvent {
            event_id: Uuid::now_v7(),
            account_id: self.account_id,
            site_id: self.site_id,
            integration_id: self.integration_id,
            content_id: self.content_id,
            event_type: self.event_type,
            action: self.action,
            direction: self.direction,
            description: self.description,
            success: self.error.is_none(),
            external_id: self.external_id,
            error_message: self.error.unwrap_or_default(),
            details: self.details,
            duration_ms: self.duration_ms,
            created_at: now,
        }
    }
}
