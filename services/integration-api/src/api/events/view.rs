use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::store::sync_events::SyncEvent;

#[derive(Debug, Serialize, ToSchema)]
pub struct EventView {
    pub id: i64,
    pub event_id: Uuid,
    pub site_id: i64,
    pub integration_id: Option<i64>,
    pub content_id: Option<i64>,
    /// publish, sync, error, webhook, metadata_sync; or content: what people decided here.
    #[schema(examples("publish"))]
    pub event_type: String,
    #[schema(examples("content_publish"))]
    pub action: String,
    /// igny8_to_wp, wp_to_igny8 or local.
    pub direction: String,
    /// For people.
    pub description: String,
    pub success: bool,
    pub external_id: Option<String>,
    pub error_message: String,
    #[schema(value_type = Object)]
    pub details: serde_json::Value,
    pub duration_ms: Option<i64>,
    pub created_at: Timestamp,
}

impl From<SyncEvent> for EventView {
    fn from(row: SyncEvent) -> Self {
        Self {
            id: row.id,
            event_id: row.event_id,
            site_id: row.site_id,
            integration_id: row.integration_id,
            content_id: row.content_id,
            event_type: row.event_type,
            action: row.action,
            direction: row.direction,
            description: row.description,
            success: row.success,
            external_id: row.external_id,
            error_message: row.error_message,
            details: row.details,
            duration_ms: row.duration_ms,
            created_at: row.created_at,
        }
    }
}
