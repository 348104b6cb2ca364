use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
    tz::{AmbiguousOffset, TimeZone},
};

use super::{limits::Period, time_of_day::TimeOfDay, weekday::Weekday};

/// Days, weeks and months as people at the site have them.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    pub(super) zone: TimeZone,
    pub(super) week_starts_on: Weekday,
}

impl Calendar {
    pub(super) fn local(&self, at: Timestamp) -> DateTime {
        self.zone.to_datetime(at)
    }

    pub(super) fn date(&self, at: Timestamp) -> Date {
        self.local(at).date()
    }

    /// The first day of the period this date is in: which one it is.
    pub(super) fn first_day(&self, period: Period, date: Date) -> Date {
        match period {
            Period::Day => date,
            Period::Week => {
                let days = Weekday::from(date.weekday()).days_since(self.week_starts_on);
                date.checked_sub(days.days()).unwrap_or(Date::MIN)
            }
            Period::Month => date.first_of_month(),
        }
    }

    /// The first day after the period this date is in.
    pub(super) fn day_after(&self, period: Period, date: Date) -> Option<Date> {
        match period {
            Period::Day => date.tomorrow().ok(),
            Period::Week => self.first_day(period, date).checked_add(7.days()).ok(),
            Period::Month => date.last_of_month().tomorrow().ok(),
        }
    }

    /// When the clocks on the wall show this. A time they skip is the first moment after the skip; of a time they show twice
    /// it is the first.
    pub(super) fn instant(&self, date: Date, time: TimeOfDay) -> Option<Timestamp> {
        let local = match time.to_time() {
            Some(time) => date.to_datetime(time),
            None => date.tomorrow().ok()?.to_datetime(Time::midnight()),
        };
        let found = self.zone.to_ambiguous_timestamp(local);
        match found.offset() {
            AmbiguousOffset::Gap { after, .. } => {
                let before_the_skip = found.earlier().ok()?;
                let mut changes = self.zone.following(before_the_skip);
                changes.find(|change| change.offset() == after).map(|change| change.timestamp())
            }
            AmbiguousOffset::Fold { .. } | AmbiguousOffset::Unambiguous { .. } => found.compatible().ok(),
        }
    }

    /// The start of a day on which the clocks are not changed, so that its times are plain sums; most days are.
    pub(super) fn steady_start(&self, date: Date) -> Option<Timestamp> {
        let start = self.instant(date, TimeOfDay::START)?;
        let end = start.checked_add(SignedDuration::from_hours(24)).ok()?;
        let change = self.zone.following(start).next();
        let begins_at_midnight = self.local(start) == date.to_datetime(Time::midnight());
        let is_steady = begins_at_midnight && change.is_none_or(|change| change.timestamp() >= end);
        is_steady.then_some(start)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;

    fn calendar(zone: &str, week_starts_on: Weekday) -> Calendar {
        Calendar { zone: TimeZone::get(zone).unwrap(), week_starts_on }
    }

    #[rstest]
    // Plain.
    #[case("Europe/Berlin", "2026-11-25", "09:00", "2026-11-25T08:00:00Z")]
    #[case("Europe/Berlin", "2026-11-25", "24:00", "2026-11-25T23:00:00Z")]
    // Skipped: 02:00 to 03:00 in Berlin, half an hour in Lord Howe, midnight itself in Cairo, a whole day in Samoa.
    #[case("Europe/Berlin", "2027-03-28", "02:00", "2027-03-28T01:00:00Z")]
    #[case("Europe/Berlin", "2027-03-28", "02:59", "2027-03-28T01:00:00Z")]
    #[case("Europe/Berlin", "2027-03-28", "03:00", "2027-03-28T01:00:00Z")]
    #[case("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30:00Z")]
    #[case("Africa/Cairo", "2026-04-24", "00:00", "2026-04-23T22:00:00Z")]
    #[case("Pacific/Apia", "2011-12-30", "12:00", "2011-12-30T10:00:00Z")]
    // Shown twice.
    #[case("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30:00Z")]
    #[case("Europe/Berlin", "2026-10-25", "03:00", "2026-10-25T02:00:00Z")]
    #[case("Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45:00Z")]
    // Long after the last change a zone file lists.
    #[case("Europe/Berlin", "2090-03-26", "02:30", "2090-03-26T01:00:00Z")]
    fn instants(#[case] zone: &str, #[case] date: Date, #[case] time: &str, #[case] expected: Timestamp) {
        let calendar = calendar(zone, Weekday::Monday);
        assert_eq!(calendar.instant(date, time.parse().unwrap()), Some(expected));
    }

    #[test]
    fn weeks_start_where_the_settings_say() {
        let wednesday = date(2026, 11, 25);
        for (first, expected) in [
            (Weekday::Monday, date(2026, 11, 23)),
            (Weekday::Sunday, date(2026, 11, 22)),
            (Weekday::Wednesday, wednesday),
            (Weekday::Thursday, date(2026, 11, 19)),
        ] {
            let calendar = calendar("UTC", first);
            assert_eq!(calendar.first_day(Period::Week, wednesday), expected);
            assert_eq!(calendar.day_after(Period::Week, wednesday), expected.checked_add(7.days()).ok());
        }
    }

    #[test]
    fn months_and_the_end_of_time() {
        let calendar = calendar("UTC", Weekday::Monday);
        assert_eq!(calendar.first_day(Period::Month, date(2026, 12, 31)), date(2026, 12, 1));
        assert_eq!(calendar.day_after(Period::Month, date(2026, 12, 31)), Some(date(2027, 1, 1)));
        assert_eq!(calendar.day_after(Period::Month, Date::MAX), None);
        assert_eq!(calendar.first_day(Period::Week, Date::MIN), Date::MIN);
    }

    #[rstest]
    #[case("Europe/Berlin", "2027-03-27", true)]
    #[case("Europe/Berlin", "2027-03-28", false)]
    #[case("Europe/Berlin", "2026-10-25", false)]
    #[case("Australia/Lord_Howe", "2026-10-04", false)]
    #[case("Africa/Cairo", "2026-04-24", false)]
    #[case("Africa/Cairo", "2026-04-25", true)]
    #[case("Pacific/Apia", "2011-12-30", false)]
    #[case("Asia/Kolkata", "2027-03-28", true)]
    fn most_days_are_steady(#[case] zone: &str, #[case] date: Date, #[case] expected: bool) {
        assert_eq!(calendar(zone, Weekday::Monday).steady_start(date).is_some(), expected);
    }
}
