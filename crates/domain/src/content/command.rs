//! What may be done with content on its site, and what that means. The one place that decides.

use super::status::{ContentStatus, PublicationState};
use crate::{
    ids::{ContentId, IntegrationId, SiteId},
    text_enum::text_enum,
};

text_enum! {
    /// What a site can be told to do with a content.
    Command {
        Publish = "publish",
        /// Let the post that is there say what the content says.
        Update = "update",
        /// Make it a draft again.
        Unpublish = "unpublish",
        Trash = "trash",
        /// Bring back what was unpublished or trashed, as it was.
        Restore = "restore",
        /// Delete the post for good.
        Delete = "delete",
    }
}

impl Command {
    /// It carries the article; the others move the post that is there.
    pub const fn has_article(self) -> bool {
        matches!(self, Self::Publish | Self::Update)
    }

    /// The content's status from now on, as its writers see it.
    const fn status(self) -> ContentStatus {
        match self {
            Self::Publish | Self::Update | Self::Restore => ContentStatus::Published,
            Self::Unpublish | Self::Trash | Self::Delete => ContentStatus::Draft,
        }
    }
}

/// What there is to know about the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentFacts {
    pub id: ContentId,
    pub status: ContentStatus,
    pub state: PublicationState,
    /// The post's id on the site, once it has one.
    pub external_id: Option<String>,
    /// The post is in the site's trash.
    pub in_trash: bool,
}

/// What there is to know about the site's connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntegrationFacts {
    pub id: IntegrationId,
    pub site_id: SiteId,
    pub status: IntegrationStatus,
}

text_enum! {
    IntegrationStatus {
        /// A key was made, but the plugin has not called yet.
        Pending = "pending",
        Active = "active",
        /// Switched off by a person.
        Disabled = "disabled",
        /// The site's address changed and has to be proven again.
        Suspended = "suspended",
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Tell the site.
    Send(Order),
    /// Something is under way; do this when it is over.
    Follow,
    /// It is so already.
    Nothing,
}

/// Go ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    pub command: Command,
    pub content_id: ContentId,
    pub site_id: SiteId,
    pub integration_id: IntegrationId,
    /// It approves what was in review.
    pub approves: bool,
    /// What people see from now on.
    pub status: ContentStatus,
    /// Where the status goes back to if the last try fails.
    pub fall_back: ContentStatus,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandRefusal {
    #[error("This content is a draft. Submit it for review first, then publish it.")]
    Draft,
    #[error(
        "This content is being published already ({state}). Wait until that is done; its timeline shows how far it is."
    )]
    InProgress { state: PublicationState },
    #[error(
        "This content is on the site already, as post {external_id}. Use republish to send the latest text."
    )]
    AlreadyPublished { external_id: String },
    #[error("This content has no post on its site. Publish it first.")]
    NotOnSite,
    #[error(
        "The post was deleted on the site for good, and publishing does not bring back what a person deleted. \
         Make new content from this text to publish it again."
    )]
    Gone,
    #[error(
        "No WordPress integration is connected to this content's site. Generate an API key and enter it in the plugin."
    )]
    NoIntegration,
    #[error(
        "The site is not connected yet. Enter the API key and the site id in the plugin's settings and press its test \
         button; or, without the plugin, test the connection by the application password."
    )]
    IntegrationPending,
    #[error(
        "The site's WordPress integration is switched off. Switch it on in the site's settings, then try again."
    )]
    IntegrationDisabled,
    #[error(
        "The site's address changed, so its integration is suspended. Run the connection test in the plugin to prove \
         the new address, then try again."
    )]
    IntegrationSuspended,
}

impl CommandRefusal {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Draft => "content_is_draft",
            Self::InProgress { .. } => "publish_in_progress",
            Self::AlreadyPublished { .. } => "already_published",
            Self::NotOnSite => "not_on_site",
            Self::Gone => "post_gone",
            Self::NoIntegration => "no_integration",
            Self::IntegrationPending => "integration_pending",
            Self::IntegrationDisabled => "integration_disabled",
            Self::IntegrationSuspended => "integration_suspended",
        }
    }
}

/// What the writer can mend himself is refused first, what the site's owner has to mend afterwards.
pub fn decide(
    command: Command,
    content: &ContentFacts,
    integration: Option<&IntegrationFacts>,
) -> Result<Decision, CommandRefusal> {
    if content.state == PublicationState::Gone {
        return if command == Command::Delete { Ok(Decision::Nothing) } else { Err(CommandRefusal::Gone) };
    }
    if content.state.is_under_way() {
        return match command {
            Command::Publish => Err(CommandRefusal::InProgress { state: content.state }),
            _ => Ok(Decision::Follow),
        };
    }
    match (command, content.external_id.as_ref().filter(|id| !id.is_empty())) {
        (Command::Publish, Some(external_id)) => {
            return Err(CommandRefusal::AlreadyPublished { external_id: external_id.clone() });
        }
        (Command::Publish, None) => {}
        (_, None) => return Err(CommandRefusal::NotOnSite),
        (_, Some(_)) if is_so_already(command, content) => return Ok(Decision::Nothing),
        (_, Some(_)) => {}
    }
    if command.has_article() && content.status == ContentStatus::Draft {
        return Err(CommandRefusal::Draft);
    }
    let integration = connected(integration)?;
    Ok(Decision::Send(Order {
        command,
        content_id: content.id,
        site_id: integration.site_id,
        integration_id: integration.id,
        approves: command.has_article() && content.status == ContentStatus::Review,
        status: command.status(),
        fall_back: fall_back(command, content.status),
    }))
}

fn is_so_already(command: Command, content: &ContentFacts) -> bool {
    match command {
        Command::Publish | Command::Update | Command::Delete => false,
        Command::Unpublish => content.state == PublicationState::Unpublished && !content.in_trash,
        Command::Trash => content.in_trash,
        Command::Restore => content.state.is_live(),
    }
}

/// Content that is `published` but was never sent counts as approved: a first-time failure of an older installation is mended so.
fn fall_back(command: Command, status: ContentStatus) -> ContentStatus {
    match (command, status) {
        (Command::Publish, ContentStatus::Published) => ContentStatus::Approved,
        (_, status) => status,
    }
}

fn connected(integration: Option<&IntegrationFacts>) -> Result<&IntegrationFacts, CommandRefusal> {
    let integration = integration.ok_or(CommandRefusal::NoIntegration)?;
    match integration.status {
        IntegrationStatus::Active => Ok(integration),
        IntegrationStatus::Pending => Err(CommandRefusal::IntegrationPending),
        IntegrationStatus::Disabled => Err(CommandRefusal::IntegrationDisabled),
        IntegrationStatus::Suspended => Err(CommandRefusal::IntegrationSuspended),
    }
}

/// How what was ordered, or is to be, is called off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancellation {
    /// Its time has not come.
    Unschedule,
    /// What was to follow does not.
    DropFollowUp,
    /// The worker leaves it be, unless it has begun by then.
    AskWorker,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CancelRefusal {
    #[error("Nothing is scheduled or under way for this content.")]
    NothingToCancel,
    #[error("It is being sent to the site at this moment ({state}). Unpublish it when that is done.")]
    TooLate { state: PublicationState },
}

impl CancelRefusal {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NothingToCancel => "nothing_to_cancel",
            Self::TooLate { .. } => "too_late_to_cancel",
        }
    }
}

/// The latest wish is called off first.
pub fn cancel(
    state: PublicationState,
    scheduled: bool,
    follows: bool,
) -> Result<Cancellation, CancelRefusal> {
    match state {
        _ if scheduled => Ok(Cancellation::Unschedule),
        _ if follows => Ok(Cancellation::DropFollowUp),
        PublicationState::Queued | PublicationState::Retrying | PublicationState::Waiting => {
            Ok(Cancellation::AskWorker)
        }
        PublicationState::Publishing | PublicationState::Unconfirmed => Err(CancelRefusal::TooLate { state }),
        _ => Err(CancelRefusal::NothingToCancel),
    }
}

#[cfg(test)]
mod tests;
