use domain::content::{Command, PublicationState};
use serde_json::json;

use super::advance::has_post;
use super::{News, Report};
use crate::flows::sync_log::{Entry, IGNY8_TO_WP, PUBLISH};
use crate::store::publications::Publication;

/// What a report adds to the sync log, once it has moved the publication.
pub fn entry(row: &Publication, report: Report, title: &str) -> Entry {
    let mut details = json!({
        "operation_id": report.operation_id, "job_id": report.job_id, "attempt": report.attempt,
        "occurred_at": report.occurred_at, "state": row.state,
    });
    let (action, description, failure) = match report.news {
        News::Started => (
            "publish_started",
            format!("{} “{title}”, attempt {}", Doing::of(row).begun, report.attempt),
            None,
        ),
        News::Published(it) => {
            details["adopted"] = it.adopted.into();
            details["external_url"] = it.external_url.into();
            details["wordpress_status"] = it.wordpress_status.into();
            details["warnings"] = json!(it.warnings);
            let how = match (it.adopted, it.warnings.len()) {
                (true, _) => ", which had the post already",
                (false, 0) => "",
                (false, _) => " with warnings",
            };
            match row.command.as_deref() {
                Some("update") => ("content_update", format!("Updated “{title}” in WordPress{how}"), None),
                _ => ("content_publish", format!("Published “{title}” to WordPress{how}"), None),
            }
        }
        News::Moved(it) => {
            let description = format!("“{title}” is now {} in WordPress", it.wordpress_status);
            details["wordpress_status"] = it.wordpress_status.into();
            ("post_moved", description, None)
        }
        News::Conflicted(_) => {
            let description = format!("“{title}” was changed in WordPress, too; nothing was overwritten");
            ("update_conflict", description, None)
        }
        News::Mended(it) => {
            details["warnings"] = json!(it.warnings);
            let how = match (it.warnings.len(), it.is_last) {
                (0, _) => "nothing is missing any more",
                (_, false) => "some of it is still missing; trying again",
                (_, true) => "some of it is still missing, and is given up",
            };
            ("content_mended", format!("Tried again what “{title}” lacked: {how}"), None)
        }
        News::Cancelled => {
            ("publish_cancelled", format!("Called “{title}” off; nothing reached WordPress"), None)
        }
        News::Retrying { failure, at } => {
            details["next_attempt_at"] = at.to_string().into();
            let verb = Doing::of(row).verb;
            ("publish_retry", format!("Could not {verb} “{title}” yet; trying again"), Some(failure))
        }
        News::Waiting { failure, at } => {
            details["next_attempt_at"] = at.to_string().into();
            let verb = Doing::of(row).verb;
            ("publish_waiting", format!("Waiting for the site to {verb} “{title}”"), Some(failure))
        }
        News::Unconfirmed { failure, at } => {
            details["next_check_at"] = at.to_string().into();
            (
                "publish_unconfirmed",
                format!("The site did not say what became of “{title}”; asking it"),
                Some(failure),
            )
        }
        News::Failed { failure } if is_live(row) && !has_post(row) => {
            details["failure"] = json!(failure);
            let how = "; the site says so, though the attempt did not end well";
            ("content_publish", format!("Published “{title}” to WordPress{how}"), None)
        }
        News::Failed { failure } if has_post(row) && row.error.is_none() => {
            details["failure"] = json!(failure);
            let said = row.wordpress_status.as_deref().unwrap_or_default();
            let how = "the site says so, though the attempt did not end well";
            ("post_moved", format!("“{title}” is now {said} in WordPress; {how}"), None)
        }
        News::Failed { failure } if has_post(row) => {
            let verb = Doing::of(row).verb;
            ("command_failed", format!("Could not {verb} “{title}” in WordPress"), Some(failure))
        }
        News::Failed { failure } => {
            ("content_publish", format!("Could not publish “{title}”"), Some(failure))
        }
    };
    if let Some(failure) = &failure {
        details["failure"] = json!(failure);
    }
    Entry {
        error: failure.map(|it| it.detail),
        details,
        duration_ms: report.duration_ms,
        ..Entry::of(row, PUBLISH, action, IGNY8_TO_WP, description)
    }
}

/// A command in words.
struct Doing {
    begun: &'static str,
    verb: &'static str,
}

impl Doing {
    fn of(row: &Publication) -> Self {
        let command = row.command.as_deref().and_then(|it| it.parse().ok()).unwrap_or(Command::Publish);
        let (begun, verb) = match command {
            Command::Publish => ("Publishing", "publish"),
            Command::Update => ("Updating", "update"),
            Command::Unpublish => ("Unpublishing", "unpublish"),
            Command::Trash => ("Trashing", "trash"),
            Command::Restore => ("Restoring", "restore"),
            Command::Delete => ("Deleting", "delete"),
        };
        Self { begun, verb }
    }
}

fn is_live(row: &Publication) -> bool {
    row.state.parse().is_ok_and(PublicationState::is_live)
}
