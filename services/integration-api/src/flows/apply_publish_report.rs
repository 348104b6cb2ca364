use std::collections::HashMap;

use database::Tx;
use diesel::result::Error as QueryError;
use domain::content::{Command, ContentStatus};
use domain::text::UnknownName;
use domain::{AccountId, ContentId};
use jiff::Timestamp;
use uuid::Uuid;

mod advance;
mod line;

use self::advance::{Step, advance};
use super::command::{Wish, order, present_state};
use super::conflict::{ResolveError, settle_by_policies};
use super::sync_log::{Entry, IGNY8_TO_WP, PUBLISH};
use crate::store::conflicts::{self, NewConflict, PostText};
use crate::store::json::Json;
use crate::store::publications::{Failure, Publication, Warning};
use crate::store::{content, post_bases, publications, sync_events};

/// What a worker says of one publication.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    pub operation_id: Uuid,
    pub job_id: Uuid,
    pub content_id: i64,
    /// Rises with every report of the job.
    pub sequence: i64,
    pub attempt: i32,
    pub occurred_at: Timestamp,
    pub news: News,
    pub duration_ms: Option<i64>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum News {
    Started,
    /// The post is there, and says what it was told.
    Published(Published),
    /// It was taken down or brought back.
    Moved(Published),
    /// Somebody else had changed it: nothing was done.
    Conflicted(Box<Theirs>),
    /// Some parts that had failed were tried again.
    Mended(Mended),
    /// Nothing of it had reached the site.
    Cancelled,
    Retrying {
        failure: Failure,
        at: Timestamp,
    },
    /// The site is left alone for now; nothing was tried.
    Waiting {
        failure: Failure,
        at: Timestamp,
    },
    Unconfirmed {
        failure: Failure,
        at: Timestamp,
    },
    Failed {
        failure: Failure,
    },
}

impl News {
    /// The worker is not at it any more.
    pub const fn is_the_end(&self) -> bool {
        match self {
            Self::Published(_)
            | Self::Moved(_)
            | Self::Conflicted(_)
            | Self::Cancelled
            | Self::Failed { .. } => true,
            Self::Started
            | Self::Mended(_)
            | Self::Retrying { .. }
            | Self::Waiting { .. }
            | Self::Unconfirmed { .. } => false,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Published {
    pub external_id: String,
    pub external_url: String,
    pub wordpress_status: String,
    pub remote_revision: String,
    /// The post was there already.
    pub adopted: bool,
    pub warnings: Vec<Warning>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Theirs {
    pub base: Option<PostText>,
    pub text: PostText,
    pub revision: String,
    pub modified_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mended {
    pub remote_revision: String,
    /// Those that are left.
    pub warnings: Vec<Warning>,
    /// What is left will not be tried any more.
    pub is_last: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    #[error("a row has a name that stands for nothing")]
    Unknown(#[from] UnknownName),
    #[error("a conflict could not be settled")]
    Settle(#[from] ResolveError),
    #[error("the query failed")]
    Query(#[from] QueryError),
}

/// Applies reports in their order: one statement per kind of row, however many there are.
pub async fn apply_publish_reports(
    tx: &mut Tx,
    now: Timestamp,
    reports: Vec<Report>,
) -> Result<(), ApplyError> {
    let ids: Vec<i64> = reports.iter().map(|report| report.content_id).collect();
    let locked = publications::lock(tx.conn(), &ids).await?;
    let mut rows: HashMap<i64, Publication> = locked.into_iter().map(|row| (row.content_id, row)).collect();
    let titles = content::titles(tx.conn(), &ids).await?;
    let titles: HashMap<i64, String> = titles.into_iter().map(|(id, title, _)| (id, title)).collect();

    let foreign: Vec<i64> = rows.values().filter(|row| row.is_foreign).map(|row| row.content_id).collect();
    let mut changed: HashMap<i64, Option<ContentStatus>> = HashMap::new();
    let (mut events, mut conflicts) = (Vec::with_capacity(reports.len()), Vec::new());
    for report in reports {
        let Some(row) = rows.get_mut(&report.content_id) else {
            tracing::info!(content.id = report.content_id, "a report on content that is not there");
            continue;
        };
        let Step::Forward(status) = advance(row, &report)? else {
            tracing::debug!(
                content.id = report.content_id,
                report.sequence,
                "a report that is no news any more"
            );
            continue;
        };
        let wanted = changed.entry(report.content_id).or_default();
        *wanted = status.or(*wanted);
        let title = titles.get(&report.content_id).map_or("", String::as_str);
        if let News::Conflicted(theirs) = &report.news {
            conflicts.push(conflict(row, &report, theirs, now));
        }
        events.push(line::entry(row, report, title).at(now));
    }
    let statuses: Vec<_> = changed.iter().filter_map(|(id, status)| Some((*id, (*status)?))).collect();
    rows.retain(|id, _| changed.contains_key(id));
    let mut follow_ups = take_follow_ups(&mut rows)?;
    // From the first command on, the site keeps what we left there.
    let ours_now: Vec<i64> =
        foreign.into_iter().filter(|id| rows.get(id).is_some_and(|row| !row.is_foreign)).collect();
    if !ours_now.is_empty() {
        post_bases::forget(tx.conn(), &ours_now).await?;
    }
    publications::write(tx.conn(), &rows.into_values().collect::<Vec<_>>(), now).await?;
    content::set_statuses(tx.conn(), &statuses, now).await?;
    sync_events::record(tx, events).await?;
    let opened = conflicts::open(tx.conn(), conflicts, now).await?;
    let sent = settle_by_policies(tx, now, opened).await?;
    // What is sent has the latest text.
    follow_ups.retain(|wish| wish.command != Command::Update || !sent.contains(&wish.content_id));
    send_follow_ups(tx, now, follow_ups).await
}

/// What was to follow commands that are over now.
fn take_follow_ups(rows: &mut HashMap<i64, Publication>) -> Result<Vec<Wish>, UnknownName> {
    let mut wishes = Vec::new();
    for row in rows.values_mut() {
        if !present_state(row)?.is_under_way()
            && let Some(command) = row.follow_up.take()
        {
            wishes.push(Wish {
                account_id: AccountId::new(row.account_id),
                user_id: None,
                content_id: ContentId::new(row.content_id),
                integration_id: None,
                command: command.parse()?,
            });
        }
    }
    Ok(wishes)
}

/// What can't be done any more is noted where its content's people look.
async fn send_follow_ups(tx: &mut Tx, now: Timestamp, wishes: Vec<Wish>) -> Result<(), ApplyError> {
    if wishes.is_empty() {
        return Ok(());
    }
    let outcomes = order(tx, now, &wishes).await?;
    let refused: Vec<_> =
        wishes.iter().zip(outcomes).filter_map(|(wish, outcome)| Some((wish, outcome.err()?))).collect();
    let ids: Vec<i64> = refused.iter().map(|(wish, _)| wish.content_id.get()).collect();
    let rows = publications::lock(tx.conn(), &ids).await?;
    let events = refused.iter().filter_map(|(wish, error)| {
        let row = rows.iter().find(|row| row.content_id == wish.content_id.get())?;
        let description = format!("What was to follow ({}) was not done", wish.command);
        let entry = Entry {
            error: Some(error.to_string()),
            ..Entry::of(row, PUBLISH, "follow_up_refused", IGNY8_TO_WP, description)
        };
        Some(entry.at(now))
    });
    sync_events::record(tx, events.collect()).await?;
    Ok(())
}

fn conflict(row: &Publication, report: &Report, theirs: &Theirs, now: Timestamp) -> NewConflict {
    NewConflict {
        account_id: row.account_id,
        content_id: row.content_id,
        operation_id: report.operation_id,
        base: theirs.base.clone().map(Json),
        theirs: Json(theirs.text.clone()),
        their_revision: theirs.revision.clone(),
        theirs_modified_at: theirs.modified_at,
        found_at: now,
    }
}
