use std::collections::BTreeMap;

use super::*;
use crate::ids::ContentId;

/// A scheduler that is away now and then, and what it did.
struct Site<'a> {
    settings: &'a PublishingSettings,
    timetable: Timetable,
    taken: Taken,
    waiting: BTreeMap<i64, DueItem>,
    tally: Tally<'a>,
    last_released_at: Option<Timestamp>,
    /// The time of the last one that was not sent exactly on a person's time.
    last_in_turn: Option<Timestamp>,
}

impl Site<'_> {
    fn next_due(&self) -> Option<Timestamp> {
        self.waiting.values().map(|item| item.due_at).min()
    }

    /// One look at what is due; returns when to look again.
    fn look(&mut self, now: Timestamp) -> Result<Option<Timestamp>, TestCaseError> {
        let due: Vec<_> = self.waiting.values().copied().filter(|item| item.due_at <= now).collect();
        let decision = release(&self.timetable, &mut self.taken, &due, self.last_released_at, now);
        let (go, moved, held) = (decision.go.len(), decision.moved.len(), decision.held.len());
        prop_assert_eq!(go + moved + held, due.len());
        let mut in_turn = 0;
        for id in &decision.go {
            let item = self.waiting.remove(&id.get()).unwrap();
            in_turn += i32::from(self.went(item, now)?);
        }
        prop_assert!(in_turn == 0 || go == 1, "a burst of {go}");
        for Moved { content_id, slot } in &decision.moved {
            assert_open(self.settings, slot.at)?;
            prop_assert!(slot.at >= now);
            self.waiting.get_mut(&content_id.get()).unwrap().due_at = slot.at;
        }
        if go > 0 {
            self.last_released_at = Some(now);
        }
        Ok(decision.waits_until())
    }

    /// Was it one of those that go in turn?
    fn went(&mut self, item: DueItem, now: Timestamp) -> Result<bool, TestCaseError> {
        let is_on_time = now.duration_since(item.due_at) <= ON_TIME;
        let place = if is_on_time { item.due_at } else { now };
        if item.kind == DueKind::Slot {
            assert_open(self.settings, place)?;
            self.tally.add_within_limits(place)?;
        } else {
            self.tally.add(place);
            if is_on_time {
                return Ok(false);
            }
        }
        let since_last = self.last_released_at.map(|last| now.duration_since(last));
        prop_assert!(since_last.is_none_or(|gap| gap >= min_gap(self.settings)), "too soon: {since_last:?}");
        prop_assert!(self.last_in_turn.is_none_or(|last| last <= item.due_at), "out of turn");
        self.last_in_turn = Some(item.due_at);
        Ok(true)
    }
}

proptest! {
    #![proptest_config(years())]

    #[test]
    fn after_an_outage_there_is_no_burst_and_nothing_is_forgotten(
        settings in settings(),
        count in 1_usize..120,
        timed in prop::collection::vec((0_i64..60 * 24 * 3600, prop::bool::ANY), 0..15),
        // How long the scheduler works, and is away, in minutes.
        shifts in prop::collection::vec((1_i64..20_000, 1_i64..10_000), 0..6),
        delays in prop::collection::vec(0_i64..60, 10),
    ) {
        let timetable = settings.check().unwrap();
        let start = at_second(new_year());
        let mut taken = Taken::none(&timetable);
        let mut items: Vec<DueItem> = Vec::new();
        let mut put = |due_at, kind| {
            items.push(DueItem { content_id: ContentId::new(i64::try_from(items.len()).unwrap()), due_at, kind });
        };
        for (second, is_now) in timed {
            let due_at = start + SignedDuration::from_secs(second);
            taken.add(due_at);
            put(due_at, if is_now { DueKind::Now } else { DueKind::Exact });
        }
        for slot in next_free_slots(&timetable, &mut taken, start, count).slots {
            put(slot.at, DueKind::Slot);
        }
        let mut outages = Vec::new();
        let mut end = start;
        for (works, away) in shifts {
            let begin = end + SignedDuration::from_mins(works);
            end = begin + SignedDuration::from_mins(away);
            outages.push((begin, end));
        }
        let mut site = Site {
            settings: &settings, timetable, taken, waiting: items.into_iter().map(|item| (item.content_id.get(), item)).collect(),
            tally: Tally::new(&settings), last_released_at: None, last_in_turn: None,
        };
        let mut now = start;
        let mut looks = 0;
        while let Some(due) = site.next_due() {
            now = now.max(due) + SignedDuration::from_secs(delays[looks % delays.len()]);
            if let Some((_, end)) = outages.iter().find(|(begin, end)| (*begin..*end).contains(&now)) {
                now = *end;
            }
            if let Some(until) = site.look(now)? {
                now = now.max(until.min(site.waiting.values().map(|item| item.due_at).filter(|due| *due > now).min().unwrap_or(until)));
            }
            looks += 1;
            prop_assert!(looks < 5_000, "{} are never released", site.waiting.len());
        }
    }
}
