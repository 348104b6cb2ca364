use std::collections::HashMap;

use contracts::content::DeliveryApplied;
use database::Tx;
use domain::content::{ContentStatus, PublicationState};
use domain::text::UnknownName;
use domain::wordpress::{Mapped, Position, is_newer, map};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::apply_publish_report::ApplyError;
use super::sync_log::{Entry, WEBHOOK, WP_TO_IGNY8};
use crate::store::publications::Publication;
use crate::store::{content, publications, sync_events};

/// A post of a site has another status, or is gone.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusChange {
    pub delivery_id: Uuid,
    pub account_id: i64,
    pub site_id: i64,
    pub position: Position,
    pub post_id: i64,
    /// What the site believes the post to be of.
    pub content_id: Option<i64>,
    /// As WordPress says it; `deleted`: gone for good.
    pub post_status: String,
    pub post_url: String,
    pub operation_id: Option<Uuid>,
    pub occurred_at: Timestamp,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Applied,
    /// We caused it ourselves.
    Echo,
    /// Something newer is known.
    Stale,
    UnknownContent,
    UnknownStatus,
}

impl Outcome {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Echo => "echo",
            Self::Stale => "stale",
            Self::UnknownContent => "unknown_content",
            Self::UnknownStatus => "unknown_status",
        }
    }
}

/// Posts to be read, by site and id.
#[derive(Debug, Default)]
pub struct ToRead {
    pub posts: Vec<(i64, i64)>,
    /// The contents behind those of them that are content.
    pub known: HashMap<(i64, i64), i64>,
}

/// Applies changes in their order: one statement per kind of row, however many there are. Says of each what became of it, and returns
/// the posts that are worth a look.
pub async fn apply_wordpress_statuses(
    tx: &mut Tx,
    now: Timestamp,
    changes: Vec<StatusChange>,
) -> Result<ToRead, ApplyError> {
    let mut rows = lock_publications(tx, &changes).await?;
    let ids: Vec<i64> = rows.rows.keys().copied().collect();
    let titles = content::titles(tx.conn(), &ids).await?;
    let titles: HashMap<i64, String> = titles.into_iter().map(|(id, title, _)| (id, title)).collect();

    let mut statuses: HashMap<i64, ContentStatus> = HashMap::new();
    let mut to_read = ToRead::default();
    let (mut events, mut answers) = (Vec::with_capacity(changes.len()), Vec::with_capacity(changes.len()));
    for change in changes {
        let outcome = match rows.of(&change) {
            None => {
                events.push(stranger(&change).at(now));
                if map(&change.post_status) != Mapped::Gone {
                    to_read.posts.push((change.site_id, change.post_id));
                }
                Outcome::UnknownContent
            }
            Some(row) => {
                let (outcome, status) = judge(row, &change, now)?;
                if let Some(status) = status {
                    statuses.insert(row.content_id, status);
                }
                // Who changes the status in the editor may have written something, too.
                if outcome == Outcome::Applied && map(&change.post_status) != Mapped::Gone {
                    to_read.posts.push((change.site_id, change.post_id));
                    to_read.known.insert((change.site_id, change.post_id), row.content_id);
                }
                let title = titles.get(&row.content_id).map_or("", String::as_str);
                events.push(entry(row, &change, outcome, title).at(now));
                outcome
            }
        };
        answers.push(DeliveryApplied {
            delivery_id: change.delivery_id.to_string(),
            site_id: change.site_id,
            outcome: outcome.as_str().to_owned(),
            detail: detail(outcome, &change),
            applied_at_ms: now.as_millisecond(),
        });
    }
    publications::write(tx.conn(), &rows.rows.into_values().collect::<Vec<_>>(), now).await?;
    content::set_statuses(tx.conn(), &statuses.into_iter().collect::<Vec<_>>(), now).await?;
    sync_events::record(tx, events).await?;
    mailbox::post_all(tx, &answers).await?;
    Ok(to_read)
}

/// Moves the publication to what the site says, if that is news; says what becomes of the content's status.
pub fn judge(
    row: &mut Publication,
    change: &StatusChange,
    now: Timestamp,
) -> Result<(Outcome, Option<ContentStatus>), UnknownName> {
    if !is_newer(position(row).as_ref(), &change.position) {
        return Ok((Outcome::Stale, None));
    }
    let mapped = map(&change.post_status);
    row.position_sequence = change.position.site_sequence;
    row.position_modified_at = change.position.modified_at;
    row.position_arrival = Some(change.position.arrival);
    row.wordpress_status = Some(change.post_status.clone());
    row.last_wp_sync = Some(now);
    if mapped == Mapped::Unknown {
        return Ok((Outcome::UnknownStatus, None));
    }
    row.external_id.get_or_insert_with(|| change.post_id.to_string());
    if mapped != Mapped::Gone && !change.post_url.is_empty() {
        row.external_url = Some(change.post_url.clone());
    }

    let state: PublicationState = row.state.parse()?;
    let is_ours = change.operation_id.is_some() && change.operation_id == row.operation_id;
    // Of an attempt that was given up, the site's word is the only one there is.
    let given_up = row.error.is_some() && !state.is_under_way();
    let is_expected = state.is_under_way() || state.is_live() && !given_up || stands_so(state, mapped);
    if is_ours && is_expected {
        return Ok((Outcome::Echo, None));
    }
    let (state, status) = match mapped {
        Mapped::Unknown => return Ok((Outcome::UnknownStatus, None)),
        // An older plugin does not say whose doing it was; the worker's report is on its way.
        Mapped::Status(ContentStatus::Published) if state.is_under_way() => return Ok((Outcome::Echo, None)),
        Mapped::Status(ContentStatus::Published) if state.is_live() => (state, ContentStatus::Published),
        Mapped::Status(ContentStatus::Published) => (PublicationState::Live, ContentStatus::Published),
        Mapped::Status(other) => (PublicationState::Unpublished, other),
        Mapped::Gone => (PublicationState::Gone, ContentStatus::Draft),
    };
    state.as_str().clone_into(&mut row.state);
    row.error = None;
    row.next_attempt_at = None;
    row.status_before_publish = None;
    Ok((Outcome::Applied, Some(status)))
}

/// The publication is where the site says the post is.
fn stands_so(state: PublicationState, mapped: Mapped) -> bool {
    match mapped {
        Mapped::Status(ContentStatus::Published) => state.is_live(),
        Mapped::Status(_) => state == PublicationState::Unpublished,
        Mapped::Gone => state == PublicationState::Gone,
        Mapped::Unknown => false,
    }
}

fn position(row: &Publication) -> Option<Position> {
    Some(Position {
        site_sequence: row.position_sequence,
        modified_at: row.position_modified_at,
        arrival: row.position_arrival?,
    })
}

/// The publications some changes may be about, locked, and which post of which site each is.
struct Locked {
    rows: HashMap<i64, Publication>,
    by_post: HashMap<(i64, String), i64>,
}

async fn lock_publications(tx: &mut Tx, changes: &[StatusChange]) -> Result<Locked, ApplyError> {
    let sites = changes.iter().map(|it| it.site_id).collect();
    let posts = changes.iter().map(|it| it.post_id.to_string()).collect();
    let by_posts = publications::by_posts(tx.conn(), sites, posts).await?;
    let by_post: HashMap<_, _> =
        by_posts.into_iter().map(|(site, post, content)| ((site, post), content)).collect();
    let ids: Vec<i64> =
        changes.iter().filter_map(|it| it.content_id).chain(by_post.values().copied()).collect();
    let rows = publications::lock(tx.conn(), &ids).await?;
    Ok(Locked { rows: rows.into_iter().map(|row| (row.content_id, row)).collect(), by_post })
}

impl Locked {
    /// The site's own content behind the post: the one the site names, unless that has another post, else the one with this post.
    fn of(&mut self, change: &StatusChange) -> Option<&mut Publication> {
        let post = change.post_id.to_string();
        let named =
            change.content_id.filter(|id| self.rows.get(id).is_some_and(|row| is_of(row, change, &post)));
        let id = named.or_else(|| self.by_post.get(&(change.site_id, post.clone())).copied())?;
        self.rows.get_mut(&id).filter(|row| is_of(row, change, &post))
    }
}

fn is_of(row: &Publication, change: &StatusChange, post: &str) -> bool {
    row.account_id == change.account_id
        && row.site_id == change.site_id
        && row.external_id.as_deref().is_none_or(|known| known == post)
}

fn detail(outcome: Outcome, change: &StatusChange) -> String {
    match outcome {
        Outcome::Applied | Outcome::Echo => String::new(),
        Outcome::Stale => "Something newer about this post was applied before.".to_owned(),
        Outcome::UnknownContent => format!("Post {} belongs to no content of this site.", change.post_id),
        Outcome::UnknownStatus => format!("“{}” is no status we know; it was noted.", change.post_status),
    }
}

fn entry(row: &Publication, change: &StatusChange, outcome: Outcome, title: &str) -> Entry {
    let said = &change.post_status;
    let (action, description) = match outcome {
        Outcome::Echo => ("status_echo", format!("WordPress confirmed “{title}” as {said}")),
        Outcome::Stale => {
            ("status_stale", format!("An old word on “{title}” ({said}) came late and changed nothing"))
        }
        Outcome::UnknownStatus => {
            ("status_unknown", format!("“{title}” has the status {said} in WordPress, noted only"))
        }
        _ if said == "deleted" => ("status_update", format!("“{title}” was deleted in WordPress")),
        _ => ("status_update", format!("“{title}” is now {said} in WordPress")),
    };
    Entry { details: details(change, outcome), ..Entry::of(row, WEBHOOK, action, WP_TO_IGNY8, description) }
}

fn stranger(change: &StatusChange) -> Entry {
    Entry {
        account_id: change.account_id,
        site_id: change.site_id,
        integration_id: None,
        content_id: None,
        event_type: WEBHOOK,
        action: "status_unknown_content",
        direction: WP_TO_IGNY8,
        description: format!(
            "Post {} is now {}; it is no content of ours",
            change.post_id, change.post_status
        ),
        error: Some(detail(Outcome::UnknownContent, change)),
        external_id: Some(change.post_id.to_string()),
        details: details(change, Outcome::UnknownContent),
        duration_ms: None,
    }
}

fn details(change: &StatusChange, outcome: Outcome) -> serde_json::Value {
    json!({
        "delivery_id": change.delivery_id, "outcome": outcome.as_str(), "wordpress_status": change.post_status,
        "post_id": change.post_id, "post_url": change.post_url, "occurred_at": change.occurred_at,
        "operation_id": change.operation_id, "content_id_given": change.content_id,
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const OPERATION: Uuid = Uuid::from_u128(1);

    fn row(state: &str) -> Publication {
        Publication {
            state: state.to_owned(),
            external_id: Some("77".to_owned()),
            operation_id: Some(OPERATION),
            ..Publication::none(1, 2, 3)
        }
    }

    fn change(sequence: i64, post_status: &str) -> StatusChange {
        StatusChange {
            delivery_id: Uuid::from_u128(5),
            account_id: 1,
            site_id: 2,
            position: Position { site_sequence: Some(sequence), modified_at: None, arrival: sequence },
            post_id: 77,
            content_id: Some(3),
            post_status: post_status.to_owned(),
            post_url: "https://x.test/?p=77".to_owned(),
            operation_id: None,
            occurred_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn judged(row: &mut Publication, change: &StatusChange) -> (Outcome, Option<ContentStatus>) {
        judge(row, change, Timestamp::UNIX_EPOCH).unwrap()
    }

    #[rstest]
    #[case("live", "publish", "live", Some(ContentStatus::Published))]
    #[case("live_with_warnings", "private", "live_with_warnings", Some(ContentStatus::Published))]
    #[case("live", "draft", "unpublished", Some(ContentStatus::Draft))]
    #[case("live", "trash", "unpublished", Some(ContentStatus::Draft))]
    #[case("live", "pending", "unpublished", Some(ContentStatus::Review))]
    #[case("live", "future", "unpublished", Some(ContentStatus::Review))]
    #[case("live", "deleted", "gone", Some(ContentStatus::Draft))]
    #[case("unpublished", "publish", "live", Some(ContentStatus::Published))]
    #[case("failed", "publish", "live", Some(ContentStatus::Published))]
    #[case("publishing", "draft", "unpublished", Some(ContentStatus::Draft))]
    fn applied(
        #[case] before: &str,
        #[case] said: &str,
        #[case] after: &str,
        #[case] status: Option<ContentStatus>,
    ) {
        let mut row = row(before);
        assert_eq!(judged(&mut row, &change(1, said)), (Outcome::Applied, status));
        assert_eq!((row.state.as_str(), row.wordpress_status.as_deref()), (after, Some(said)));
    }

    #[test]
    fn what_we_caused_is_noted_and_changes_nothing() {
        let mut row = row("publishing");
        row.external_id = None;
        let ours = StatusChange { operation_id: Some(OPERATION), ..change(1, "publish") };
        assert_eq!(judged(&mut row, &ours), (Outcome::Echo, None));
        assert_eq!(row.state, "publishing");
        assert_eq!(row.wordpress_status.as_deref(), Some("publish"));
        assert_eq!(row.external_id.as_deref(), Some("77"));
        assert_eq!(judged(&mut row, &change(2, "publish")), (Outcome::Echo, None), "an older plugin's");
        assert_eq!(row.state, "publishing");
    }

    #[test]
    fn a_late_word_changes_nothing_at_all() {
        let mut row = row("live");
        judged(&mut row, &change(5, "draft"));
        let before = row.clone();
        for sequence in [4, 5] {
            assert_eq!(judged(&mut row, &change(sequence, "publish")), (Outcome::Stale, None));
        }
        assert_eq!(row, before);
    }

    #[test]
    fn a_foreign_status_is_noted_only() {
        let mut row = row("live");
        assert_eq!(judged(&mut row, &change(1, "wc-completed")), (Outcome::UnknownStatus, None));
        assert_eq!((row.state.as_str(), row.wordpress_status.as_deref()), ("live", Some("wc-completed")));
    }

    #[test]
    fn a_foreign_status_names_no_post() {
        let mut row = Publication { external_id: None, ..row("publishing") };
        let ours = StatusChange { operation_id: Some(OPERATION), ..change(1, "wc-completed") };
        assert_eq!(judged(&mut row, &ours), (Outcome::UnknownStatus, None));
        assert_eq!((row.external_id.as_deref(), row.external_url.as_deref()), (None, None));
        assert_eq!(
            (row.state.as_str(), row.wordpress_status.as_deref()),
            ("publishing", Some("wc-completed"))
        );
    }

    #[rstest]
    #[case("queued", Outcome::Echo, "queued")]
    #[case("unconfirmed", Outcome::Echo, "unconfirmed")]
    #[case("live_with_warnings", Outcome::Echo, "live_with_warnings")]
    #[case("failed", Outcome::Applied, "live")]
    #[case("unpublished", Outcome::Applied, "live")]
    fn our_own_operation_is_an_echo_until_it_is_given_up(
        #[case] before: &str,
        #[case] outcome: Outcome,
        #[case] after: &str,
    ) {
        for said in ["publish", "private"] {
            let mut row = row(before);
            let ours = StatusChange { operation_id: Some(OPERATION), ..change(1, said) };
            let status = (outcome == Outcome::Applied).then_some(ContentStatus::Published);
            assert_eq!(judged(&mut row, &ours), (outcome, status));
            assert_eq!(row.state, after);
        }
    }

    #[test]
    fn only_the_sites_own_content_is_meant() {
        let mut locked = Locked {
            rows: HashMap::from([(3, row("live"))]),
            by_post: HashMap::from([((2, "77".to_owned()), 3)]),
        };
        assert!(locked.of(&change(1, "draft")).is_some());
        assert!(locked.of(&StatusChange { content_id: None, ..change(1, "draft") }).is_some(), "by its post");
        assert!(
            locked.of(&StatusChange { content_id: Some(99), ..change(1, "draft") }).is_some(),
            "by its post"
        );
        assert!(
            locked.of(&StatusChange { post_id: 78, ..change(1, "draft") }).is_none(),
            "a copy of the post"
        );
        assert!(locked.of(&StatusChange { site_id: 9, ..change(1, "draft") }).is_none(), "another site");
        assert!(
            locked.of(&StatusChange { account_id: 9, ..change(1, "draft") }).is_none(),
            "another account"
        );
    }
}
