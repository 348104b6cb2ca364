//! Content gets its time in the site's calendar: an exact one, or the next free slot.

use std::collections::HashMap;

use database::Tx;
use diesel::result::Error as QueryError;
use domain::content::command::Decision;
use domain::content::{Command, ContentStatus};
use domain::publishing::{DueKind, NoSlot, Taken, Timetable, next_free_slot};
use domain::{AccountId, ContentId, IntegrationId, UserId};
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::command::{CommandError, Desk, Wish};
use super::review;
use super::sync_log::Entry;
use super::timetable::timetable_of;
use crate::store::calendar::{self, NewEntry};
use crate::store::content::Content;
use crate::store::publishing_settings::PublishingSettings;
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
}

/// Gives each of these contents of the account its time, with as many statements as for one. What is in review is approved by it. The ids differ.
pub async fn schedule(
    tx: &mut Tx,
    now: Timestamp,
    (account, user): (AccountId, Option<UserId>),
    integration: Option<IntegrationId>,
    contents: &[(ContentId, When)],
) -> Result<Vec<Result<Planned, ScheduleError>>, QueryError> {
    let wish = |(content_id, _): &(ContentId, When)| Wish {
        account_id: account,
        user_id: user,
        content_id: *content_id,
        integration_id: integration,
        command: Command::Publish,
    };
    let wishes: Vec<Wish> = contents.iter().map(wish).collect();
    let mut planner = Planner::lay_out(tx, now, account, &wishes).await?;
    let outcomes = wishes.iter().zip(contents).map(|(wish, (_, when))| planner.plan(wish, *when)).collect();
    planner.write(tx).await?;
    Ok(outcomes)
}

struct Planner {
    now: Timestamp,
    desk: Desk,
    /// Of the sites whose settings can be read.
    sites: HashMap<i64, SiteCalendar>,
    waiting: HashMap<i64, calendar::Entry>,
    entries: Vec<NewEntry>,
    approved: Vec<(i64, ContentStatus)>,
    events: Vec<NewSyncEvent>,
}

struct SiteCalendar {
    timetable: Timetable,
    taken: Taken,
    /// Once there is no free slot, there is none for the next one either.
    shortage: Option<NoSlot>,
}

impl Planner {
    async fn lay_out(
        tx: &mut Tx,
        now: Timestamp,
        account: AccountId,
        wishes: &[Wish],
    ) -> Result<Self, QueryError> {
        let ids: Vec<i64> = wishes.iter().map(|wish| wish.content_id.get()).collect();
        let sites = content::sites_of(tx.conn(), account, &ids).await?;
        // Before anything else is locked: the calendar lets things go in this order, too.
        let settings = publishing_settings::lock(tx.conn(), account, &sites, now).await?;
        let desk = Desk::lay_out(tx, now, wishes).await?;
        let waiting = calendar::waiting(tx.conn(), &ids).await?;
        Ok(Self {
            now,
            desk,
            sites: calendars(tx, now, &settings).await?,
            waiting: waiting.into_iter().map(|it| (it.content_id, it)).collect(),
            entries: Vec::new(),
            approved: Vec::new(),
            events: Vec::new(),
        })
    }

    fn plan(&mut self, wish: &Wish, when: When) -> Result<Planned, ScheduleError> {
        let (content, decision, _) = self.desk.decide(wish)?;
        let site = self.sites.get_mut(&content.site_id).ok_or(ScheduleError::Settings)?;
        let before = self.waiting.get(&content.id);
        let (at, kind) = site.time(when, before, self.now)?;
        let outcome = match before {
            Some(before) if before.at == at && before.kind == kind.as_str() => Outcome::Unchanged,
            Some(_) => Outcome::Moved,
            None => Outcome::Scheduled,
        };
        let (local, zone) = (site.timetable.local(at), site.timetable.zone_name().to_owned());
        let planned = Planned { at, local, zone, kind, outcome };
        if outcome == Outcome::Unchanged {
            return Ok(planned);
        }
        if let Some(before) = before {
            site.taken.remove(before.at);
        }
        site.taken.add(at);
        let approves = matches!(decision, Decision::Send(order) if order.approves);
        if approves {
            self.approved.push((content.id, ContentStatus::Approved));
        }
        self.events.push(told(content, &planned, wish, approves).at(self.now));
        self.entries.push(NewEntry {
            account_id: content.account_id,
            site_id: content.site_id,
            content_id: content.id,
            at,
            kind: kind.as_str(),
            asked_at: self.now,
            user_id: wish.user_id.map(UserId::get),
            integration_id: wish.integration_id.map(IntegrationId::get),
            released_at: None,
        });
        Ok(planned)
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

fn told(content: &Content, planned: &Planned, wish: &Wish, approves: bool) -> Entry {
    let when = planned.local.strftime("%Y-%m-%d %H:%M");
    let description = format!("Planned “{}” for {when} ({})", content.text.title, planned.zone);
    Entry {
        details: json!({
            "at": planned.at, "kind": planned.kind.as_str(), "user_id": wish.user_id, "approved": approves,
        }),
        ..review::entry(content, "content_scheduled", description)
    }
}

impl SiteCalendar {
    fn time(
        &mut self,
        when: When,
        before: Option<&calendar::Entry>,
        now: Timestamp,
    ) -> Result<(Timestamp, DueKind), ScheduleError> {
        match when {
            When::At(at) => Ok((in_time(at, now)?, DueKind::Exact)),
            When::Local(local) => {
                let at = self.timetable.instant(local).ok_or(ScheduleError::TooFar)?;
                Ok((in_time(at, now)?, DueKind::Exact))
            }
            When::NextFree => Ok((self.next_free(before, now)?, DueKind::Slot)),
        }
    }

    fn next_free(&mut self, before: Option<&calendar::Entry>, now: Timestamp) -> Result<Timestamp, NoSlot> {
        if let Some(shortage) = self.shortage {
            return Err(shortage);
        }
        // Its own place is free for it.
        let own = before.map(|it| it.at).filter(|at| self.taken.remove(*at));
        let found = next_free_slot(&self.timetable, &self.taken, now);
        if let Some(at) = own {
            self.taken.add(at);
        } else {
            self.shortage = found.err();
        }
        Ok(found?.at)
    }
}

async fn calendars(
    tx: &mut Tx,
    now: Timestamp,
    settings: &HashMap<i64, PublishingSettings>,
) -> Result<HashMap<i64, SiteCalendar>, QueryError> {
    let timetables: HashMap<i64, Timetable> = settings
        .iter()
        .filter_map(|(site, it)| Some((*site, timetable_of(*site, &it.settings.0)?)))
        .collect();
    let since = timetables.values().map(|it| Taken::matters_since(it, now)).min().unwrap_or(now);
    let sites: Vec<i64> = timetables.keys().copied().collect();
    let mut instants: HashMap<i64, Vec<Timestamp>> = HashMap::new();
    for (site, at) in calendar::instants(tx.conn(), &sites, since).await? {
        instants.entry(site).or_default().push(at);
    }
    let with_taken = |(site, timetable): (i64, Timetable)| {
        let taken = Taken::of(&timetable, instants.remove(&site).unwrap_or_default());
        (site, SiteCalendar { timetable, taken, shortage: None })
    };
    Ok(timetables.into_iter().map(with_taken).collect())
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
