//! A site's settings, from what is stored to what the rules compute with.

use diesel::QueryResult;
use diesel_async::AsyncPgConnection;
use domain::content::merge::ConflictPolicy;
use domain::content::{FieldKind, MissingTerms, TextFormat};
use domain::publishing::{
    DateRange, PublishingSettings, SettingsFault, Taken, TimeOfDay, TimeWindow, Timetable, Weekday, Weekdays,
};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::store::calendar;
use crate::store::publishing_settings::{Dates, Posts, Settings, Window};

/// A site's calendar to compute with. Settings are checked before they are written; what can't be read all the same holds up its own
/// site only.
pub fn timetable_of(site: i64, settings: &Settings) -> Option<Timetable> {
    let checked = settings.check();
    checked.map_err(|faults| tracing::error!(site.id = site, ?faults, "unreadable publishing settings")).ok()
}

/// What has its time at the site, as far as it matters to a slot after this moment.
pub async fn taken_at(
    connection: &mut AsyncPgConnection,
    site: i64,
    timetable: &Timetable,
    after: Timestamp,
) -> QueryResult<Taken> {
    let instants = calendar::instants(connection, &[site], Taken::matters_since(timetable, after)).await?;
    Ok(Taken::of(timetable, instants.into_iter().map(|(_, at)| at)))
}

/// Something that can't be: a JSON pointer, and what would be right.
pub type Fault = (String, String);

const MOST_MAPPED: usize = 1000;
const LARGEST_EDGE: u32 = 20_000;
const MOST_FIELDS: usize = 200;
const LONGEST_NAME: usize = 200;

impl Default for Settings {
    fn default() -> Self {
        let rules = PublishingSettings::default();
        let window = |it: &TimeWindow| Window { start: it.start.to_string(), end: it.end.to_string() };
        Self {
            auto_approval_enabled: rules.auto_approval_enabled,
            auto_publish_enabled: rules.auto_publish_enabled,
            daily_limit: rules.daily_limit,
            weekly_limit: rules.weekly_limit,
            monthly_limit: rules.monthly_limit,
            publish_days: rules.publish_days.iter().map(|day| day.to_string()).collect(),
            publish_time_slots: rules.publish_time_slots.iter().map(window).collect(),
            time_zone: rules.time_zone,
            week_starts_on: rules.week_starts_on.to_string(),
            min_gap: rules.min_gap,
            blackout_dates: Vec::new(),
            paused: rules.paused,
            posts: Posts::default(),
        }
    }
}

impl Settings {
    /// What is wrong with them, or what to compute with. What can't be read is told first.
    pub fn check(&self) -> Result<Timetable, Vec<Fault>> {
        let mut faults = self.posts.faults();
        let rules = self.rules(&mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        let told = |faults: Vec<SettingsFault>| {
            faults.into_iter().map(|it| (it.pointer, it.problem.to_string())).collect()
        };
        rules.check().map_err(told)
    }

    /// What can't be read is a fault, and left out.
    fn rules(&self, faults: &mut Vec<Fault>) -> PublishingSettings {
        let days = self.publish_days.iter().enumerate();
        let windows = self.publish_time_slots.iter().enumerate();
        let blackouts = self.blackout_dates.iter().enumerate();
        PublishingSettings {
            auto_approval_enabled: self.auto_approval_enabled,
            auto_publish_enabled: self.auto_publish_enabled,
            daily_limit: self.daily_limit,
            weekly_limit: self.weekly_limit,
            monthly_limit: self.monthly_limit,
            publish_days: days
                .filter_map(|(index, day)| weekday(day, &format!("/publish_days/{index}"), faults))
                .collect::<Weekdays>(),
            publish_time_slots: windows.filter_map(|(index, it)| window(index, it, faults)).collect(),
            time_zone: self.time_zone.clone(),
            week_starts_on: weekday(&self.week_starts_on, "/week_starts_on", faults)
                .unwrap_or(Weekday::Monday),
            min_gap: self.min_gap,
            blackout_dates: blackouts.filter_map(|(index, it)| dates(index, it, faults)).collect(),
            paused: self.paused,
        }
    }
}

impl Posts {
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.missing_terms.parse::<MissingTerms>().is_err() {
            faults.push(("/posts/missing_terms".to_owned(), "create or skip".to_owned()));
        }
        for (name, ids) in [("category_ids", &self.category_ids), ("tag_ids", &self.tag_ids)] {
            let fine = ids.iter().all(|(term, id)| *id > 0 && is_name(term));
            if !fine || ids.len() > MOST_MAPPED {
                let right = format!(
                    "at most {MOST_MAPPED} names of 1 to {LONGEST_NAME} characters, with ids above 0"
                );
                faults.push((format!("/posts/{name}"), right));
            }
        }
        if self.fields.len() > MOST_FIELDS {
            faults.push(("/posts/fields".to_owned(), format!("at most {MOST_FIELDS}")));
        }
        for (index, field) in self.fields.iter().take(MOST_FIELDS).enumerate() {
            if !is_name(&field.from) || !is_name(&field.key) {
                let right = format!("`from` and `key` have 1 to {LONGEST_NAME} characters");
                faults.push((format!("/posts/fields/{index}"), right));
            }
            if field.via.parse::<FieldKind>().is_err() {
                faults.push((format!("/posts/fields/{index}/via"), "meta or acf".to_owned()));
            }
        }
        if self.default_author.chars().count() > LONGEST_NAME {
            faults.push(("/posts/default_author".to_owned(), format!("at most {LONGEST_NAME} characters")));
        }
        if self.text_format.parse::<TextFormat>().is_err() {
            faults.push(("/posts/text_format".to_owned(), "classic or blocks".to_owned()));
        }
        if self.images.as_ref().is_some_and(|it| it.max_edge_px > LARGEST_EDGE) {
            faults.push(("/posts/images/max_edge_px".to_owned(), format!("at most {LARGEST_EDGE}")));
        }
        if self.conflict_policy.parse::<ConflictPolicy>().is_err() {
            faults
                .push(("/posts/conflict_policy".to_owned(), "merge, ask, ours, theirs or newest".to_owned()));
        }
        faults
    }
}

fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= LONGEST_NAME
}

/// By its name, or the first three letters of it, in any case.
fn weekday(text: &str, pointer: &str, faults: &mut Vec<Fault>) -> Option<Weekday> {
    let given = text.to_ascii_lowercase();
    let found = Weekday::ALL.iter().find(|day| given == day.as_str() || given == day.as_str()[..3]);
    if found.is_none() {
        faults.push((pointer.to_owned(), "monday, tuesday, … sunday".to_owned()));
    }
    found.copied()
}

fn window(index: usize, given: &Window, faults: &mut Vec<Fault>) -> Option<TimeWindow> {
    let mut time = |text: &str, field: &str| {
        let read = text.parse::<TimeOfDay>();
        read.map_err(|error| faults.push((format!("/publish_time_slots/{index}/{field}"), error.to_string())))
            .ok()
    };
    let (start, end) = (time(&given.start, "start"), time(&given.end, "end"));
    Some(TimeWindow { start: start?, end: end? })
}

fn dates(index: usize, given: &Dates, faults: &mut Vec<Fault>) -> Option<DateRange> {
    let mut date = |text: &str, field: &str| {
        let read = text.parse::<Date>();
        let right = "a date such as 2026-12-24".to_owned();
        read.map_err(|_| faults.push((format!("/blackout_dates/{index}/{field}"), right))).ok()
    };
    let first = date(&given.first, "first");
    let last = given.last.as_deref().map_or(first, |last| date(last, "last"));
    Some(DateRange { first: first?, last: last? })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(settings: serde_json::Value) -> Vec<String> {
        let settings: Settings = serde_json::from_value(settings).unwrap();
        let faults = settings.check().err().unwrap_or_default();
        faults.into_iter().map(|(pointer, _)| pointer).collect()
    }

    #[test]
    fn the_defaults_are_the_rules_defaults() {
        let mut faults = Vec::new();
        assert_eq!(Settings::default().rules(&mut faults), PublishingSettings::default());
        assert_eq!(serde_json::from_value::<Settings>(json!({})).unwrap(), Settings::default());
        assert!(faults.is_empty() && Settings::default().check().is_ok());
    }

    #[test]
    fn days_have_short_names_too() {
        let read = weekday("Wed", "", &mut Vec::new());
        assert_eq!(read, Some(Weekday::Wednesday));
        assert_eq!(weekday("w", "", &mut Vec::new()), None);
    }

    #[test]
    fn every_fault_has_its_place() {
        let given = json!({
            "publish_days": ["mon", "moonday"], "publish_time_slots": [{"start": "9", "end": "17:00"}],
            "blackout_dates": [{"first": "2026-12-24"}, {"first": "soon"}],
            "time_zone": "Mars", "min_gap": 0,
            "posts": {
                "missing_terms": "guess", "category_ids": {"Food": 0}, "tag_ids": {" ": 1},
                "fields": [{"from": "price", "key": "price", "via": "fax"}, {"from": "", "key": "x"}],
                "conflict_policy": "mine", "text_format": "braille", "images": {"max_edge_px": 20_001},
            },
        });
        let expected = [
            "/posts/missing_terms",
            "/posts/category_ids",
            "/posts/tag_ids",
            "/posts/fields/0/via",
            "/posts/fields/1",
            "/posts/text_format",
            "/posts/images/max_edge_px",
            "/posts/conflict_policy",
            "/publish_days/1",
            "/publish_time_slots/0/start",
            "/blackout_dates/1/first",
        ];
        assert_eq!(faults(given), expected);
        let given = json!({
            "blackout_dates": [{"first": "2026-12-24"}, {"first": "2026-12-24", "last": "2026-12-23"}],
            "time_zone": "Mars", "min_gap": 0,
        });
        assert_eq!(faults(given), ["/min_gap", "/blackout_dates/1/last", "/time_zone"]);
    }
}
