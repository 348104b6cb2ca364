use database::Tx;
use diesel::result::Error as QueryError;
use domain::content::PublicationState;
use domain::text::UnknownName;
use domain::{AccountId, ContentId, OperationId, SiteId, UserId};
use jiff::Timestamp;

mod by_policy;
mod settle;
mod versions;

pub use self::by_policy::settle_by_policies;
pub use self::settle::with_text;
use self::settle::{Case, settle};
pub use self::versions::Versions;
use super::command::{CommandError, Ordered, present_state};
use crate::store::conflicts::{self, Conflict, PostText};
use crate::store::content::{self, Content};
use crate::store::publications::{self, Publication, Warning};

/// The code of the warning a publication has while its conflict is open.
pub const WARNING: &str = "conflict";

/// Lets the publication say that a conflict is open.
pub fn open(row: &mut Publication) {
    row.warnings.0.retain(|warning| warning.code != WARNING);
    row.warnings.0.push(Warning {
        code: WARNING.to_owned(),
        subject: String::new(),
        detail:
            "The post was changed on the site since it was last sent. Look at the conflict and settle it."
                .to_owned(),
        part: String::new(),
    });
    if row.state == PublicationState::Live.as_str() {
        PublicationState::LiveWithWarnings.as_str().clone_into(&mut row.state);
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    KeepOurs,
    KeepTheirs,
    Merged(PostText),
}

impl Resolution {
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::KeepOurs => "keep_ours",
            Self::KeepTheirs => "keep_theirs",
            Self::Merged(_) => MERGED,
        }
    }
}

const MERGED: &str = "merged";

/// What a person wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    Resolution(Resolution),
    /// Both edits in one text, as the platform would write it.
    MergeByItself,
}

impl Choice {
    const fn as_str(&self) -> &'static str {
        match self {
            Self::Resolution(resolution) => resolution.as_str(),
            Self::MergeByItself => MERGED,
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    #[error("there is no such content")]
    NoContent,
    #[error("the content has no such conflict")]
    NoConflict,
    #[error("it is resolved already")]
    Resolved,
    #[error("the edits touch, or what they have in common is not known")]
    NotMergeable,
    #[error("their text is larger than content may be")]
    TooLarge,
    #[error("something is under way")]
    UnderWay(PublicationState),
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error("a row has a name that stands for nothing")]
    Unknown(#[from] UnknownName),
    #[error("the query failed")]
    Query(#[from] QueryError),
}

/// Settles a conflict as a person wants. Ours or a merged text is sent, written for what is on the site now: if that changes again, that is
/// a new conflict. Theirs becomes the content's text, and nothing is sent.
pub async fn resolve(
    tx: &mut Tx,
    now: Timestamp,
    (account, user): (AccountId, UserId),
    (id, conflict): (ContentId, i64),
    choice: Choice,
) -> Result<Ordered, ResolveError> {
    let row = publications::lock_one(tx.conn(), account, id).await?;
    let content = content::lock(tx.conn(), account, id).await?;
    let (Some(row), Some(content)) = (row, content) else { return Err(ResolveError::NoContent) };
    let found = conflicts::find(tx.conn(), account, id, conflict).await?.ok_or(ResolveError::NoConflict)?;
    if found.resolution.is_some() {
        return if is_settled_so(&choice, &found, &content) {
            present(&row)
        } else {
            Err(ResolveError::Resolved)
        };
    }
    let state = present_state(&row)?;
    if state.is_under_way() {
        return Err(ResolveError::UnderWay(state));
    }
    let resolution = match choice {
        Choice::Resolution(resolution) => resolution,
        Choice::MergeByItself => {
            let versions = Versions::of(&found, &content.text);
            let merged = versions.compared(|them| them.merged().map(PostText::from)).await;
            Resolution::Merged(merged.ok_or(ResolveError::NotMergeable)?)
        }
    };
    let text = match &resolution {
        Resolution::KeepOurs => None,
        Resolution::KeepTheirs => Some(&found.theirs.0),
        Resolution::Merged(text) => Some(text),
    };
    if text.is_some_and(|text| text.content_html.len() > content::LARGEST_HTML) {
        return Err(ResolveError::TooLarge);
    }
    settle(tx, now, Case { row, content, conflict: found }, resolution, Some(user), None).await
}

/// It was settled this way before, and nobody has written another text since.
fn is_settled_so(choice: &Choice, found: &Conflict, content: &Content) -> bool {
    let says_so = match choice {
        Choice::Resolution(Resolution::Merged(text)) => with_text(content, text.clone()) == content.text,
        _ => true,
    };
    says_so && found.resolution.as_deref() == Some(choice.as_str())
}

/// What a repeated wish hears: the command under way, or that all is as it is to be.
fn present(row: &Publication) -> Result<Ordered, ResolveError> {
    let state = present_state(row)?;
    Ok(match row.operation_id.filter(|_| state.is_under_way()) {
        Some(operation_id) => Ordered::Queued {
            operation_id: OperationId::from_uuid(operation_id),
            site_id: SiteId::new(row.site_id),
        },
        None => Ordered::Unchanged { state },
    })
}
