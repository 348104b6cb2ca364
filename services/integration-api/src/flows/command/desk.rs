use std::collections::{HashMap, HashSet};

use contracts::publishing::{MovePost, PublishContent, UpdateContent};
use database::Tx;
use diesel::result::Error as QueryError;
use domain::content::command::{ContentFacts, Decision, IntegrationFacts, IntegrationStatus, Order, decide};
use domain::content::{Command, ContentStatus, PublicationState, Revision};
use domain::text::UnknownName;
use domain::wordpress::term_key;
use domain::{ContentId, IntegrationId, OperationId, SiteId};
use jiff::Timestamp;
use serde_json::json;

use super::{CommandError, Ordered, Wish, present_state};
use crate::flows::article::{article, terms_of, to_wire};
use crate::flows::known_terms::KnownTerms;
use crate::flows::sync_log::{Entry, IGNY8_TO_WP, PUBLISH};
use crate::store::content::Content;
use crate::store::content_terms::Terms;
use crate::store::integrations::{self, Integration};
use crate::store::json::Json;
use crate::store::publications::Publication;
use crate::store::publishing_settings::{Posts, PublishingSettings};
use crate::store::sync_events::NewSyncEvent;
use crate::store::{content, content_terms, publications, publishing_settings, site_terms, sync_events};

/// Everything there is to know about the contents that are meant, locked, and what becomes of it.
pub struct Desk {
    now: Timestamp,
    publications: HashMap<i64, Publication>,
    contents: HashMap<i64, Content>,
    terms: HashMap<i64, Terms>,
    integrations: HashMap<i64, Integration>,
    settings: HashMap<i64, PublishingSettings>,
    /// By integration.
    known_terms: HashMap<i64, KnownTerms>,
    changed: HashSet<i64>,
    statuses: HashMap<i64, ContentStatus>,
    events: Vec<NewSyncEvent>,
    publish: Vec<PublishContent>,
    update: Vec<UpdateContent>,
    moves: Vec<MovePost>,
}

impl Desk {
    pub async fn lay_out(tx: &mut Tx, now: Timestamp, wishes: &[Wish]) -> Result<Self, QueryError> {
        let ids: Vec<i64> = wishes.iter().map(|wish| wish.content_id.get()).collect();
        let mut accounts: Vec<i64> = wishes.iter().map(|wish| wish.account_id.get()).collect();
        accounts.dedup();
        let rows = publications::lock_of(tx.conn(), &accounts, &ids).await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.content_id).collect();
        let contents = content::lock_all(tx.conn(), &ids).await?;
        let articles = wishes.iter().any(|wish| wish.command.has_article());
        let terms = if articles { content_terms::of_all(tx.conn(), &ids).await? } else { HashMap::new() };
        let sites: Vec<i64> = contents.iter().map(|content| content.site_id).collect();
        let integrations = integrations::of_sites(tx.conn(), &sites).await?;
        let settings =
            if articles { publishing_settings::of_sites(tx.conn(), &sites).await? } else { HashMap::new() };
        let known_terms =
            if articles { known_terms(tx, &integrations, &contents, &terms).await? } else { HashMap::new() };
        Ok(Self {
            now,
            publications: rows.into_iter().map(|row| (row.content_id, row)).collect(),
            contents: contents.into_iter().map(|content| (content.id, content)).collect(),
            terms,
            integrations: integrations.into_iter().map(|it| (it.site_id, it)).collect(),
            settings,
            known_terms,
            changed: HashSet::new(),
            statuses: HashMap::new(),
            events: Vec::new(),
            publish: Vec::new(),
            update: Vec::new(),
            moves: Vec::new(),
        })
    }

    /// The content and what is to be done about it; its publication's state at present.
    pub fn decide(&self, wish: &Wish) -> Result<(&Content, Decision, PublicationState), CommandError> {
        let id = wish.content_id.get();
        let (Some(row), Some(content)) = (self.publications.get(&id), self.contents.get(&id)) else {
            return Err(CommandError::NoContent);
        };
        if content.account_id != wish.account_id.get() {
            return Err(CommandError::NoContent);
        }
        let integration = self.integrations.get(&content.site_id);
        if wish.integration_id.is_some_and(|id| integration.is_none_or(|it| it.id != id.get())) {
            return Err(CommandError::NoSuchIntegration);
        }
        let facts = facts(row, content)?;
        let decision = decide(wish.command, &facts, integration.and_then(integration_facts).as_ref())?;
        Ok((content, decision, facts.state))
    }

    /// Does what is to be done about a wish, here on the desk.
    pub fn take(&mut self, wish: &Wish) -> Result<Ordered, CommandError> {
        let (_, decision, state) = self.decide(wish)?;
        match decision {
            Decision::Nothing => Ok(Ordered::Unchanged { state }),
            Decision::Follow => {
                self.follow(wish);
                Ok(Ordered::Follows { state })
            }
            Decision::Send(order) => {
                let operation_id = OperationId::generate();
                self.send(wish, order, operation_id)?;
                Ok(Ordered::Queued { operation_id, site_id: order.site_id })
            }
        }
    }

    fn follow(&mut self, wish: &Wish) {
        let id = wish.content_id.get();
        let (Some(row), Some(content)) = (self.publications.get_mut(&id), self.contents.get(&id)) else {
            return;
        };
        row.follow_up = Some(wish.command.as_str().to_owned());
        let description = format!("When “{}” has been dealt with: {}", content.text.title, wish.command);
        let entry = Entry {
            details: json!({ "command": wish.command.as_str(), "user_id": wish.user_id }),
            ..Entry::of(row, PUBLISH, "command_follows", IGNY8_TO_WP, description)
        };
        self.events.push(entry.at(self.now));
        self.changed.insert(id);
    }

    fn send(&mut self, wish: &Wish, order: Order, operation_id: OperationId) -> Result<(), CommandError> {
        let id = wish.content_id.get();
        let (Some(row), Some(content)) = (self.publications.get_mut(&id), self.contents.get_mut(&id)) else {
            return Err(CommandError::NoContent);
        };
        let title = content.text.title.clone();
        let written = if wish.command.has_article() {
            let terms = self.terms.get(&id).cloned().unwrap_or_default();
            let posts = self.settings.get(&content.site_id).map(|it| &it.settings.0.posts);
            let (no_posts, nothing_known) = (Posts::default(), KnownTerms::default());
            let known = self.known_terms.get(&order.integration_id.get()).unwrap_or(&nothing_known);
            let article = article(content.text.clone(), &terms, posts.unwrap_or(&no_posts), known)?;
            let revision = Revision::of(&article).to_string();
            row.revision = Some(revision.clone());
            Some((revision, to_wire(article)))
        } else {
            None
        };
        queue(row, &order, operation_id);
        order.status.as_str().clone_into(&mut content.status);
        self.statuses.insert(id, order.status);
        self.changed.insert(id);
        let entry = Entry {
            details: json!({
                "operation_id": operation_id, "revision": row.revision, "user_id": wish.user_id, "approved": order.approves,
                "command": order.command.as_str(),
            }),
            ..Entry::of(row, PUBLISH, action(order.command), IGNY8_TO_WP, described(order.command, &title))
        };
        self.events.push(entry.at(self.now));
        let external_id = row.external_id.clone().unwrap_or_default();
        let expected_revision = row.remote_revision.clone().unwrap_or_default();
        let adopt = row.is_foreign;
        self.post(&order, operation_id, wish, written, (external_id, expected_revision, adopt));
        Ok(())
    }

    fn post(
        &mut self,
        order: &Order,
        operation_id: OperationId,
        wish: &Wish,
        written: Option<(String, contracts::publishing::Article)>,
        (external_id, expected_revision, adopt): (String, String, bool),
    ) {
        let (operation_id, ordered_at_ms) = (operation_id.to_string(), self.now.as_millisecond());
        let (account_id, site_id) = (wish.account_id.get(), order.site_id.get());
        let (integration_id, content_id) = (order.integration_id.get(), order.content_id.get());
        match (order.command, written) {
            (Command::Publish, Some((revision, article))) => self.publish.push(PublishContent {
                operation_id,
                account_id,
                site_id,
                integration_id,
                content_id,
                revision,
                article: Some(article),
                ordered_at_ms,
            }),
            (_, Some((revision, article))) => self.update.push(UpdateContent {
                operation_id,
                account_id,
                site_id,
                integration_id,
                content_id,
                revision,
                article: Some(article),
                ordered_at_ms,
                external_id,
                expected_revision,
                adopt,
            }),
            (command, None) => self.moves.push(MovePost {
                operation_id,
                account_id,
                site_id,
                integration_id,
                content_id,
                external_id,
                r#move: command.as_str().to_owned(),
                ordered_at_ms,
                adopt,
            }),
        }
    }

    /// Writes down and posts what was taken.
    pub async fn write(self, tx: &mut Tx) -> Result<(), QueryError> {
        let Self { now, publications: rows, changed, statuses, events, publish, update, moves, .. } = self;
        let rows: Vec<Publication> =
            rows.into_values().filter(|row| changed.contains(&row.content_id)).collect();
        publications::write(tx.conn(), &rows, now).await?;
        content::set_statuses(tx.conn(), &statuses.into_iter().collect::<Vec<_>>(), now).await?;
        sync_events::record(tx, events).await?;
        if !publish.is_empty() {
            mailbox::post_all(tx, &publish).await?;
        }
        if !update.is_empty() {
            mailbox::post_all(tx, &update).await?;
        }
        if !moves.is_empty() {
            mailbox::post_all(tx, &moves).await?;
        }
        Ok(())
    }
}

/// What the sites told of the terms that the contents name.
async fn known_terms(
    tx: &mut Tx,
    integrations: &[Integration],
    contents: &[Content],
    terms: &HashMap<i64, Terms>,
) -> Result<HashMap<i64, KnownTerms>, QueryError> {
    let none = Terms::default();
    let mut keys: Vec<String> = contents
        .iter()
        .map(|content| terms_of(&content.text, terms.get(&content.id).unwrap_or(&none)))
        .flat_map(|terms| terms.categories.into_iter().chain(terms.tags))
        .map(|name| term_key(&name))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let integrations: Vec<i64> = integrations.iter().map(|it| it.id).collect();
    Ok(KnownTerms::of_all(site_terms::meant(tx.conn(), &integrations, &keys).await?))
}

/// The publication as it stands once the command is on its way.
fn queue(row: &mut Publication, order: &Order, operation_id: OperationId) {
    row.state_before = Some(std::mem::replace(&mut row.state, PublicationState::Queued.as_str().to_owned()));
    row.status_before_publish = Some(order.fall_back.as_str().to_owned());
    row.command = Some(order.command.as_str().to_owned());
    row.integration_id = Some(order.integration_id.get());
    row.operation_id = Some(operation_id.as_uuid());
    row.job_id = None;
    row.sequence = 0;
    row.attempt = 0;
    row.next_attempt_at = None;
    row.error = None;
    if order.command == Command::Publish {
        row.warnings = Json(Vec::new());
    }
}

const fn action(command: Command) -> &'static str {
    match command {
        Command::Publish => "publish_queued",
        Command::Update => "update_queued",
        Command::Unpublish => "unpublish_queued",
        Command::Trash => "trash_queued",
        Command::Restore => "restore_queued",
        Command::Delete => "delete_queued",
    }
}

fn described(command: Command, title: &str) -> String {
    match command {
        Command::Publish => format!("Queued “{title}” for WordPress"),
        Command::Update => format!("Queued the latest text of “{title}” for WordPress"),
        Command::Unpublish => format!("Queued to make “{title}” a draft in WordPress"),
        Command::Trash => format!("Queued to put “{title}” into WordPress' trash"),
        Command::Restore => format!("Queued to bring “{title}” back in WordPress"),
        Command::Delete => format!("Queued to delete “{title}” in WordPress for good"),
    }
}

fn facts(publication: &Publication, content: &Content) -> Result<ContentFacts, UnknownName> {
    Ok(ContentFacts {
        id: ContentId::new(content.id),
        status: content.status.parse()?,
        state: present_state(publication)?,
        external_id: publication.external_id.clone(),
        in_trash: publication.wordpress_status.as_deref() == Some("trash"),
    })
}

/// `None` where there is no key either, so that nothing could be connected.
fn integration_facts(integration: &Integration) -> Option<IntegrationFacts> {
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
