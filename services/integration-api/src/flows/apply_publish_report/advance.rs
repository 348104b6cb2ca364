use domain::content::{Command, ContentStatus, PublicationState};
use domain::text::UnknownName;
use domain::wordpress::{Mapped, map};
use jiff::Timestamp;

use super::{Mended, News, Published, Report};
use crate::flows::conflict;
use crate::store::json::Json;
use crate::store::publications::{Failure, Publication};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Something newer is known, or it is of another operation.
    OldNews,
    /// And what becomes of the content's status, if anything does.
    Forward(Option<ContentStatus>),
}

/// Moves the publication forward.
///
/// What a person did on the site in the meantime (`unpublished`, `gone`) is newer than any report of the work that led there, and stays.
pub fn advance(row: &mut Publication, report: &Report) -> Result<Step, UnknownName> {
    if row.operation_id != Some(report.operation_id) {
        return Ok(Step::OldNews);
    }
    if let News::Mended(mended) = &report.news {
        return Ok(if mend(row, mended)? { Step::Forward(None) } else { Step::OldNews });
    }
    if report.sequence <= row.sequence {
        return Ok(Step::OldNews);
    }
    row.sequence = report.sequence;
    row.job_id = Some(report.job_id);
    row.attempt = report.attempt;
    let state: PublicationState = row.state.parse()?;
    let site_spoke = matches!(state, PublicationState::Unpublished | PublicationState::Gone);
    if let News::Published(published) | News::Moved(published) = &report.news {
        take_post(row, published, report.occurred_at, site_spoke);
    }
    if let News::Conflicted(_) = &report.news {
        conflict::open(row);
    }
    if site_spoke {
        if report.news.is_the_end() {
            row.state_before = None;
        }
        return Ok(Step::Forward(None));
    }
    let (state, error, next, status) = match &report.news {
        News::Started => (PublicationState::Publishing, row.error.clone(), None, None),
        News::Published(it) if it.warnings.is_empty() => {
            (PublicationState::Live, None, None, Some(ContentStatus::Published))
        }
        News::Published(_) => {
            (PublicationState::LiveWithWarnings, None, None, Some(ContentStatus::Published))
        }
        News::Retrying { failure, at } => {
            (PublicationState::Retrying, Some(Json(failure.clone())), Some(*at), None)
        }
        News::Waiting { failure, at } => {
            (PublicationState::Waiting, Some(Json(failure.clone())), Some(*at), None)
        }
        News::Unconfirmed { failure, at } => {
            (PublicationState::Unconfirmed, Some(Json(failure.clone())), Some(*at), None)
        }
        News::Moved(it) => moved(row, &it.wordpress_status),
        News::Conflicted(_) => (with_warnings(row, state_before(row)?), None, None, before(row)?),
        News::Cancelled => (state_before(row)?, None, None, before(row)?),
        News::Mended(_) => return Ok(Step::OldNews),
        News::Failed { .. } if is_reached(row) => {
            let said = row.wordpress_status.clone().unwrap_or_default();
            moved(row, &said)
        }
        News::Failed { failure } if has_post(row) => {
            (state_before(row)?, Some(Json(failure.clone())), None, before(row)?)
        }
        News::Failed { .. } if is_on_site(row) => {
            let state = if state.is_live() { state } else { PublicationState::Live };
            (state, None, None, Some(ContentStatus::Published))
        }
        News::Failed { failure } => {
            (PublicationState::Failed, Some(Json(failure.clone())), None, before(row)?)
        }
    };
    state.as_str().clone_into(&mut row.state);
    row.error = error;
    row.next_attempt_at = next;
    if !state.is_under_way() {
        row.status_before_publish = None;
        row.state_before = None;
    }
    Ok(Step::Forward(status))
}

type Next = (PublicationState, Option<Json<Failure>>, Option<Timestamp>, Option<ContentStatus>);

fn moved(row: &Publication, wordpress_status: &str) -> Next {
    match map(wordpress_status) {
        Mapped::Gone => (PublicationState::Gone, None, None, Some(ContentStatus::Draft)),
        Mapped::Status(ContentStatus::Published) => {
            let state = with_warnings(row, PublicationState::Live);
            (state, None, None, Some(ContentStatus::Published))
        }
        Mapped::Status(status) => (PublicationState::Unpublished, None, None, Some(status)),
        Mapped::Unknown => (PublicationState::Unpublished, None, None, None),
    }
}

/// A live post's state tells whether something of it did not make it.
const fn with_warnings(row: &Publication, state: PublicationState) -> PublicationState {
    if state.is_live() && !row.warnings.0.is_empty() { PublicationState::LiveWithWarnings } else { state }
}

/// The post is where it was to be moved to. It was not when that was ordered, so that the site must have said so since.
fn is_reached(row: &Publication) -> bool {
    let said = row.wordpress_status.as_deref().unwrap_or_default();
    match row.command.as_deref().map(str::parse) {
        Some(Ok(Command::Unpublish)) => said == "draft",
        Some(Ok(Command::Trash)) => said == "trash",
        Some(Ok(Command::Restore)) => map(said) == Mapped::Status(ContentStatus::Published),
        Some(Ok(Command::Delete)) => map(said) == Mapped::Gone,
        _ => false,
    }
}

/// News of mending; true if it is about what is there now.
fn mend(row: &mut Publication, mended: &Mended) -> Result<bool, UnknownName> {
    let state: PublicationState = row.state.parse()?;
    if !state.is_live() {
        return Ok(false);
    }
    let state =
        if mended.warnings.is_empty() { PublicationState::Live } else { PublicationState::LiveWithWarnings };
    state.as_str().clone_into(&mut row.state);
    row.warnings = Json(mended.warnings.clone());
    row.remote_revision =
        Some(mended.remote_revision.clone()).filter(|it| !it.is_empty()).or(row.remote_revision.take());
    Ok(true)
}

/// The command was about a post that is there, whatever became of the command.
pub fn has_post(row: &Publication) -> bool {
    row.command.as_deref().is_some_and(|command| command != Command::Publish.as_str())
}

fn state_before(row: &Publication) -> Result<PublicationState, UnknownName> {
    row.state_before.as_deref().map_or(Ok(PublicationState::None), str::parse)
}

/// The site itself has named the post and said that it is out, whatever became of the answer to us.
fn is_on_site(row: &Publication) -> bool {
    let said = row.wordpress_status.as_deref().map(map);
    row.external_id.is_some() && said == Some(Mapped::Status(ContentStatus::Published))
}

fn take_post(row: &mut Publication, published: &Published, at: Timestamp, site_spoke: bool) {
    row.external_id = Some(published.external_id.clone());
    // Whatever was done to it, the site knows by now whose it is.
    row.is_foreign = false;
    row.remote_revision = Some(published.remote_revision.clone()).filter(|it| !it.is_empty());
    if row.command.as_deref().is_none_or(|it| it.parse().is_ok_and(Command::has_article)) {
        row.warnings = Json(published.warnings.clone());
        row.published_at = Some(at);
    }
    if !site_spoke {
        row.external_url = Some(published.external_url.clone());
        row.wordpress_status = Some(published.wordpress_status.clone()).filter(|it| !it.is_empty());
    }
}

fn before(row: &Publication) -> Result<Option<ContentStatus>, UnknownName> {
    row.status_before_publish.as_deref().map(str::parse).transpose()
}

#[cfg(test)]
mod tests;
