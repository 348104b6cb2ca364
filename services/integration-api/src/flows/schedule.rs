//! Content gets its time in the site's calendar: an exact one, or the next free slot.

use std::collections::HashMap;

use database::Tx;
use diesel::result::Error as QueryError;
use domain::content::command::Decision;
use domain::content::{Command, ContentStatus};
use domain::publishing::{DueKind, NoSlot, Taken, Timetable, next_free_slot};
use domain::text::UnknownName;
use domain::{AccountId, ContentId, IntegrationId, UserId};
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::command::{CommandError, Desk, Wish};
use super::review;
use super::sync_log::Entry;
use crate::store::calendar::{self, NewEntry};
use crate::store::content::Content;
use crate::store::publishing_settings::{PublishingSettings, Settings};
use crate::store::sync_events::NewSyncEvent;
use crate::store::{content, publishing_settings, sync_events};

/// What wakes the scheduler.
pub const WAKE: &str = "calendar";

/// Whoever plans further ahead has mistyped the year.
const LATEST: SignedDuration = SignedDuration::from_hours(24 * 366 * 2);
/// A clock that is a little ahead of ours is not in the past.
const LENIENCE: SignedDuration = SignedDuration::from_mins(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    At(Timestamp),
    /// By the clocks at the site. A time they skip is the first after the skip, of one they show twice it is the first.
    Local(DateTime),
    NextFree,
}

/// What has its time now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    pub at: Timestamp,
    pub local: DateTime,
    pub zone: String,
    pub kind: DueKind,
    pub outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Scheduled,
    /// It had another time.
    Moved,
    /// It has this time already.
    Unchanged,
}

#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error(transparent)]
    NoSlot(#[from] NoSlot),
    #[error("in the past")]
    Past,
    #[error("more than two years ahead")]
    TooFar,
    #[error("the site's settings can't be read")]
    Settings,
    #[error("a row has a name that stands for nothing")]
    Unknown(#[from] UnknownName),
}

/// Gives each of these contents of the account its time, with as many statements as for one. What is in review is approved by it. The ids differ.
pub async fn schedule(
    tx: &mut Tx,
    now: Timestamp,
    (account, user): (AccountId, Option<UserId>),
    integration: Option<IntegrationId>,
    wishes: &[(ContentId, When)],
) -> Result<Vec<Result<Planned, ScheduleError>>, QueryError> {
    let mut planner = Planner::lay_out(tx, now, (account, user), integration, wishes).await?;
    let outcomes = wishes.iter().map(|(id, when)| planner.plan(*id, *when)).collect();
    planner.write(tx).await?;
    Ok(outcomes)
}

struct Planner {
    now: Timestamp,
    account: AccountId,
    user: Option<UserId>,
    integration: Option<IntegrationId>,
    desk: Desk,
    sites: HashMap<i64, SiteCalendar>,
    waiting: HashMap<i64, calendar::Entry>,
    entries: Vec<NewEntry>,
    approved: Vec<(i64, ContentStatus)>,
    events: Vec<NewSyncEvent>,
}

/// A site's timetable and what it has planned. Without one, its settings can't be read.
struct SiteCalendar {
    timetable: Option<Timetable>,
    taken: Option<Taken>,
    /// Once there is no free slot, there is none for the next one either.
    shortage: Option<NoSlot>,
}

impl Planner {
    async fn lay_out(
        tx: &mut Tx,
        now: Timestamp,
        (account, user): (AccountId, Option<UserId>),
        integration: Option<IntegrationId>,
        wishes: &[(ContentId, When)],
    ) -> Result<Self, QueryError> {
        let ids: Vec<i64> = wishes.iter().map(|(id, _)| id.get()).collect();
        let sites = content::sites_of(tx.conn(), account, &ids).await?;
        // Before anything else is locked: the calendar lets things go in this order, too.
        let settings = publishing_settings::lock(tx.conn(), account, &sites, now).await?;
        let publishing: Vec<Wish> = wishes
            .iter()
            .map(|(content_id, _)| Wish {
                account_id: account,
                user_id: user,
                content_id: *content_id,
                integration_id: integration,
                command: Command::Publish,
            })
            .collect();
        let desk = Desk::lay_out(tx, now, &publishing).await?;
        let waiting = calendar::waiting(tx.conn(), &ids).await?;
        Ok(Self {
            now,
            account,
            user,
            integration,
            desk,
            sites: calendars(tx, now, &settings).await?,
            waiting: waiting.into_iter().map(|it| (it.content_id, it)).collect(),
            entries: Vec::new(),
            approved: Vec::new(),
            events: Vec::new(),
        })
    }

    fn plan(&mut self, id: ContentId, when: When) -> Result<Planned, ScheduleError> {
        let wish = Wish {
            account_id: self.account,
            user_id: self.user,
            content_id: id,
            integration_id: self.integration,
            command: Command::Publish,
        };
        let (content, decision, _) = self.desk.decide(&wish)?;
        let content = content.clone();
        let site = self.sites.get_mut(&content.site_id).ok_or(CommandError::NoContent)?;
        let timetable = site.timetable.clone().ok_or(ScheduleError::Settings)?;
        let before = self.waiting.get(&content.id);
        let (at, kind) = match when {
            When::At(at) => (in_time(at, self.now)?, DueKind::Exact),
            When::Local(local) => {
                let at = timetable.instant(local).ok_or(ScheduleError::TooFar)?;
                (in_time(at, self.now)?, DueKind::Exact)
            }
            When::NextFree => (site.next_free(&timetable, before, self.now)?, DueKind::Slot),
        };
        let is_it = |it: &calendar::Entry| it.at == at && it.kind == kind.as_str();
        let outcome = match before {
            Some(before) if is_it(before) => Outcome::Unchanged,
            Some(_) => Outcome::Moved,
            None => Outcome::Scheduled,
        };
        let planned =
            Planned { at, local: timetable.local(at), zone: timetable.zone_name().to_owned(), kind, outcome };
        if outcome != Outcome::Unchanged {
            let approves = matches!(decision, Decision::Send(order) if order.approves);
            self.enter(&content, &planned, approves);
        }
        Ok(planned)
    }

    fn enter(&mut self, content: &Content, planned: &Planned, approves: bool) {
        if let Some(taken) = self.sites.get_mut(&content.site_id).and_then(|site| site.taken.as_mut()) {
            if let Some(before) = self.waiting.get(&content.id) {
                taken.remove(before.at);
            }
            taken.add(planned.at);
        }
        if approves {
            self.approved.push((content.id, ContentStatus::Approved));
        }
        self.entries.push(NewEntry {
            account_id: content.account_id,
            site_id: content.site_id,
            content_id: content.id,
            at: planned.at,
            kind: planned.kind.as_str(),
            asked_at: self.now,
            user_id: self.user.map(UserId::get),
            integration_id: self.integration.map(IntegrationId::get),
            released_at: None,
        });
        let when = planned.local.strftime("%Y-%m-%d %H:%M");
        let description = format!("Planned “{}” for {when} ({})", content.text.title, planned.zone);
        let entry = Entry {
            details: json!({
                "at": planned.at, "kind": planned.kind.as_str(), "user_id": self.user, "approved": approves,
            }),
            ..review::entry(content, "content_scheduled", description)
        };
        self.events.push(entry.at(self.now));
    }

    async fn write(self, tx: &mut Tx) -> Result<(), QueryError> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let ids: Vec<i64> = self.entries.iter().map(|it| it.content_id).collect();
        // All old places are free before the first new one is taken: one may move to where another was.
        calendar::remove(tx.conn(), &ids).await?;
        calendar::insert(tx.conn(), self.entries).await?;
        content::keep_back(tx.conn(), &ids, false).await?;
        content::set_statuses(tx.conn(), &self.approved, self.now).await?;
        sync_events::record(tx, self.events).await?;
        tx.wake_after_commit(WAKE);
        Ok(())
    }
}

impl SiteCalendar {
    fn next_free(
        &mut self,
        timetable: &Timetable,
        before: Option<&calendar::Entry>,
        now: Timestamp,
    ) -> Result<Timestamp, ScheduleError> {
        if let Some(shortage) = self.shortage {
            return Err(shortage.into());
        }
        let taken = self.taken.as_mut().ok_or(ScheduleError::Settings)?;
        // Its own place is free for it.
        let own = before.is_some_and(|it| taken.remove(it.at));
        let found = next_free_slot(timetable, taken, now);
        if let (true, Some(before)) = (own, before) {
            taken.add(before.at);
        }
        match found {
            Ok(slot) => Ok(slot.at),
            Err(shortage) => {
                self.shortage = before.is_none().then_some(shortage);
                Err(shortage.into())
            }
        }
    }
}

async fn calendars(
    tx: &mut Tx,
    now: Timestamp,
    settings: &HashMap<i64, PublishingSettings>,
) -> Result<HashMap<i64, SiteCalendar>, QueryError> {
    let timetables: HashMap<i64, Option<Timetable>> =
        settings.iter().map(|(site, it)| (*site, timetable(*site, &it.settings.0))).collect();
    let since = timetables.values().flatten().map(|it| Taken::matters_since(it, now)).min().unwrap_or(now);
    let sites: Vec<i64> = timetables.keys().copied().collect();
    let mut instants: HashMap<i64, Vec<Timestamp>> = HashMap::new();
    for (site, at) in calendar::instants(tx.conn(), &sites, since).await? {
        instants.entry(site).or_default().push(at);
    }
    let with_taken = |(site, timetable): (i64, Option<Timetable>)| {
        let taken = timetable.as_ref().map(|it| Taken::of(it, instants.remove(&site).unwrap_or_default()));
        (site, SiteCalendar { timetable, taken, shortage: None })
    };
    Ok(timetables.into_iter().map(with_taken).collect())
}

/// Settings are checked before they are written; what can't be read all the same holds up its own site only.
pub(super) fn timetable(site: i64, settings: &Settings) -> Option<Timetable> {
    let checked = settings.check();
    checked.map_err(|faults| tracing::error!(site.id = site, ?faults, "unreadable publishing settings")).ok()
}

fn in_time(at: Timestamp, now: Timestamp) -> Result<Timestamp, ScheduleError> {
    let ahead = at.duration_since(now);
    if ahead < -LENIENCE {
        Err(ScheduleError::Past)
    } else if ahead > LATEST {
        Err(ScheduleError::TooFar)
    } else {
        Ok(at)
    }
}
