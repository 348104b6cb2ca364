use contracts::publishing;
use diesel::QueryResult;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::{AccountId, IntegrationId};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use super::json::Json;
use super::schema::probes;

/// What a request that asked for a probe waits for.
pub const PROBED: &str = "probes";

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = probes)]
pub struct Probe {
    pub id: Uuid,
    pub integration_id: i64,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub asked_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub answered_at: Option<Timestamp>,
    pub ok: Option<bool>,
    pub checks: Json<Vec<Check>>,
}

impl Probe {
    /// One that nobody has answered yet.
    pub fn asked(id: Uuid, integration_id: i64, asked_at: Timestamp) -> Self {
        Self { id, integration_id, asked_at, answered_at: None, ok: None, checks: Json(Vec::new()) }
    }
}

/// One thing that works or does not, as it is kept and shown.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Check {
    /// reachable, rest_api, plugin, signature, clock …
    pub name: String,
    pub ok: bool,
    pub detail: String,
    /// What it was seen by; may be empty.
    #[serde(default)]
    pub evidence: String,
    /// What to do about it; empty if it is well.
    pub fix: String,
}

impl From<publishing::Check> for Check {
    fn from(it: publishing::Check) -> Self {
        Self { name: it.name, ok: it.ok, detail: it.detail, evidence: it.evidence, fix: it.fix }
    }
}

/// `credential_version`: what of the site it is about.
pub async fn create(
    connection: &mut AsyncPgConnection,
    id: Uuid,
    (account, integration): (AccountId, IntegrationId),
    credential_version: i64,
    now: Timestamp,
) -> QueryResult<()> {
    diesel::insert_into(probes::table)
        .values((
            probes::id.eq(id),
            probes::account_id.eq(account.get()),
            probes::integration_id.eq(integration.get()),
            probes::credential_version.eq(credential_version),
            probes::asked_at.eq(now.to_diesel()),
        ))
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn find(
    connection: &mut AsyncPgConnection,
    (account, integration): (AccountId, IntegrationId),
    id: Uuid,
) -> QueryResult<Option<Probe>> {
    probes::table
        .filter(probes::id.eq(id))
        .filter(probes::account_id.eq(account.get()))
        .filter(probes::integration_id.eq(integration.get()))
        .select(Probe::as_select())
        .first(connection)
        .await
        .optional()
}

/// The first answer counts: the integration it was about and the version of its site's credentials, or `None` if there was one before or
/// nobody asked.
pub async fn answer(
    connection: &mut AsyncPgConnection,
    id: Uuid,
    ok: bool,
    checks: Vec<Check>,
    now: Timestamp,
) -> QueryResult<Option<(IntegrationId, i64)>> {
    let asked: Option<(i64, i64)> =
        diesel::update(probes::table.find(id).filter(probes::answered_at.is_null()))
            .set((
                probes::ok.eq(ok),
                probes::checks.eq(Json(checks)),
                probes::answered_at.eq(now.to_diesel()),
            ))
            .returning((probes::integration_id, probes::credential_version))
            .get_result(connection)
            .await
            .optional()?;
    Ok(asked.map(|(integration, version)| (IntegrationId::new(integration), version)))
}

pub async fn delete_before(connection: &mut AsyncPgConnection, time: Timestamp) -> QueryResult<usize> {
    diesel::delete(probes::table.filter(probes::asked_at.lt(time.to_diesel()))).execute(connection).await
}
