//! How a known post stands on its site.

use contracts::reading::RemotePost;
use domain::content::{ContentStatus, PublicationState};
use domain::text::UnknownName;
use domain::wordpress::{Mapped, map};
use jiff::Timestamp;

use super::{Source, metadata};
use crate::flows::command::present_state;
use crate::flows::sync_log::{Entry, SYNC, WP_TO_IGNY8};
use crate::store::publications::Publication;

/// Notes what the site says beside the text; what becomes of the content's status, if anything does.
pub fn apply(
    row: &mut Publication,
    source: &Source,
    post: &RemotePost,
    now: Timestamp,
) -> Result<Option<ContentStatus>, UnknownName> {
    let modified_at = post.modified_at_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    // A webhook may have said something newer while this was being read.
    if row.position_modified_at.is_some_and(|known| modified_at.is_some_and(|it| it < known)) {
        return Ok(None);
    }
    row.wp_metadata = Some(metadata(post));
    row.last_wp_sync = Some(now);
    row.external_id.get_or_insert_with(|| post.post_id.to_string());
    row.integration_id.get_or_insert(source.integration_id);
    if !post.url.is_empty() {
        row.external_url = Some(post.url.clone());
    }
    row.wordpress_status = Some(post.post_status.clone());
    if is_under_way(row)? {
        return Ok(None);
    }
    let state: PublicationState = row.state.parse()?;
    let (state, status) = match map(&post.post_status) {
        Mapped::Status(ContentStatus::Published) if state.is_live() => return Ok(None),
        Mapped::Status(ContentStatus::Published) => (PublicationState::Live, ContentStatus::Published),
        Mapped::Status(_) if state == PublicationState::Unpublished => return Ok(None),
        Mapped::Status(other) => (PublicationState::Unpublished, other),
        Mapped::Gone | Mapped::Unknown => return Ok(None),
    };
    state.as_str().clone_into(&mut row.state);
    row.error = None;
    Ok(Some(status))
}

/// The post is not there any more.
pub fn gone(row: &mut Publication, now: Timestamp) -> ContentStatus {
    PublicationState::Gone.as_str().clone_into(&mut row.state);
    row.wordpress_status = Some("deleted".to_owned());
    row.last_wp_sync = Some(now);
    row.error = None;
    ContentStatus::Draft
}

pub fn told_gone(row: &Publication) -> Entry {
    let post = row.external_id.as_deref().unwrap_or_default();
    let description = format!("Post {post} is not on the site any more");
    Entry::of(row, SYNC, "post_missing", WP_TO_IGNY8, description)
}

pub fn is_under_way(row: &Publication) -> Result<bool, UnknownName> {
    Ok(present_state(row)?.is_under_way())
}
