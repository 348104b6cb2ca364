use actix_web::web::Data;
use domain::publishing::{NoSlot, next_free_slots};
use domain::{AccountId, SiteId};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use web::{Json, Path, Problem, ProblemBody, Success};

use super::not_found;
use crate::AppState;
use crate::access::{Editor, Member};
use crate::flows::schedule::WAKE;
use crate::flows::timetable::taken_at;
use crate::store::publishing_settings::{self, Settings};
use crate::store::{calendar, sites};

/// So many of the next free slots are shown.
const SHOWN: usize = 5;

/// The settings, and what they come to.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublishingSettingsView {
    pub site_id: i64,
    #[serde(flatten)]
    pub settings: Settings,
    /// What the next items would get.
    pub next_free_slots: Vec<SlotView>,
    /// Why there are no more of them.
    pub shortage: Option<Shortage>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SlotView {
    pub at: Timestamp,
    /// By the clocks at the site.
    #[schema(value_type = String, examples("2026-11-30T09:00:00"))]
    pub local: DateTime,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Shortage {
    /// publishing_paused, no_publishing_day, no_publishing_window, limit_is_zero or no_free_slot.
    pub code: &'static str,
    pub detail: String,
}

impl From<NoSlot> for Shortage {
    fn from(it: NoSlot) -> Self {
        Self { code: it.code(), detail: it.to_string() }
    }
}

/// Show how and when a site's content goes out.
#[utoipa::path(
    get, path = "/api/v1/sites/{id}/publishing-settings/", operation_id = "get_publishing_settings", tag = "Calendar",
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The settings; what was never set has its default.", body = Success<PublishingSettingsView>),
        (status = 404, description = "`site_not_found`", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn get_publishing_settings(
    member: Member,
    state: Data<AppState>,
    id: Path<i64>,
) -> Result<Success<PublishingSettingsView>, Problem> {
    let (site, now) = (SiteId::new(*id), state.clock.now());
    let connection = &mut *state.database.connection().await?;
    sites::find(connection, member.account_id, site).await?.ok_or_else(not_found)?;
    let mut rows = publishing_settings::of_sites(connection, &[site.get()]).await?;
    let settings = rows.remove(&site.get()).map(|row| row.settings.0).unwrap_or_default();
    view(connection, site, settings, now).await
}

/// Set all of it; what is absent gets its default. Times given already are kept. Editors and owners.
#[utoipa::path(
    put, path = "/api/v1/sites/{id}/publishing-settings/", operation_id = "replace_publishing_settings", tag = "Calendar",
    params(("id" = i64, Path)), request_body = Settings,
    responses(
        (status = 200, description = "The settings as they are now.", body = Success<PublishingSettingsView>),
        (status = 404, description = "`site_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_field`: each fault with its place", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn replace_publishing_settings(
    editor: Editor,
    state: Data<AppState>,
    id: Path<i64>,
    Json(body): Json<Settings>,
) -> Result<Success<PublishingSettingsView>, Problem> {
    set(editor.account_id, &state, *id, |_| Ok(body)).await
}

/// Set some of it: `{"paused": true}`. Lists and mappings are replaced as wholes. Editors and owners.
#[utoipa::path(
    patch, path = "/api/v1/sites/{id}/publishing-settings/", operation_id = "update_publishing_settings", tag = "Calendar",
    params(("id" = i64, Path)), request_body = Settings,
    responses(
        (status = 200, description = "The settings as they are now.", body = Success<PublishingSettingsView>),
        (status = 404, description = "`site_not_found`", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "`invalid_field`: each fault with its place", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn update_publishing_settings(
    editor: Editor,
    state: Data<AppState>,
    id: Path<i64>,
    Json(body): Json<Value>,
) -> Result<Success<PublishingSettingsView>, Problem> {
    set(editor.account_id, &state, *id, |before| changed(&before, body)).await
}

async fn set(
    account: AccountId,
    state: &AppState,
    id: i64,
    change: impl FnOnce(Settings) -> Result<Settings, Problem>,
) -> Result<Success<PublishingSettingsView>, Problem> {
    let (site, now) = (SiteId::new(id), state.clock.now());
    state
        .database
        .transaction(async |tx| {
            sites::find(tx.conn(), account, site).await?.ok_or_else(not_found)?;
            let mut rows = publishing_settings::lock(tx.conn(), account, &[id], now).await?;
            let before = rows.remove(&id).ok_or_else(not_found)?;
            let settings = change(before.settings.0)?;
            settings.check().map_err(faulty)?;
            publishing_settings::write(tx.conn(), site, settings.clone(), now).await?;
            calendar::look_again(tx.conn(), site).await?;
            tx.wake_after_commit(WAKE);
            view(tx.conn(), site, settings, now).await
        })
        .await
}

/// The members given, each in the place of the old one; those of `posts` one by one.
fn changed(before: &Settings, change: Value) -> Result<Settings, Problem> {
    let mut all = serde_json::to_value(before).map_err(|error| Problem::internal(&error))?;
    let Value::Object(change) = change else {
        return Err(Problem::invalid_field("", "must be an object"));
    };
    for (name, value) in change {
        match (name.as_str(), value) {
            ("posts", Value::Object(posts)) => {
                for (name, value) in posts {
                    all["posts"][name] = value;
                }
            }
            (_, value) => all[name] = value,
        }
    }
    serde_json::from_value(all).map_err(|error| Problem::invalid_field("", error.to_string()))
}

fn faulty(faults: Vec<(String, String)>) -> Problem {
    let mut faults = faults.into_iter();
    let (pointer, right) = faults.next().unwrap_or_default();
    faults.fold(Problem::invalid_field(pointer, right), |problem, (pointer, right)| {
        problem.field(pointer, right)
    })
}

async fn view(
    connection: &mut diesel_async::AsyncPgConnection,
    site: SiteId,
    settings: Settings,
    now: Timestamp,
) -> Result<Success<PublishingSettingsView>, Problem> {
    let (mut slots, mut shortage) = (Vec::new(), None);
    if let Ok(timetable) = settings.check() {
        let mut taken = taken_at(connection, site.get(), &timetable, now).await?;
        let free = next_free_slots(&timetable, &mut taken, now, SHOWN);
        slots = free.slots.into_iter().map(|slot| SlotView { at: slot.at, local: slot.local }).collect();
        shortage = free.shortage.map(Shortage::from);
    }
    Ok(Success::ok(PublishingSettingsView {
        site_id: site.get(),
        settings,
        next_free_slots: slots,
        shortage,
    }))
}
