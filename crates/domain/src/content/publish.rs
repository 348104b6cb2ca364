//! May this content go out? The one place that decides.

use super::status::{ContentStatus, PublicationState};
use crate::{
    ids::{ContentId, IntegrationId, SiteId},
    text_enum::text_enum,
};

/// What there is to know about the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentFacts {
    pub id: ContentId,
    pub status: ContentStatus,
    pub state: PublicationState,
    /// The post's id on the site, once it has one.
    pub external_id: Option<String>,
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

/// Go ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishOrder {
    pub content_id: ContentId,
    pub site_id: SiteId,
    pub integration_id: IntegrationId,
    /// Publishing approves what was in review.
    pub approves: bool,
    /// Where the status goes back to if the last try fails.
    pub fall_back: ContentStatus,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishRefusal {
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
        "The plugin on the site has not connected yet. Enter the API key and the site id in the plugin's settings \
         and press its test button."
    )]
    IntegrationPending,
    #[error(
        "The site's WordPress integration is switched off. Switch it on in the site's settings, then publish again."
    )]
    IntegrationDisabled,
    #[error(
        "The site's address changed, so its integration is suspended. Run the connection test in the plugin to prove \
         the new address, then publish again."
    )]
    IntegrationSuspended,
}

impl PublishRefusal {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Draft => "content_is_draft",
            Self::InProgress { .. } => "publish_in_progress",
            Self::AlreadyPublished { .. } => "already_published",
            Self::Gone => "post_gone",
            Self::NoIntegration => "no_integration",
            Self::IntegrationPending => "integration_pending",
            Self::IntegrationDisabled => "integration_disabled",
            Self::IntegrationSuspended => "integration_suspended",
        }
    }
}

/// Content that is `published` but was never sent goes out as well: a first-time failure of an older installation is mended so.
pub fn decide(
    content: &ContentFacts,
    integration: Option<&IntegrationFacts>,
) -> Result<PublishOrder, PublishRefusal> {
    let fall_back = fall_back(content)?;
    let integration = connected(integration)?;
    Ok(PublishOrder {
        content_id: content.id,
        site_id: integration.site_id,
        integration_id: integration.id,
        approves: content.status == ContentStatus::Review,
        fall_back,
    })
}

fn fall_back(content: &ContentFacts) -> Result<ContentStatus, PublishRefusal> {
    if content.state == PublicationState::Gone {
        return Err(PublishRefusal::Gone);
    }
    if content.state.is_under_way() {
        return Err(PublishRefusal::InProgress { state: content.state });
    }
    if let Some(external_id) = content.external_id.as_ref().filter(|id| !id.is_empty()) {
        return Err(PublishRefusal::AlreadyPublished { external_id: external_id.clone() });
    }
    match content.status {
        ContentStatus::Draft => Err(PublishRefusal::Draft),
        ContentStatus::Review => Ok(ContentStatus::Review),
        ContentStatus::Approved | ContentStatus::Published => Ok(ContentStatus::Approved),
    }
}

fn connected(integration: Option<&IntegrationFacts>) -> Result<&IntegrationFacts, PublishRefusal> {
    let integration = integration.ok_or(PublishRefusal::NoIntegration)?;
    match integration.status {
        IntegrationStatus::Active => Ok(integration),
        IntegrationStatus::Pending => Err(PublishRefusal::IntegrationPending),
        IntegrationStatus::Disabled => Err(PublishRefusal::IntegrationDisabled),
        IntegrationStatus::Suspended => Err(PublishRefusal::IntegrationSuspended),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn content(status: ContentStatus, state: PublicationState) -> ContentFacts {
        ContentFacts { id: ContentId::new(123), status, state, external_id: None }
    }

    fn integration(status: IntegrationStatus) -> IntegrationFacts {
        IntegrationFacts { id: IntegrationId::new(5), site_id: SiteId::new(1), status }
    }

    #[rstest]
    #[case(ContentStatus::Review, true, ContentStatus::Review)]
    #[case(ContentStatus::Approved, false, ContentStatus::Approved)]
    #[case(ContentStatus::Published, false, ContentStatus::Approved)]
    fn goes_out(
        #[case] status: ContentStatus,
        #[case] approves: bool,
        #[case] fall_back: ContentStatus,
        #[values(PublicationState::None, PublicationState::Failed)] state: PublicationState,
    ) {
        let order = decide(&content(status, state), Some(&integration(IntegrationStatus::Active))).unwrap();
        assert_eq!(
            order,
            PublishOrder {
                content_id: ContentId::new(123),
                site_id: SiteId::new(1),
                integration_id: IntegrationId::new(5),
                approves,
                fall_back,
            }
        );
    }

    #[test]
    fn every_combination_has_one_answer() {
        for &status in ContentStatus::ALL {
            for &state in PublicationState::ALL {
                for external_id in [None, Some(String::new()), Some("77".to_owned())] {
                    let facts = ContentFacts { external_id: external_id.clone(), ..content(status, state) };
                    let expected = if state == PublicationState::Gone {
                        Err("post_gone")
                    } else if state.is_under_way() {
                        Err("publish_in_progress")
                    } else if external_id.as_deref() == Some("77") {
                        Err("already_published")
                    } else if status == ContentStatus::Draft {
                        Err("content_is_draft")
                    } else {
                        Ok(())
                    };
                    let found = decide(&facts, Some(&integration(IntegrationStatus::Active)));
                    assert_eq!(
                        found.map(drop).map_err(|no| no.code()),
                        expected,
                        "{status} {state} {external_id:?}"
                    );
                }
            }
        }
    }

    #[rstest]
    #[case(None, "no_integration")]
    #[case(Some(IntegrationStatus::Pending), "integration_pending")]
    #[case(Some(IntegrationStatus::Disabled), "integration_disabled")]
    #[case(Some(IntegrationStatus::Suspended), "integration_suspended")]
    fn needs_a_connected_site(#[case] status: Option<IntegrationStatus>, #[case] code: &str) {
        let integration = status.map(integration);
        let approved = content(ContentStatus::Approved, PublicationState::None);
        assert_eq!(decide(&approved, integration.as_ref()).unwrap_err().code(), code);
        // What the writer can mend himself comes first.
        let draft = content(ContentStatus::Draft, PublicationState::None);
        assert_eq!(decide(&draft, integration.as_ref()), Err(PublishRefusal::Draft));
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        let refusal = PublishRefusal::AlreadyPublished { external_id: "77".to_owned() };
        assert_eq!(
            refusal.to_string(),
            "This content is on the site already, as post 77. Use republish to send the latest text."
        );
    }
}
