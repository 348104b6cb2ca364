//! What people, programs and the clock order of contents: decided, written down and sent to the worker, any number at once.

mod desk;

use database::Tx;
use diesel::result::Error as QueryError;
use domain::content::command::CommandRefusal;
use domain::content::{Command, PublicationState};
use domain::publishing::DueKind;
use domain::text::UnknownName;
use domain::{AccountId, ContentId, IntegrationId, OperationId, SiteId, UserId};
use jiff::Timestamp;

pub(super) use self::desk::Desk;
use crate::codes;
use crate::store::calendar;
use crate::store::publications::Publication;

/// Who wants what done, and through which integration if the site's is not meant.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    pub account_id: AccountId,
    /// `None`: the platform by itself.
    pub user_id: Option<UserId>,
    pub content_id: ContentId,
    pub integration_id: Option<IntegrationId>,
    pub command: Command,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ordered {
    /// A worker is going to do it.
    Queued { operation_id: OperationId, site_id: SiteId },
    /// It follows what is under way.
    Follows { state: PublicationState },
    /// It is so already.
    Unchanged { state: PublicationState },
}

#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error("there is no such content")]
    NoContent,
    #[error("there is no such integration of the content's site")]
    NoSuchIntegration,
    #[error(transparent)]
    Refused(#[from] CommandRefusal),
    #[error("a row has a name that stands for nothing")]
    Unknown(#[from] UnknownName),
}

impl CommandError {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoContent => codes::CONTENT_NOT_FOUND,
            Self::NoSuchIntegration => codes::INTEGRATION_NOT_FOUND,
            Self::Refused(refusal) => refusal.code(),
            Self::Unknown(_) => web::codes::INTERNAL,
        }
    }
}

/// Orders one thing.
pub async fn order_one(
    tx: &mut Tx,
    now: Timestamp,
    wish: Wish,
) -> Result<Result<Ordered, CommandError>, QueryError> {
    let mut ordered = order(tx, now, &[wish]).await?;
    Ok(ordered.pop().expect("invariant: every wish has its outcome"))
}

/// Orders all of it, with as many statements as for one. Statuses change at once; how things really stand is the publications' state.
/// What is published so leaves its place in the calendar and counts for today.
pub async fn order(
    tx: &mut Tx,
    now: Timestamp,
    wishes: &[Wish],
) -> Result<Vec<Result<Ordered, CommandError>>, QueryError> {
    let outcomes = carry_out(tx, now, wishes).await?;
    let ordered = wishes.iter().zip(&outcomes).filter_map(|(wish, outcome)| match (wish.command, outcome) {
        (Command::Publish, Ok(Ordered::Queued { site_id, .. })) => Some((wish, *site_id)),
        _ => None,
    });
    let gone: Vec<calendar::NewEntry> = ordered
        .map(|(wish, site_id)| calendar::NewEntry {
            account_id: wish.account_id.get(),
            site_id: site_id.get(),
            content_id: wish.content_id.get(),
            at: now,
            kind: DueKind::Now.as_str(),
            asked_at: now,
            user_id: wish.user_id.map(UserId::get),
            integration_id: wish.integration_id.map(IntegrationId::get),
            released_at: Some(now),
        })
        .collect();
    let contents: Vec<i64> = gone.iter().map(|it| it.content_id).collect();
    calendar::remove(tx.conn(), &contents).await?;
    calendar::insert(tx.conn(), gone).await?;
    Ok(outcomes)
}

/// Orders all of it, and leaves the calendar to the caller.
pub(super) async fn carry_out(
    tx: &mut Tx,
    now: Timestamp,
    wishes: &[Wish],
) -> Result<Vec<Result<Ordered, CommandError>>, QueryError> {
    let mut desk = Desk::lay_out(tx, now, wishes).await?;
    let outcomes = wishes.iter().map(|wish| desk.take(wish)).collect();
    desk.write(tx).await?;
    Ok(outcomes)
}

/// The state that decides what may be done. What a person did on the site shows at once, but the worker is at its command until it says
/// how that ended.
pub fn present_state(publication: &Publication) -> Result<PublicationState, UnknownName> {
    let state: PublicationState = publication.state.parse()?;
    let worker_is_at_it = publication.state_before.is_some() && !state.is_under_way();
    Ok(if worker_is_at_it { PublicationState::Publishing } else { state })
}
