//! What a site says of its posts beside their status. The event has the metadata; the text is read from the site.

use std::collections::{BTreeMap, HashMap};

use contracts::content::DeliveryApplied;
use database::Tx;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::apply_publish_report::ApplyError;
use super::apply_wordpress_status::{Outcome, ToRead};
use super::command::present_state;
use super::imports::{look_closer, start};
use super::sync_log::{Entry, WEBHOOK, WP_TO_IGNY8};
use crate::store::imports::{self, Kind};
use crate::store::integrations::{self, Integration, State};
use crate::store::publications::Publication;
use crate::store::{content, publications, sync_events};

/// Something of a post was changed on its site, or may have been.
#[derive(Clone, Debug, PartialEq)]
pub struct PostUpdate {
    pub delivery_id: Uuid,
    pub account_id: i64,
    pub site_id: i64,
    pub post_id: i64,
    /// What the site believes the post to be of.
    pub content_id: Option<i64>,
    pub operation_id: Option<Uuid>,
    /// Hash of its text; empty: the site does not say.
    pub revision: String,
    /// Categories, tags, author …; null: the site does not say.
    pub metadata: Value,
    pub modified_at: Option<Timestamp>,
    /// What was changed, as far as the site says.
    pub changed: Vec<String>,
}

/// A post, by its site and its id there.
pub type PostOfSite = (i64, i64);

/// Applies updates in their order: one statement per kind of row, however many there are. Says of each what became of it.
pub async fn apply_wordpress_updates(
    tx: &mut Tx,
    now: Timestamp,
    updates: Vec<PostUpdate>,
) -> Result<(), ApplyError> {
    let known = contents(tx, &updates).await?;
    let ids: Vec<i64> = known.values().copied().collect();
    let locked = publications::lock(tx.conn(), &ids).await?;
    let mut rows: HashMap<i64, Publication> = locked.into_iter().map(|row| (row.content_id, row)).collect();
    let titles = content::titles(tx.conn(), &ids).await?;
    let titles: HashMap<i64, String> = titles.into_iter().map(|(id, title, _)| (id, title)).collect();

    let (mut answers, mut events, mut to_read) = (Vec::with_capacity(updates.len()), Vec::new(), Vec::new());
    for update in updates {
        let post = (update.site_id, update.post_id);
        let row = known.get(&post).and_then(|id| rows.get_mut(id));
        let row = row.filter(|row| row.account_id == update.account_id && row.site_id == update.site_id);
        let outcome = match row {
            None => {
                to_read.push(post);
                Outcome::UnknownContent
            }
            Some(row) => {
                let outcome = note(row, &update, now);
                if outcome == Outcome::Applied
                    && !present_state(row)?.is_under_way()
                    && says_otherwise(row, &update)
                {
                    to_read.push(post);
                }
                let title = titles.get(&row.content_id).map_or("", String::as_str);
                events.extend(entry(row, &update, outcome, title).map(|it| it.at(now)));
                outcome
            }
        };
        answers.push(answer(&update, outcome, now));
    }
    publications::write(tx.conn(), &rows.into_values().collect::<Vec<_>>(), now).await?;
    if !events.is_empty() {
        sync_events::record(tx, events).await?;
    }
    read_posts(tx, now, ToRead { posts: to_read, known }).await?;
    mailbox::post_all(tx, &answers).await?;
    Ok(())
}

/// Has these posts read: those that are content, and others of sites whose posts were imported.
pub async fn read_posts(
    tx: &mut Tx,
    now: Timestamp,
    ToRead { posts, known }: ToRead,
) -> Result<(), ApplyError> {
    if posts.is_empty() {
        return Ok(());
    }
    let integrations = readable(tx, posts.iter().map(|(site, _)| *site).collect()).await?;
    let ids: Vec<i64> = integrations.values().map(|it| it.id).collect();
    let imported = imports::imported(tx.conn(), &ids).await?;
    let mut by_site: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for post in &posts {
        let Some(integration) = integrations.get(&post.0) else { continue };
        let of_site = by_site.entry(post.0).or_default();
        if (known.contains_key(post) || imported.contains(&integration.id)) && !of_site.contains(&post.1) {
            of_site.push(post.1);
        }
    }
    for (site, posts) in by_site {
        let integration = &integrations[&site];
        look_closer(tx, now, (integration.account_id, site, integration.id), &posts).await?;
    }
    Ok(())
}

/// Events of these sites are missing: what they would have said is looked up.
pub async fn catch_up(tx: &mut Tx, now: Timestamp, sites: Vec<i64>) -> Result<(), ApplyError> {
    for integration in readable(tx, sites).await?.into_values() {
        start(tx, now, &integration, Kind::Changes, super::imports::usual_types(), None).await?;
    }
    Ok(())
}

/// The integrations of these sites through which posts may be read, by site.
async fn readable(tx: &mut Tx, sites: Vec<i64>) -> Result<BTreeMap<i64, Integration>, ApplyError> {
    let found = integrations::of_sites(tx.conn(), &sites).await?;
    let may_be_read = |it: &Integration| it.state() == State::Connected && it.is_active && it.sync_enabled;
    Ok(found.into_iter().filter(may_be_read).map(|it| (it.site_id, it)).collect())
}

/// Which content stands behind which post: the one with this post, else the one the site names, if that has no other post.
async fn contents(tx: &mut Tx, updates: &[PostUpdate]) -> Result<HashMap<PostOfSite, i64>, ApplyError> {
    let sites = updates.iter().map(|it| it.site_id).collect();
    let posts = updates.iter().map(|it| it.post_id.to_string()).collect();
    let found = publications::by_posts(tx.conn(), sites, posts).await?;
    let mut known: HashMap<PostOfSite, i64> = found
        .into_iter()
        .filter_map(|(site, post, content)| Some(((site, post.parse().ok()?), content)))
        .collect();
    let named: Vec<i64> = updates.iter().filter_map(|it| it.content_id).collect();
    let without_post = publications::without_post(tx.conn(), &named).await?;
    for update in updates {
        if let Some(content) = update.content_id.filter(|id| without_post.contains(&(update.site_id, *id))) {
            known.entry((update.site_id, update.post_id)).or_insert(content);
        }
    }
    Ok(known)
}

/// Keeps what the event says, unless something newer is known.
fn note(row: &mut Publication, update: &PostUpdate, now: Timestamp) -> Outcome {
    let known: Option<Timestamp> = row
        .wp_metadata
        .as_ref()
        .and_then(|it| it["modified_gmt"].as_str())
        .and_then(|time| time.parse().ok());
    if known.is_some_and(|known| update.modified_at.is_some_and(|it| it < known)) {
        return Outcome::Stale;
    }
    if let (Value::Object(told), metadata) = (&update.metadata, &mut row.wp_metadata) {
        let mut all = metadata.take().and_then(|it| it.as_object().cloned()).unwrap_or_default();
        all.extend(told.clone());
        *metadata = Some(Value::Object(all));
    }
    row.last_wp_sync = Some(now);
    row.external_id.get_or_insert_with(|| update.post_id.to_string());
    if update.operation_id.is_some() && update.operation_id == row.operation_id {
        return Outcome::Echo;
    }
    Outcome::Applied
}

/// The text is another one than we know, or the site does not say.
fn says_otherwise(row: &Publication, update: &PostUpdate) -> bool {
    update.revision.is_empty() || row.remote_revision.as_deref() != Some(&*update.revision)
}

fn entry(row: &Publication, update: &PostUpdate, outcome: Outcome, title: &str) -> Option<Entry> {
    let (action, description) = match outcome {
        Outcome::Stale => {
            ("metadata_stale", format!("An old word on “{title}” came late and changed nothing"))
        }
        Outcome::Applied => ("metadata_update", format!("“{title}” was changed in WordPress")),
        // What we caused ourselves is in the log already.
        _ => return None,
    };
    let details = json!({
        "delivery_id": update.delivery_id, "outcome": outcome.as_str(), "post_id": update.post_id, "changed": update.changed,
        "revision": update.revision,
    });
    Some(Entry { details, ..Entry::of(row, WEBHOOK, action, WP_TO_IGNY8, description) })
}

fn answer(update: &PostUpdate, outcome: Outcome, now: Timestamp) -> DeliveryApplied {
    let detail = match outcome {
        Outcome::Stale => "Something newer about this post was applied before.".to_owned(),
        Outcome::UnknownContent => {
            format!("Post {} belongs to no content of this site.", update.post_id)
        }
        _ => String::new(),
    };
    DeliveryApplied {
        delivery_id: update.delivery_id.to_string(),
        site_id: update.site_id,
        outcome: outcome.as_str().to_owned(),
        detail,
        applied_at_ms: now.as_millisecond(),
    }
}
