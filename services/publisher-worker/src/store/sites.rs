use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz};
use diesel::upsert::excluded;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff_diesel::Timestamp as Time;

use super::schema::sites;

/// What integration-api says of a site.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = sites)]
pub struct Credentials {
    pub site_id: i64,
    pub account_id: i64,
    pub integration_id: i64,
    pub version: i64,
    pub state: &'static str,
    pub site_url: String,
    pub rest_url: String,
    pub signed: bool,
    pub sealed_key: Option<Vec<u8>>,
    pub plugin_version: String,
    pub username: String,
    pub sealed_password: Option<Vec<u8>>,
}

/// Keeps the highest version; true if this was it. What is known of a circuit is about the old address, and is forgotten.
pub async fn upsert(connection: &mut AsyncPgConnection, site: &Credentials) -> QueryResult<bool> {
    use diesel::query_dsl::methods::FilterDsl as _;

    let changed = diesel::insert_into(sites::table)
        .values(site)
        .on_conflict(sites::site_id)
        .do_update()
        .set((
            sites::account_id.eq(excluded(sites::account_id)),
            sites::integration_id.eq(excluded(sites::integration_id)),
            sites::version.eq(excluded(sites::version)),
            sites::state.eq(excluded(sites::state)),
            sites::site_url.eq(excluded(sites::site_url)),
            sites::rest_url.eq(excluded(sites::rest_url)),
            sites::signed.eq(excluded(sites::signed)),
            sites::sealed_key.eq(excluded(sites::sealed_key)),
            sites::plugin_version.eq(excluded(sites::plugin_version)),
            sites::username.eq(excluded(sites::username)),
            sites::sealed_password.eq(excluded(sites::sealed_password)),
            sites::circuit.eq("closed"),
            sites::circuit_failures.eq(0),
            sites::circuit_until.eq(None::<Time>),
            sites::circuit_pause_ms.eq(None::<i64>),
            sites::circuit_cause.eq(None::<String>),
            sites::changed_at.eq(diesel::dsl::now),
        ))
        .filter(sites::version.lt(excluded(sites::version)))
        .execute(connection)
        .await?;
    Ok(changed > 0)
}

/// A site's circuit breaker, as columns.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = sites)]
#[expect(clippy::struct_field_names, reason = "they are named as their columns")]
pub struct Circuit {
    pub site_id: i64,
    pub circuit: String,
    pub circuit_failures: i32,
    #[diesel(deserialize_as = Option<Time>)]
    pub circuit_until: Option<Time>,
    pub circuit_pause_ms: Option<i64>,
    pub circuit_cause: Option<String>,
}

/// Circuits that are not closed.
pub async fn not_closed(connection: &mut AsyncPgConnection) -> QueryResult<Vec<Circuit>> {
    sites::table.filter(sites::circuit.ne("closed")).select(Circuit::as_select()).load(connection).await
}

/// The circuits of these sites, held until the transaction ends.
pub async fn lock_circuits(connection: &mut AsyncPgConnection, ids: &[i64]) -> QueryResult<Vec<Circuit>> {
    sites::table
        .filter(sites::site_id.eq_any(ids))
        .select(Circuit::as_select())
        .order(sites::site_id)
        .for_update()
        .load(connection)
        .await
}

pub async fn set_circuits(connection: &mut AsyncPgConnection, circuits: &[Circuit]) -> QueryResult<usize> {
    diesel::sql_query(
        "UPDATE sites SET circuit = now.circuit, circuit_failures = now.failures, circuit_until = now.until,
                circuit_pause_ms = now.pause_ms, circuit_cause = now.cause
         FROM unnest($1, $2, $3, $4, $5, $6) AS now (site_id, circuit, failures, until, pause_ms, cause)
         WHERE sites.site_id = now.site_id",
    )
    .bind::<Array<BigInt>, _>(circuits.iter().map(|c| c.site_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(circuits.iter().map(|c| c.circuit.as_str()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(circuits.iter().map(|c| c.circuit_failures).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(circuits.iter().map(|c| c.circuit_until).collect::<Vec<_>>())
    .bind::<Array<Nullable<BigInt>>, _>(circuits.iter().map(|c| c.circuit_pause_ms).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(circuits.iter().map(|c| c.circuit_cause.as_deref()).collect::<Vec<_>>())
    .execute(connection)
    .await
}

/// These sites answered. Touches only those of which something else was known; returns those that were shut out.
pub async fn close_circuits(connection: &mut AsyncPgConnection, ids: &[i64]) -> QueryResult<Vec<i64>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        site_id: i64,
        #[diesel(sql_type = Text)]
        was: String,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "UPDATE sites SET circuit = 'closed', circuit_failures = 0, circuit_until = NULL, circuit_pause_ms = NULL, circuit_cause = NULL
         FROM (SELECT site_id AS known_id, circuit AS was FROM sites
               WHERE site_id = ANY ($1) AND (circuit <> 'closed' OR circuit_failures > 0) ORDER BY site_id FOR UPDATE) AS known
         WHERE site_id = known_id RETURNING site_id, was",
    )
    .bind::<Array<BigInt>, _>(ids)
    .load(connection)
    .await?;
    Ok(rows.into_iter().filter(|row| row.was != "closed").map(|row| row.site_id).collect())
}
