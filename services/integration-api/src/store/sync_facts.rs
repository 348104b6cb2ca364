//! What the tables say of a site's synchronisation, counted when it is asked for.

use std::collections::HashMap;

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::content::PublicationState;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use uuid::Uuid;

use super::integrations::Integration;

/// States in which a command is on its way.
pub fn under_way() -> impl Iterator<Item = &'static str> {
    PublicationState::ALL.iter().filter(|it| it.is_under_way()).map(|it| it.as_str())
}

/// Lines of the log that tell how something ended, and not that it is on its way.
const IS_OUTCOME: &str = r"event_type <> 'content' AND action NOT LIKE '%\_queued' AND action NOT LIKE '%\_started'
    AND action NOT IN ('command_follows', 'publish_cancelled', 'publish_retry', 'publish_waiting', 'publish_unconfirmed', 'import_progress', 'import_cancelled')";

/// A command that is on its way.
#[derive(Clone, Debug, QueryableByName)]
pub struct Running {
    #[diesel(sql_type = BigInt)]
    pub content_id: i64,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub command: Option<String>,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Integer)]
    pub attempt: i32,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub next_attempt_at: Option<Timestamp>,
    #[diesel(sql_type = SqlUuid)]
    pub operation_id: Uuid,
}

impl Running {
    /// When it was ordered: operations are named by the time.
    pub fn ordered_at(&self) -> Option<Timestamp> {
        let (seconds, nanos) = self.operation_id.get_timestamp()?.to_unix();
        Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanos).ok()?).ok()
    }
}

/// How many publications of the site are on their way or have failed, by state.
pub async fn unsettled(
    connection: &mut AsyncPgConnection,
    integration: &Integration,
) -> QueryResult<HashMap<String, i64>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        state: String,
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let states: Vec<&str> = under_way().chain([PublicationState::Failed.as_str()]).collect();
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT state, count(*) AS count FROM publications WHERE account_id = $1 AND site_id = $2 AND state = ANY ($3) GROUP BY state",
    )
    .bind::<BigInt, _>(integration.account_id)
    .bind::<BigInt, _>(integration.site_id)
    .bind::<Array<Text>, _>(states)
    .load(connection)
    .await?;
    Ok(rows.into_iter().map(|it| (it.state, it.count)).collect())
}

/// Those that are on their way, oldest order first.
pub async fn running(
    connection: &mut AsyncPgConnection,
    integration: &Integration,
    limit: i64,
) -> QueryResult<Vec<Running>> {
    diesel::sql_query(
        "SELECT p.content_id, content.title, p.command, p.state, p.attempt, p.next_attempt_at, p.operation_id
         FROM publications AS p JOIN content ON content.id = p.content_id
         WHERE p.account_id = $1 AND p.site_id = $2 AND p.state = ANY ($3) AND p.operation_id IS NOT NULL
         ORDER BY p.operation_id LIMIT $4",
    )
    .bind::<BigInt, _>(integration.account_id)
    .bind::<BigInt, _>(integration.site_id)
    .bind::<Array<Text>, _>(under_way().collect::<Vec<_>>())
    .bind::<BigInt, _>(limit)
    .load(connection)
    .await
}

/// The last thing that went well, or did not.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Outcome {
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(sql_type = Text)]
    pub error_message: String,
}

pub async fn last_outcome(
    connection: &mut AsyncPgConnection,
    site: i64,
    success: bool,
    since: Timestamp,
) -> QueryResult<Option<Outcome>> {
    diesel::sql_query(format!(
        "SELECT created_at, error_message FROM sync_events
         WHERE site_id = $1 AND created_at >= $2 AND success = $3 AND {IS_OUTCOME} ORDER BY created_at DESC, id DESC LIMIT 1"
    ))
    .bind::<BigInt, _>(site)
    .bind::<Timestamptz, _>(since.to_diesel())
    .bind::<Bool, _>(success)
    .get_result(connection)
    .await
    .optional()
}

/// How often something of one kind ended, since two times.
#[derive(Clone, Debug, QueryableByName)]
pub struct Tally {
    #[diesel(sql_type = Text)]
    pub direction: String,
    #[diesel(sql_type = Text)]
    pub event_type: String,
    #[diesel(sql_type = Text)]
    pub action: String,
    #[diesel(sql_type = Bool)]
    pub success: bool,
    /// Since the later time.
    #[diesel(sql_type = BigInt)]
    pub lately: i64,
    /// Since the earlier one.
    #[diesel(sql_type = BigInt)]
    pub in_all: i64,
}

pub async fn tallies(
    connection: &mut AsyncPgConnection,
    site: i64,
    since: Timestamp,
    lately: Timestamp,
) -> QueryResult<Vec<Tally>> {
    diesel::sql_query(format!(
        "SELECT direction, event_type, action, success, count(*) FILTER (WHERE created_at >= $3) AS lately, count(*) AS in_all
         FROM sync_events WHERE site_id = $1 AND created_at >= $2 AND {IS_OUTCOME} GROUP BY direction, event_type, action, success"
    ))
    .bind::<BigInt, _>(site)
    .bind::<Timestamptz, _>(since.to_diesel())
    .bind::<Timestamptz, _>(lately.to_diesel())
    .load(connection)
    .await
}
