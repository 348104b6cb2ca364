//! What a site's log says of a run.

use serde_json::json;

use crate::flows::sync_log::{Entry, SYNC, WP_TO_IGNY8};
use crate::store::imports::{Import, Kind, RUNNING};

pub fn progress(import: &Import) -> Entry {
    let (read, total) =
        import.post_types.0.iter().fold((0, 0), |(read, total), it| (read + it.read, total + it.total));
    let created = import.counts.created;
    let (action, description) = if import.kind == Kind::Compare.as_str() {
        let differ = import.counts.updated;
        ("drift_found", format!("{read} posts of the site were compared; {differ} are not as they are here"))
    } else if import.state == RUNNING {
        ("import_progress", format!("{read} of {total} posts of the site were looked at"))
    } else {
        ("sync_finished", format!("{read} posts of the site were looked at; {created} became content"))
    };
    entry(import, action, description)
}

pub fn entry(import: &Import, action: &'static str, description: String) -> Entry {
    Entry {
        account_id: import.account_id,
        site_id: import.site_id,
        integration_id: Some(import.integration_id),
        content_id: None,
        event_type: SYNC,
        action,
        direction: WP_TO_IGNY8,
        description,
        error: None,
        external_id: None,
        details: json!({
            "import_id": import.id, "kind": import.kind, "state": import.state, "post_types": import.post_types,
            "counts": import.counts, "user_id": import.user_id,
        }),
        duration_ms: None,
    }
}
