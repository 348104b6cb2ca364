use database::Tx;
use diesel::QueryResult;
use domain::{AccountId, IntegrationId, UserId};
use jiff::Timestamp;
use uuid::Uuid;

use super::log::entry;
use super::{OVERLAP, question};
use crate::store::content_types::{self, ContentType};
use crate::store::imports::{self, Import, Kind, NewImport, TypeProgress, WHOLE_PAGE};
use crate::store::integrations::{self, Integration, SyncStatus};
use crate::store::json::Json;
use crate::store::sync_events;

/// Read where the site has not told yet which types it has.
const USUAL_TYPES: [&str; 2] = ["post", "page"];

/// The types to be read: those named, else those that somebody chose to be synchronised.
fn types_to_read(known: &[ContentType], named: Option<Vec<String>>) -> Vec<String> {
    named.unwrap_or_else(|| {
        if known.is_empty() {
            USUAL_TYPES.map(str::to_owned).to_vec()
        } else {
            content_types::enabled_post_types(known)
        }
    })
}

/// How many posts of a type are asked for at once.
fn page_limit(known: &[ContentType], post_type: &str) -> i32 {
    let chosen = known.iter().find(|it| it.kind == content_types::POST_TYPE && it.slug == post_type);
    chosen.map_or(WHOLE_PAGE, |it| it.fetch_limit.clamp(1, WHOLE_PAGE))
}

/// Begins a run through these types, or those that are chosen; the one that is under way, if there is one. `None`: no type is chosen.
pub async fn start(
    tx: &mut Tx,
    now: Timestamp,
    integration: &Integration,
    kind: Kind,
    post_types: Option<Vec<String>>,
    user: Option<UserId>,
) -> QueryResult<Option<Import>> {
    let known = content_types::of(tx.conn(), IntegrationId::new(integration.id)).await?;
    let post_types = types_to_read(&known, post_types);
    if post_types.is_empty() {
        integrations::note_sync(tx.conn(), integration.id, (SyncStatus::Idle, ""), now).await?;
        return Ok(None);
    }
    let cursors = match kind {
        Kind::Import | Kind::Compare => Vec::new(),
        Kind::Changes => imports::cursors(tx.conn(), integration.id).await?,
    };
    let since = integration.connected_at.unwrap_or(now) - OVERLAP;
    let cursor = |post_type: &str| match kind {
        Kind::Import | Kind::Compare => String::new(),
        Kind::Changes => cursors
            .iter()
            .find(|(read, _)| read == post_type)
            .map_or_else(|| since.to_string(), |(_, cursor)| cursor.clone()),
    };
    let types: Vec<TypeProgress> = post_types
        .into_iter()
        .map(|post_type| TypeProgress {
            cursor: cursor(&post_type),
            limit: page_limit(&known, &post_type),
            ranges: Vec::new(),
            post_type,
            read: 0,
            total: 0,
            done: false,
        })
        .collect();
    let read_id = Uuid::now_v7();
    let new = NewImport {
        id: Uuid::now_v7(),
        account_id: integration.account_id,
        site_id: integration.site_id,
        integration_id: integration.id,
        kind: kind.as_str(),
        post_types: Json(types),
        read_id,
        user_id: user.map(UserId::get),
        started_at: now,
        changed_at: now,
    };
    let owner = (AccountId::new(integration.account_id), IntegrationId::new(integration.id));
    let Some(import) = imports::create(tx.conn(), new).await? else {
        // It was there a moment ago; if it has ended since, the caller's next try begins a new one.
        return imports::lock_running(tx.conn(), owner).await?.map(Some).ok_or(diesel::NotFound);
    };
    mailbox::post(tx, &question(&import, read_id, now)).await?;
    integrations::note_sync(tx.conn(), import.integration_id, (SyncStatus::Syncing, ""), now).await?;
    if kind == Kind::Compare {
        integrations::note_comparison(tx.conn(), import.integration_id, now).await?;
    }
    if kind == Kind::Import {
        let entry = entry(&import, "import_started", "The import of the site's posts began".to_owned());
        sync_events::record(tx, vec![entry.at(now)]).await?;
    }
    Ok(Some(import))
}
