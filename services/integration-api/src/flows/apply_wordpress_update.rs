//! What a site says of its posts beside their status. The event has the metadata; the text is read from the site.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use contracts::content::DeliveryApplied;
use contracts::reading::ReadPosts;
use database::Tx;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::apply_publish_report::ApplyError;
use super::apply_wordpress_status::{Outcome, ToRead};
use super::command::present_state;
use super::imports::{by_name, start};
use super::known_posts::{KnownPosts, PostOfSite, Spoken};
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

impl PostUpdate {
    pub const fn spoken(&self) -> Spoken {
        let (account_id, site_id) = (self.account_id, self.site_id);
        Spoken { account_id, site_id, post_id: self.post_id, content_id: self.content_id }
    }
}

/// Applies updates in their order: one statement per kind of row, however many there are. Says of each what became of it.
pub async fn apply_wordpress_updates(
    tx: &mut Tx,
    now: Timestamp,
    updates: Vec<PostUpdate>,
) -> Result<(), ApplyError> {
    let spoken: Vec<Spoken> = updates.iter().map(PostUpdate::spoken).collect();
    let mut known = KnownPosts::lock(tx, &spoken).await?;
    let titles = content::titles(tx.conn(), &known.ids()).await?;
    let titles: HashMap<i64, String> = titles.into_iter().map(|(id, title, _)| (id, title)).collect();

    let (mut answers, mut events) = (Vec::with_capacity(updates.len()), Vec::new());
    let mut to_read = ToRead::default();
    for update in updates {
        let post = (update.site_id, update.post_id);
        let outcome = match known.of(&update.spoken()) {
            None => {
                to_read.strangers.push(post);
                Outcome::UnknownContent
            }
            Some(row) => {
                let outcome = note(row, &update, now);
                if outcome == Outcome::Applied
                    && !present_state(row)?.is_under_way()
                    && says_otherwise(row, &update)
                {
                    to_read.content.push(post);
                }
                let title = titles.get(&row.content_id).map_or("", String::as_str);
                events.extend(entry(row, &update, outcome, title).map(|it| it.at(now)));
                outcome
            }
        };
        answers.push(answer(&update, outcome, now));
    }
    publications::write(tx.conn(), &known.into_rows(), now).await?;
    if !events.is_empty() {
        sync_events::record(tx, events).await?;
    }
    read_posts(tx, now, to_read).await?;
    mailbox::post_all(tx, &answers).await?;
    Ok(())
}

/// Has posts read.
pub async fn read_posts(tx: &mut Tx, now: Timestamp, to_read: ToRead) -> Result<(), ApplyError> {
    let ToRead { mut content, strangers } = to_read;
    if content.is_empty() && strangers.is_empty() {
        return Ok(());
    }
    let sites = content.iter().chain(&strangers).map(|(site, _)| *site).collect();
    let integrations = readable(tx, sites).await?;
    if !strangers.is_empty() {
        let ids: Vec<i64> = integrations.values().map(|it| it.id).collect();
        let imported = imports::imported(tx.conn(), &ids).await?;
        let is_wanted =
            |(site, _): &PostOfSite| integrations.get(site).is_some_and(|it| imported.contains(&it.id));
        content.extend(strangers.into_iter().filter(is_wanted));
    }
    let mut by_site: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for (site, post) in content {
        by_site.entry(site).or_default().insert(post);
    }
    let questions: Vec<ReadPosts> = by_site
        .into_iter()
        .filter_map(|(site, posts)| Some((integrations.get(&site)?, posts)))
        .flat_map(|(it, posts)| {
            let posts: Vec<i64> = posts.into_iter().collect();
            by_name((it.account_id, it.site_id, it.id), &posts, now)
        })
        .collect();
    if !questions.is_empty() {
        mailbox::post_all(tx, &questions).await?;
    }
    Ok(())
}

/// Events of these sites are missing: what they would have said is looked up.
pub async fn catch_up(tx: &mut Tx, now: Timestamp, sites: Vec<i64>) -> Result<(), ApplyError> {
    for integration in readable(tx, sites).await?.into_values() {
        start(tx, now, &integration, Kind::Changes, None, None).await?;
    }
    Ok(())
}

/// The integrations of these sites through which posts may be read, by site.
async fn readable(tx: &mut Tx, sites: Vec<i64>) -> Result<BTreeMap<i64, Integration>, ApplyError> {
    let found = integrations::of_sites(tx.conn(), &sites).await?;
    let may_be_read = |it: &Integration| it.state() == State::Connected && it.is_active && it.sync_enabled;
    Ok(found.into_iter().filter(may_be_read).map(|it| (it.site_id, it)).collect())
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
