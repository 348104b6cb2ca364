use jiff::Timestamp;
use jiff::civil::Date;

use super::settings::{PublishingSettings, Window};

impl PublishingSettings {
    /// The instants of a day at which something may go out: its open time, divided evenly over what the day may take.
    ///
    /// Where the clocks are put forward, what falls into the hour that does not exist is left out unless the instant it stands for is inside
    /// a window still; where they are put back, the repeated hour gives each slot once.
    pub(super) fn slots_of(&self, date: Date) -> Vec<Timestamp> {
        let mut windows = self.windows.clone();
        windows.sort_by_key(|window| window.start);
        let open: u32 = windows.iter().map(|window| window.end - window.start).sum();
        let gap = self.min_gap.max(1);
        let most = open.div_ceil(gap).max(1);
        let count = self.daily_limit.map_or(most, |limit| limit.min(most));
        let mut slots: Vec<Timestamp> = Vec::with_capacity(count as usize);
        for place in 0..count {
            let offset = u64::from(open) * u64::from(place) / u64::from(count);
            let minute = minute_at(&windows, u32::try_from(offset).unwrap_or(0));
            let Some(at) = self.instant(date, minute) else { continue };
            let is_apart =
                slots.last().is_none_or(|last| at.as_second() - last.as_second() >= i64::from(gap) * 60);
            if is_apart {
                slots.push(at);
            }
        }
        slots
    }

    /// `None`: the clocks of that day never show it.
    fn instant(&self, date: Date, minute: u32) -> Option<Timestamp> {
        let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
        let civil = date.at(hour, minute, 0, 0);
        let at = self.zone.to_ambiguous_timestamp(civil).compatible().ok()?;
        let shown = self.zone.to_datetime(at);
        let shown_minute = u32::try_from(i32::from(shown.hour()) * 60 + i32::from(shown.minute())).ok()?;
        let is_open = |window: &Window| (window.start..window.end).contains(&shown_minute);
        (shown.date() == date && self.windows.iter().any(is_open)).then_some(at)
    }
}

/// The minute of the day after so much open time.
fn minute_at(windows: &[Window], mut offset: u32) -> u32 {
    for window in windows {
        let length = window.end - window.start;
        if offset < length {
            return window.start + offset;
        }
        offset -= length;
    }
    windows.last().map_or(0, |window| window.end - 1)
}
