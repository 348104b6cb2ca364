//! What a site's calendar lets go when its time has come.

use std::collections::HashMap;

use database::Tx;
use diesel::result::Error as QueryError;
use domain::content::Command;
use domain::content::command::CommandRefusal;
use domain::publishing::{DueItem, DueKind, Hold, NoSlot, Release, release};
use domain::{AccountId, ContentId, IntegrationId, SiteId, UserId};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::command::{CommandError, Ordered, Wish, carry_out};
use super::sync_log::Entry;
use super::timetable::{taken_at, timetable_of};
use crate::store::calendar::{self, Change};
use crate::store::sync_events::NewSyncEvent;
use crate::store::{content, publications, publishing_settings, sync_events};

/// What takes a change by a person is looked at again after so long, should nobody say that it is made.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(5);

/// How a pass over one site came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Released {
    pub gone: usize,
    pub moved: usize,
    pub held: usize,
    /// They can't go out any more, and left the calendar.
    pub dropped: usize,
}

/// Lets go what is due at the site, at most so many items. Nothing if another replica is at it.
pub async fn release_due(
    tx: &mut Tx,
    now: Timestamp,
    site: SiteId,
    most: i64,
) -> Result<Released, QueryError> {
    let Some(settings) = publishing_settings::lock_if_free(tx.conn(), site).await? else {
        return Ok(Released::default());
    };
    let ids = calendar::due(tx.conn(), site, now, most).await?;
    // Who takes something out of the calendar holds its publication: what is still there now stays.
    publications::lock(tx.conn(), &ids).await?;
    let waiting = calendar::waiting(tx.conn(), &ids).await?;
    let due: Vec<DueItem> = waiting.iter().filter(|it| it.at <= now).filter_map(due_item).collect();
    let Some(timetable) = timetable_of(site.get(), &settings.settings.0) else {
        return Ok(Released::default());
    };
    let Some(oldest) = due.iter().map(|item| item.due_at).min() else { return Ok(Released::default()) };
    let mut taken = taken_at(tx.conn(), site.get(), &timetable, oldest).await?;
    let decided = release(&timetable, &mut taken, &due, settings.last_released_at, now);
    let titles = content::titles(tx.conn(), &ids).await?;
    let mut pass = Pass {
        now,
        waiting: waiting.into_iter().map(|it| (it.content_id, it)).collect(),
        titles: titles.into_iter().map(|(id, title, _)| (id, title)).collect(),
        changes: Vec::new(),
        dropped: Vec::new(),
        events: Vec::new(),
        released: Released::default(),
    };
    pass.go(tx, &decided, &due).await?;
    pass.stay(&decided);
    pass.write(tx, site).await
}

/// The waiting entries of one site, and what becomes of each.
struct Pass {
    now: Timestamp,
    waiting: HashMap<i64, calendar::Entry>,
    titles: HashMap<i64, String>,
    changes: Vec<Change>,
    dropped: Vec<i64>,
    events: Vec<NewSyncEvent>,
    released: Released,
}

impl Pass {
    async fn go(&mut self, tx: &mut Tx, decided: &Release, due: &[DueItem]) -> Result<(), QueryError> {
        let wishes: Vec<Wish> =
            decided.go.iter().filter_map(|id| self.waiting.get(&id.get())).map(wish).collect();
        let outcomes = carry_out(tx, self.now, &wishes).await?;
        let counts_at: HashMap<ContentId, Timestamp> =
            due.iter().map(|item| (item.content_id, item.counts_at(self.now))).collect();
        for (wish, outcome) in wishes.iter().zip(outcomes) {
            let id = wish.content_id.get();
            match outcome {
                Ok(Ordered::Queued { .. }) => {
                    self.released.gone += 1;
                    self.changes.push(Change {
                        content_id: id,
                        at: counts_at.get(&wish.content_id).copied().unwrap_or(self.now),
                        hold: None,
                        look_again_at: None,
                        released_at: Some(self.now),
                    });
                }
                Err(error) if waits_for_the_site(&error) => {
                    self.hold(id, error.code(), self.now + LOOK_AGAIN, Some(&error.to_string()));
                }
                Err(error) => self.drop_out(id, error.code(), &error.to_string()),
                Ok(Ordered::Follows { .. } | Ordered::Unchanged { .. }) => {
                    self.drop_out(id, "unchanged", "There is nothing left to publish.");
                }
            }
        }
        Ok(())
    }

    fn stay(&mut self, decided: &Release) {
        for moved in &decided.moved {
            self.released.moved += 1;
            let id = moved.content_id.get();
            self.changes.push(Change {
                content_id: id,
                at: moved.slot.at,
                hold: None,
                look_again_at: None,
                released_at: None,
            });
            let details = json!({ "at": moved.slot.at });
            let local = moved.slot.local.strftime("%Y-%m-%d %H:%M");
            self.tell(id, "content_rescheduled", details, None, |title| {
                format!("“{title}” missed its slot and goes out at {local} (the site's time)")
            });
        }
        for held in &decided.held {
            let (until, why) = match held.why {
                // It is over in minutes, and nobody has to do anything about it.
                Hold::Gap { until } => (until, None),
                Hold::Paused => (self.now + LOOK_AGAIN, Some(NoSlot::Paused.to_string())),
                Hold::NoSlot(no_slot) => (self.now + LOOK_AGAIN, Some(no_slot.to_string())),
            };
            self.hold(held.content_id.get(), held.why.code(), until, why.as_deref());
        }
    }

    /// `why` is told to people, once.
    fn hold(&mut self, id: i64, code: &str, until: Timestamp, why: Option<&str>) {
        self.released.held += 1;
        let Some(entry) = self.waiting.get(&id) else { return };
        let is_news = entry.hold.as_deref() != Some(code);
        self.changes.push(Change {
            content_id: id,
            at: entry.at,
            hold: Some(code.to_owned()),
            look_again_at: Some(until),
            released_at: None,
        });
        if let Some(why) = why.filter(|_| is_news) {
            let details = json!({ "code": code });
            self.tell(id, "content_held", details, Some(why), |title| format!("“{title}” is held: {why}"));
        }
    }

    fn drop_out(&mut self, id: i64, code: &str, why: &str) {
        self.released.dropped += 1;
        self.dropped.push(id);
        let details = json!({ "code": code });
        self.tell(id, "content_unscheduled", details, Some(why), |title| {
            format!("“{title}” left the calendar: {why}")
        });
    }

    fn tell(
        &mut self,
        id: i64,
        action: &'static str,
        details: serde_json::Value,
        error: Option<&str>,
        describe: impl FnOnce(&str) -> String,
    ) {
        let (Some(planned), Some(title)) = (self.waiting.get(&id), self.titles.get(&id)) else { return };
        let whose = (planned.account_id, planned.site_id, id);
        let entry = Entry {
            details,
            error: error.map(str::to_owned),
            ..Entry::of_content(whose, action, describe(title))
        };
        self.events.push(entry.at(self.now));
    }

    async fn write(self, tx: &mut Tx, site: SiteId) -> Result<Released, QueryError> {
        calendar::remove(tx.conn(), &self.dropped).await?;
        calendar::change(tx.conn(), &self.changes).await?;
        if self.released.gone > 0 {
            publishing_settings::released(tx.conn(), site, self.now).await?;
        }
        sync_events::record(tx, self.events).await?;
        Ok(self.released)
    }
}

fn due_item(entry: &calendar::Entry) -> Option<DueItem> {
    let kind: DueKind = entry.kind.parse().ok()?;
    Some(DueItem { content_id: ContentId::new(entry.content_id), due_at: entry.at, kind })
}

fn wish(entry: &calendar::Entry) -> Wish {
    Wish {
        account_id: AccountId::new(entry.account_id),
        user_id: entry.user_id.map(UserId::new),
        content_id: ContentId::new(entry.content_id),
        integration_id: entry.integration_id.map(IntegrationId::new),
        command: Command::Publish,
    }
}

/// The site's owner can mend it, and then it may go out after all.
fn waits_for_the_site(error: &CommandError) -> bool {
    matches!(
        error,
        CommandError::Refused(
            CommandRefusal::NoIntegration
                | CommandRefusal::IntegrationPending
                | CommandRefusal::IntegrationDisabled
                | CommandRefusal::IntegrationSuspended
        )
    )
}
