use contracts::publishing::PublishContent;
use database::Tx;
use diesel::result::Error as QueryError;
use domain::content::publish::{ContentFacts, IntegrationFacts, IntegrationStatus, PublishRefusal, decide};
use domain::content::{ContentStatus, PublicationState, Revision};
use domain::text::UnknownName;
use domain::{AccountId, ContentId, IntegrationId, OperationId, SiteId, UserId};
use jiff::Timestamp;
use serde_json::json;

use super::article::{article, to_wire};
use super::sync_log::{Entry, IGNY8_TO_WP, PUBLISH};
use crate::store::integrations::{self, Integration};
use crate::store::json::Json;
use crate::store::publications::Publication;
use crate::store::{content, content_terms, publications, sync_events};

/// Who wants what published, and through which integration if the site's is not meant.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    pub account_id: AccountId,
    pub user_id: UserId,
    pub content_id: ContentId,
    pub integration_id: Option<IntegrationId>,
}

/// What a worker is going to do.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    pub operation_id: OperationId,
    pub content_id: ContentId,
    pub state: PublicationState,
}

#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("there is no such content")]
    NoContent,
    #[error("there is no such integration of the content's site")]
    NoSuchIntegration,
    #[error(transparent)]
    Refused(#[from] PublishRefusal),
    #[error("a row has a name that stands for nothing")]
    Unknown(#[from] UnknownName),
    #[error("the query failed")]
    Query(#[from] QueryError),
}

/// Orders the content onto its site. The status becomes `published` at once; how it really stands is the publication's state.
pub async fn publish(tx: &mut Tx, now: Timestamp, wish: Wish) -> Result<Job, PublishError> {
    let publication = publications::lock_one(tx.conn(), wish.content_id).await?;
    let content = content::lock(tx.conn(), wish.account_id, wish.content_id).await?;
    let (Some(publication), Some(content)) = (publication, content) else {
        return Err(PublishError::NoContent);
    };
    let integration = find_integration(tx, &wish, SiteId::new(content.site_id)).await?;

    let order = decide(&facts(&publication, &content)?, integration_facts(integration.as_ref()).as_ref())?;
    let terms = content_terms::of(tx.conn(), wish.account_id, wish.content_id).await?;
    let title = content.text.title.clone();
    let article = article(content.text, &terms)?;
    let revision = Revision::of(&article);
    let operation_id = OperationId::generate();

    content::set_statuses(tx.conn(), &[(content.id, ContentStatus::Published)], now).await?;
    let queued = Publication {
        state: PublicationState::Queued.as_str().to_owned(),
        status_before_publish: Some(order.fall_back.as_str().to_owned()),
        integration_id: Some(order.integration_id.get()),
        operation_id: Some(operation_id.as_uuid()),
        job_id: None,
        sequence: 0,
        attempt: 0,
        next_attempt_at: None,
        error: None,
        warnings: Json(Vec::new()),
        revision: Some(revision.to_string()),
        ..publication
    };
    publications::write(tx.conn(), std::slice::from_ref(&queued), now).await?;
    let entry = Entry {
        details: json!({ "operation_id": operation_id, "revision": revision.as_str(), "user_id": wish.user_id, "approved": order.approves }),
        ..Entry::of(
            &queued,
            PUBLISH,
            "publish_queued",
            IGNY8_TO_WP,
            format!("Queued “{title}” for WordPress"),
        )
    };
    sync_events::record(tx, vec![entry.at(now)]).await?;
    let message = PublishContent {
        operation_id: operation_id.to_string(),
        account_id: wish.account_id.get(),
        site_id: order.site_id.get(),
        integration_id: order.integration_id.get(),
        content_id: wish.content_id.get(),
        revision: revision.to_string(),
        article: Some(to_wire(article)),
        ordered_at_ms: now.as_millisecond(),
    };
    mailbox::post(tx, &message).await?;
    Ok(Job { operation_id, content_id: wish.content_id, state: PublicationState::Queued })
}

async fn find_integration(
    tx: &mut Tx,
    wish: &Wish,
    site: SiteId,
) -> Result<Option<Integration>, PublishError> {
    let Some(id) = wish.integration_id else {
        return Ok(integrations::of_site(tx.conn(), wish.account_id, site).await?);
    };
    let found = integrations::find(tx.conn(), wish.account_id, id).await?;
    match found.filter(|it| it.site_id == site.get()) {
        Some(integration) => Ok(Some(integration)),
        None => Err(PublishError::NoSuchIntegration),
    }
}

fn facts(publication: &Publication, content: &content::Content) -> Result<ContentFacts, UnknownName> {
    Ok(ContentFacts {
        id: ContentId::new(content.id),
        status: content.status.parse()?,
        state: publication.state.parse()?,
        external_id: publication.external_id.clone(),
    })
}

/// `None` where there is no key either, so that nothing could be connected.
fn integration_facts(integration: Option<&Integration>) -> Option<IntegrationFacts> {
    let integration = integration?;
    let status = match integration.state() {
        _ if !integration.is_active => IntegrationStatus::Disabled,
        integrations::State::Pending => IntegrationStatus::Pending,
        integrations::State::Connected => IntegrationStatus::Active,
        integrations::State::Suspended => IntegrationStatus::Suspended,
        _ => return None,
    };
    Some(IntegrationFacts {
        id: IntegrationId::new(integration.id),
        site_id: SiteId::new(integration.site_id),
        status,
    })
}
