use jiff::{SignedDuration, Timestamp};

use super::{
    obstacle,
    slots::{NoSlot, Slot, next_free_slot},
    taken::Taken,
    timetable::Timetable,
};
use crate::{ids::ContentId, text_enum::text_enum};

/// So much later than its time an item is still on time: a scheduler that restarts or is busy is back within this, and no
/// reader notices. What is later has been held up, by an outage or a pause, and is let go with care.
pub const ON_TIME: SignedDuration = SignedDuration::from_mins(2);

/// Something whose time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueItem {
    pub content_id: ContentId,
    pub due_at: Timestamp,
    pub kind: DueKind,
}

text_enum! {
    /// How an item came to its time.
    DueKind {
        /// A person chose the time.
        Exact = "exact",
        /// It has a free slot.
        Slot = "slot",
        /// A person asked for it at that moment.
        Now = "now",
    }
}

impl DueItem {
    /// The moment it counts for if it goes now.
    pub fn counts_at(&self, now: Timestamp) -> Timestamp {
        if is_on_time(self, now) { self.due_at } else { now }
    }
}

/// What to do about the due items of one site; each of them is in one of the three lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Release {
    /// Let these go now, in this order.
    pub go: Vec<ContentId>,
    /// Give these another slot.
    pub moved: Vec<Moved>,
    /// Leave these as they are.
    pub held: Vec<Held>,
}

/// An item whose slot has passed and may not be made up for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    pub content_id: ContentId,
    pub slot: Slot,
}

/// An item that stays due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub content_id: ContentId,
    pub why: Hold,
}

impl Hold {
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Paused => "publishing_paused",
            Self::Gap { .. } => "min_gap",
            Self::NoSlot(no_slot) => no_slot.code(),
        }
    }
}

/// What an item waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Until a person resumes publishing.
    Paused,
    /// Until then; one item goes first.
    Gap { until: Timestamp },
    /// Until the settings or the calendar change: it may not go now, and there is no slot to move it to.
    NoSlot(NoSlot),
}

impl Release {
    /// When one of those that wait may go; none if none does, or if it takes a change by a person.
    pub fn waits_until(&self) -> Option<Timestamp> {
        let untils = self.held.iter().filter_map(|held| match held.why {
            Hold::Gap { until } => Some(until),
            Hold::Paused | Hold::NoSlot(_) => None,
        });
        untils.min()
    }
}

/// Decides about all due items of a site, whatever their order; `taken` has them too, and is left as it is once the decision has
/// been carried out.
///
/// - A pause holds everything, exact times and *now* included: a person who stops a site means all of it.
/// - What a person gave a time, and is on time, goes.
/// - Of the rest one goes in each gap, the oldest first, so that the end of an outage is no burst.
/// - What has a slot goes only if it might have this moment as one: limits, days, blackouts, windows. Its own place
///   counts for it. Else it gets the next free slot, and the times promised to later items are kept.
/// - What goes on time counts where it was planned, what goes late where it went.
pub fn release(
    timetable: &Timetable,
    taken: &mut Taken,
    due: &[DueItem],
    last_released_at: Option<Timestamp>,
    now: Timestamp,
) -> Release {
    let mut release = Release::default();
    let mut due: Vec<DueItem> = due.iter().copied().filter(|item| item.due_at <= now).collect();
    due.sort_by_key(|item| item.due_at);
    if timetable.is_paused {
        release.held = due.iter().map(|item| held(item, Hold::Paused)).collect();
        return release;
    }
    let (punctual, rest): (Vec<_>, Vec<_>) =
        due.into_iter().partition(|item| item.kind != DueKind::Slot && is_on_time(item, now));
    for item in &punctual {
        taken.remove(item.due_at);
        taken.add(item.due_at);
        release.go.push(item.content_id);
    }
    let mut gap_ends_at = gap_end(timetable, if punctual.is_empty() { last_released_at } else { Some(now) });
    for item in &rest {
        let moment = item.counts_at(now);
        let own_place = taken.remove(item.due_at).then_some(item.due_at);
        let may_go = item.kind != DueKind::Slot || obstacle::at_moment(timetable, taken, moment).is_none();
        let place = if !may_go {
            move_on(&mut release, timetable, taken, item, now).or(own_place)
        } else if let Some(until) = gap_ends_at.filter(|end| *end > now) {
            release.held.push(held(item, Hold::Gap { until }));
            own_place
        } else {
            release.go.push(item.content_id);
            gap_ends_at = gap_end(timetable, Some(now));
            Some(moment)
        };
        if let Some(at) = place {
            taken.add(at);
        }
    }
    release
}

fn is_on_time(item: &DueItem, now: Timestamp) -> bool {
    now.duration_since(item.due_at) <= ON_TIME
}

fn gap_end(timetable: &Timetable, last_released_at: Option<Timestamp>) -> Option<Timestamp> {
    Some(last_released_at?.checked_add(timetable.min_gap).unwrap_or(Timestamp::MAX))
}

/// The next free slot for an item that has lost its place, if there is one.
fn move_on(
    release: &mut Release,
    timetable: &Timetable,
    taken: &Taken,
    item: &DueItem,
    now: Timestamp,
) -> Option<Timestamp> {
    match next_free_slot(timetable, taken, now) {
        Ok(slot) => {
            release.moved.push(Moved { content_id: item.content_id, slot });
            Some(slot.at)
        }
        Err(no_slot) => {
            release.held.push(held(item, Hold::NoSlot(no_slot)));
            None
        }
    }
}

const fn held(item: &DueItem, why: Hold) -> Held {
    Held { content_id: item.content_id, why }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::publishing::{DateRange, Period, PublishingSettings, Weekdays};

    fn at(time: &str) -> Timestamp {
        let text = if time.contains('T') { format!("{time}:00Z") } else { format!("2026-11-26T{time}:00Z") };
        text.parse().unwrap()
    }

    fn item(id: i64, due: &str, kind: DueKind) -> DueItem {
        DueItem { content_id: ContentId::new(id), due_at: at(due), kind }
    }

    /// In UTC, where the slots are at 09:00, 10:36, 12:12, 13:48 and 15:24.
    fn decide(settings: &PublishingSettings, due: &[DueItem], last: Option<&str>, now: &str) -> String {
        let timetable = settings.check().unwrap();
        let mut taken = Taken::of(&timetable, due.iter().map(|item| item.due_at));
        let release = release(&timetable, &mut taken, due, last.map(at), at(now));
        let lines = [
            release.go.iter().map(|id| format!("{id} goes")).collect::<Vec<_>>(),
            release
                .moved
                .iter()
                .map(|moved| format!("{} to {}", moved.content_id, moved.slot.local.strftime("%d %H:%M")))
                .collect(),
            release.held.iter().map(|held| format!("{} {}", held.content_id, why(held.why))).collect(),
        ];
        lines.concat().join(", ")
    }

    fn why(hold: Hold) -> String {
        match hold {
            Hold::Paused => "paused".to_owned(),
            Hold::Gap { until } => format!("waits until {}", until.strftime("%H:%M")),
            Hold::NoSlot(no_slot) => no_slot.code().to_owned(),
        }
    }

    fn default() -> PublishingSettings {
        PublishingSettings::default()
    }

    use DueKind::{Exact, Now, Slot as InSlot};

    #[test]
    fn what_a_person_timed_goes_on_time_whatever_the_gap_the_limits_and_the_hour() {
        let due = [item(1, "03:00", Exact), item(2, "03:01", Exact), item(3, "03:02", Now)];
        let closed = PublishingSettings { daily_limit: Some(0), publish_days: Weekdays::NONE, ..default() };
        assert_eq!(decide(&closed, &due, Some("02:59"), "03:02"), "1 goes, 2 goes, 3 goes");
    }

    #[test]
    fn what_is_late_goes_one_by_one_and_the_oldest_first() {
        let due = [
            item(2, "10:36", InSlot),
            item(3, "10:40", Exact),
            item(1, "09:00", InSlot),
            item(4, "11:00", Now),
        ];
        assert_eq!(
            decide(&default(), &due, None, "11:05"),
            "1 goes, 2 waits until 11:15, 3 waits until 11:15, 4 waits until 11:15"
        );
        assert_eq!(
            decide(&default(), &due[..2], Some("11:00"), "11:05"),
            "2 waits until 11:10, 3 waits until 11:10"
        );
    }

    #[test]
    fn what_is_on_time_makes_the_late_ones_wait() {
        let due = [item(1, "09:00", InSlot), item(2, "11:05", Exact)];
        assert_eq!(decide(&default(), &due, None, "11:05"), "2 goes, 1 waits until 11:15");
    }

    #[test]
    fn a_slot_missed_until_the_window_closed_is_another_one() {
        let due = [item(1, "13:48", InSlot), item(2, "15:24", InSlot)];
        assert_eq!(decide(&default(), &due, None, "18:00"), "1 to 27 09:00, 2 to 27 10:36");
    }

    #[test]
    fn a_slot_in_the_last_minute_of_a_window_may_be_a_little_late() {
        let minute = crate::publishing::TimeWindow {
            start: crate::publishing::TimeOfDay::from_minutes(23 * 60 + 59).unwrap(),
            end: crate::publishing::TimeOfDay::END,
        };
        let settings =
            PublishingSettings { publish_time_slots: vec![minute], daily_limit: Some(1), ..default() };
        let timetable = settings.check().unwrap();
        let due = [item(1, "23:59", InSlot)];
        let mut taken = Taken::of(&timetable, [at("23:59")]);
        let release = release(&timetable, &mut taken, &due, None, at("2026-11-27T00:01"));
        assert_eq!(release.go, [ContentId::new(1)]);
        assert_eq!(taken.count(Period::Day, date(2026, 11, 26)), 1, "it is of the day it was planned for");
    }

    #[test]
    fn new_limits_and_blackouts_hold_for_slots_given_before() {
        let due = [item(1, "09:00", InSlot)];
        let blackout =
            PublishingSettings { blackout_dates: vec![DateRange::single(date(2026, 11, 26))], ..default() };
        assert_eq!(decide(&blackout, &due, None, "09:00"), "1 to 27 09:00");
        let none = PublishingSettings { monthly_limit: Some(0), ..default() };
        assert_eq!(decide(&none, &due, None, "09:00"), "1 limit_is_zero");
        let two = [item(1, "09:00", InSlot), item(2, "10:36", InSlot)];
        let one = PublishingSettings { daily_limit: Some(1), ..default() };
        assert_eq!(decide(&one, &two, None, "10:36"), "2 goes, 1 to 27 09:00");
    }

    #[test]
    fn late_ones_do_not_push_away_what_is_planned_for_today() {
        let settings = PublishingSettings { daily_limit: Some(2), ..default() };
        let timetable = settings.check().unwrap();
        // The 25th is late, today has both its items before it, and so has tomorrow.
        let planned = ["2026-11-26T09:00", "2026-11-26T13:00", "2026-11-27T09:00", "2026-11-27T13:00"];
        let mut taken = Taken::of(&timetable, planned.into_iter().chain(["2026-11-25T13:00"]).map(at));
        let late = [item(1, "2026-11-25T13:00", InSlot)];
        let release = release(&timetable, &mut taken, &late, None, at("08:00"));
        assert_eq!(release.moved[0].slot.at, at("2026-11-28T09:00"));
        assert_eq!(taken.count(Period::Day, date(2026, 11, 25)), 0);
        assert_eq!(taken.count(Period::Day, date(2026, 11, 28)), 1);
    }

    #[test]
    fn what_finds_no_slot_keeps_its_place() {
        let timetable = PublishingSettings { publish_days: Weekdays::NONE, ..default() }.check().unwrap();
        let mut taken = Taken::of(&timetable, [at("09:00")]);
        let release = release(&timetable, &mut taken, &[item(1, "09:00", InSlot)], None, at("09:00"));
        assert_eq!(release.held[0].why, Hold::NoSlot(NoSlot::NoDay));
        assert_eq!(release.waits_until(), None);
        assert!(taken.contains(at("09:00")));
    }

    #[test]
    fn a_pause_holds_everything() {
        let due = [item(1, "09:00", InSlot), item(2, "09:00", Exact), item(3, "09:00", Now)];
        let paused = PublishingSettings { paused: true, ..default() };
        assert_eq!(decide(&paused, &due, None, "09:00"), "1 paused, 2 paused, 3 paused");
    }

    #[test]
    fn nothing_goes_before_its_time() {
        assert_eq!(decide(&default(), &[item(1, "09:01", Exact)], None, "09:00"), "");
    }
}
