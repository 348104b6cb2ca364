use std::collections::{BTreeMap, HashMap};

use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::content::TextFormat;
use domain::content::merge::ConflictPolicy;
use domain::{AccountId, SiteId};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::json::Json;
use super::schema::publishing_settings;

/// How and when a site's content goes out. What is absent has its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What is handed in for review is approved by itself.
    pub auto_approval_enabled: bool,
    /// What is approved gets the next free slot by itself.
    pub auto_publish_enabled: bool,
    /// Items a day at most; null: no limit.
    #[schema(maximum = 1440)]
    pub daily_limit: Option<u32>,
    /// Items a week at most; null: no limit.
    pub weekly_limit: Option<u32>,
    /// Items a month at most; null: no limit.
    pub monthly_limit: Option<u32>,
    /// monday … sunday, or mon … sun.
    #[schema(examples(json!(["monday", "tuesday"])))]
    pub publish_days: Vec<String>,
    /// Local times in which slots lie.
    pub publish_time_slots: Vec<Window>,
    /// IANA name of the zone of all days and times here.
    #[schema(examples("Europe/Berlin"))]
    pub time_zone: String,
    /// monday … sunday: what a weekly limit counts from.
    pub week_starts_on: String,
    /// Minutes between two items.
    #[schema(minimum = 1, maximum = 1440)]
    pub min_gap: u32,
    /// Local dates on which nothing goes into a slot.
    pub blackout_dates: Vec<Dates>,
    /// Nothing at all goes out by the calendar until this is false again.
    pub paused: bool,
    pub posts: Posts,
}

/// From `start` to `end` by the clock on the wall, `00:00` to `24:00`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    #[schema(examples("09:00"))]
    pub start: String,
    #[schema(examples("17:00"))]
    pub end: String,
}

/// Local dates, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    #[schema(examples("2026-12-24"))]
    pub first: String,
    /// Absent: the same as `first`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
}

/// How posts are made of content at this site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Posts {
    /// create, or skip with a warning: what becomes of categories and tags the site does not have.
    pub missing_terms: String,
    /// The site's own ids of categories, by the name or path content has.
    pub category_ids: BTreeMap<String, i64>,
    /// The site's own ids of tags, by name.
    pub tag_ids: BTreeMap<String, i64>,
    /// Where members of content's `meta` go on the site; others become post meta of the same name.
    pub fields: Vec<FieldMapping>,
    /// Login, e-mail or display name for content that names no author; empty: the site decides.
    pub default_author: String,
    /// What becomes of a post that was edited both here and on the site. merge: both edits where they don't touch, else a person
    /// decides; ask: a person decides; ours, theirs; newest: whoever edited last.
    pub conflict_policy: String,
    /// classic: the text is sent as it was written; blocks: as blocks of WordPress' editor.
    pub text_format: String,
    /// How pictures are prepared. Null: as the platform does by itself.
    pub images: Option<ImagePreparation>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ImagePreparation {
    /// Where a picture was taken stays in it.
    pub keep_location: bool,
    /// Longest edge in pixels; larger ones are scaled. 0: pictures keep their size.
    #[schema(maximum = 20000)]
    pub max_edge_px: u32,
}

impl Default for ImagePreparation {
    /// WordPress' own threshold for pictures that are too large.
    fn default() -> Self {
        Self { keep_location: false, max_edge_px: 2560 }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldMapping {
    /// The member of `meta`.
    pub from: String,
    /// The field on the site.
    pub key: String,
    /// meta, or acf for Advanced Custom Fields where the site has it.
    #[serde(default = "meta")]
    pub via: String,
}

fn meta() -> String {
    "meta".to_owned()
}

impl Default for Posts {
    fn default() -> Self {
        Self {
            missing_terms: "create".to_owned(),
            category_ids: BTreeMap::new(),
            tag_ids: BTreeMap::new(),
            fields: Vec::new(),
            default_author: String::new(),
            conflict_policy: ConflictPolicy::Merge.as_str().to_owned(),
            text_format: TextFormat::Classic.as_str().to_owned(),
            images: None,
        }
    }
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = publishing_settings)]
pub struct PublishingSettings {
    pub site_id: i64,
    pub settings: Json<Settings>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub last_released_at: Option<Timestamp>,
}

/// Of those of these sites that have a row.
pub async fn of_sites(
    connection: &mut AsyncPgConnection,
    sites: &[i64],
) -> QueryResult<HashMap<i64, PublishingSettings>> {
    let rows = publishing_settings::table
        .filter(publishing_settings::site_id.eq_any(sites))
        .select(PublishingSettings::as_select())
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.site_id, row)).collect())
}

/// Locks those of the account's sites, lowest id first, making the rows that are missing: whoever gives times to content
/// waits here.
pub async fn lock(
    connection: &mut AsyncPgConnection,
    account: AccountId,
    sites: &[i64],
    now: Timestamp,
) -> QueryResult<HashMap<i64, PublishingSettings>> {
    diesel::sql_query(
        "INSERT INTO publishing_settings (site_id, account_id, changed_at)
         SELECT id, account_id, $3 FROM sites WHERE account_id = $1 AND id = ANY ($2) ORDER BY id
         ON CONFLICT (site_id) DO NOTHING",
    )
    .bind::<diesel::sql_types::BigInt, _>(account.get())
    .bind::<diesel::sql_types::Array<diesel::sql_types::BigInt>, _>(sites)
    .bind::<diesel::sql_types::Timestamptz, _>(now.to_diesel())
    .execute(connection)
    .await?;
    let rows = publishing_settings::table
        .filter(publishing_settings::account_id.eq(account.get()))
        .filter(publishing_settings::site_id.eq_any(sites))
        .order(publishing_settings::site_id)
        .select(PublishingSettings::as_select())
        .for_update()
        .load(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.site_id, row)).collect())
}

/// Locks the site's, unless somebody else has it: then that one does the work.
pub async fn lock_if_free(
    connection: &mut AsyncPgConnection,
    site: SiteId,
) -> QueryResult<Option<PublishingSettings>> {
    publishing_settings::table
        .find(site.get())
        .select(PublishingSettings::as_select())
        .for_update()
        .skip_locked()
        .first(connection)
        .await
        .optional()
}

/// Writes what was set; the row is locked, so it exists.
pub async fn write(
    connection: &mut AsyncPgConnection,
    site: SiteId,
    settings: Settings,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::update(publishing_settings::table.find(site.get()))
        .set((
            publishing_settings::settings.eq(Json(settings)),
            publishing_settings::changed_at.eq(now.to_diesel()),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

/// The calendar let something go.
pub async fn released(connection: &mut AsyncPgConnection, site: SiteId, now: Timestamp) -> QueryResult<()> {
    diesel::update(publishing_settings::table.find(site.get()))
        .set(publishing_settings::last_released_at.eq(now.to_diesel()))
        .execute(connection)
        .await?;
    Ok(())
}
