use std::collections::{HashMap, HashSet};

use database::{Prepared, Tx};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use mailbox::Letter;
use uuid::Uuid;

use super::schema::deliveries;
use crate::flows::accept::NewDelivery;

/// Writes those that are new, in order, with the letters that have their ids, in one statement. Returns the ids of the new ones.
pub async fn insert(
    mut conn: &AsyncPgConnection,
    new: &[&NewDelivery],
    letters: &[Letter],
) -> QueryResult<HashSet<Uuid>> {
    #[derive(QueryableByName)]
    struct Inserted {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let letters = mailbox::Columns::from(letters);
    let insert = diesel::sql_query(INSERT)
        .bind::<Array<SqlUuid>, _>(new.iter().map(|it| it.id.as_uuid()).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(new.iter().map(|it| it.account.get()).collect::<Vec<_>>())
        .bind::<Array<BigInt>, _>(new.iter().map(|it| it.site.get()).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(new.iter().map(|it| it.webhook_id.as_deref()).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(new.iter().map(|it| it.kind.as_str()).collect::<Vec<_>>())
        .bind::<Array<Nullable<BigInt>>, _>(new.iter().map(|it| it.seq).collect::<Vec<_>>())
        .bind::<Array<Timestamptz>, _>(new.iter().map(|it| it.occurred_at.to_diesel()).collect::<Vec<_>>())
        .bind::<Array<Timestamptz>, _>(new.iter().map(|it| it.received_at.to_diesel()).collect::<Vec<_>>())
        .bind::<Array<Bool>, _>(new.iter().map(|it| it.signed).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(new.iter().map(|it| it.body.as_str()).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(letters.message_id)
        .bind::<Array<Text>, _>(letters.exchange)
        .bind::<Array<Text>, _>(letters.routing_key)
        .bind::<Array<Text>, _>(letters.type_name)
        .bind::<Array<Text>, _>(letters.subject)
        .bind::<Array<Binary>, _>(letters.body)
        .bind::<Array<Nullable<Text>>, _>(letters.traceparent)
        .bind::<Array<Nullable<Text>>, _>(letters.tracestate);
    let rows: Vec<Inserted> = Prepared(insert).load(&mut conn).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

// A statement of its own is a transaction. What is appended to a message's body is the event's arrival, which is known from here on: the
// field `position { arrival }`, and a reader of protobuf adds it to the position that stands before it. It is spelled in eight groups of seven
// bits, lowest first, all but the last marked as having a successor.
const INSERT: &str = r"
    WITH new AS (
        INSERT INTO deliveries (id, account_id, site_id, webhook_id, type, seq, occurred_at, received_at, signed, body)
        SELECT id, account_id, site_id, webhook_id, type, seq, occurred_at, received_at, signed, body::jsonb
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) WITH ORDINALITY
            AS given (id, account_id, site_id, webhook_id, type, seq, occurred_at, received_at, signed, body, place)
        ORDER BY place
        ON CONFLICT ON CONSTRAINT deliveries_once DO NOTHING
        RETURNING id, arrival
    ), posted AS (
        INSERT INTO outbox (message_id, exchange, routing_key, type_name, subject, body, traceparent, tracestate)
        SELECT message_id, exchange, routing_key, type_name, subject,
            body || '\x220918' || int8send(
                ((arrival & 127) << 56) | (((arrival >> 7) & 127) << 48) | (((arrival >> 14) & 127) << 40)
                | (((arrival >> 21) & 127) << 32) | (((arrival >> 28) & 127) << 24) | (((arrival >> 35) & 127) << 16)
                | (((arrival >> 42) & 127) << 8) | (arrival >> 49) | x'8080808080808000'::bigint),
            traceparent, tracestate
        FROM unnest($11, $12, $13, $14, $15, $16, $17, $18)
            AS letter (message_id, exchange, routing_key, type_name, subject, body, traceparent, tracestate)
        JOIN new ON new.id = message_id
        ORDER BY arrival
    )
    SELECT id FROM new";

/// The delivery that came first, by site and webhook id.
pub type First = HashMap<(i64, String), Uuid>;

pub async fn first_of(mut conn: &AsyncPgConnection, repeated: &[&NewDelivery]) -> QueryResult<First> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        site_id: i64,
        #[diesel(sql_type = Text)]
        webhook_id: String,
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT site_id, webhook_id, id FROM deliveries JOIN unnest($1, $2) AS repeated (site_id, webhook_id)
         USING (site_id, webhook_id)",
    )
    .bind::<Array<BigInt>, _>(repeated.iter().map(|it| it.site.get()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(repeated.iter().map(|it| it.webhook_id.as_deref()).collect::<Vec<_>>())
    .load(&mut conn)
    .await?;
    Ok(rows.into_iter().map(|row| ((row.site_id, row.webhook_id), row.id)).collect())
}

/// What its site may know of a delivery.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
pub struct Delivery {
    pub id: Uuid,
    pub webhook_id: Option<String>,
    pub type_: String,
    pub seq: Option<i64>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub occurred_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub received_at: Timestamp,
    pub signed: bool,
    pub state: String,
    pub detail: String,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub applied_at: Option<Timestamp>,
}

pub async fn of_site(conn: &mut AsyncPgConnection, site: i64, id: Uuid) -> QueryResult<Option<Delivery>> {
    deliveries::table
        .filter(deliveries::id.eq(id))
        .filter(deliveries::site_id.eq(site))
        .select(Delivery::as_select())
        .first(conn)
        .await
        .optional()
}

/// What became of a delivery.
#[derive(Debug)]
pub struct Outcome {
    pub id: Uuid,
    pub site: i64,
    pub state: String,
    pub detail: String,
    pub applied_at: Timestamp,
}

/// The first outcome counts; one of a delivery that was forgotten changes nothing.
pub async fn settle(tx: &mut Tx, outcomes: &[Outcome]) -> QueryResult<usize> {
    diesel::sql_query(
        "UPDATE deliveries SET state = outcome.state, detail = outcome.detail, applied_at = outcome.applied_at
         FROM unnest($1, $2, $3, $4, $5) AS outcome (id, site_id, state, detail, applied_at)
         WHERE deliveries.id = outcome.id AND deliveries.site_id = outcome.site_id AND deliveries.state = 'accepted'",
    )
    .bind::<Array<SqlUuid>, _>(outcomes.iter().map(|it| it.id).collect::<Vec<_>>())
    .bind::<Array<BigInt>, _>(outcomes.iter().map(|it| it.site).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(outcomes.iter().map(|it| it.state.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(outcomes.iter().map(|it| it.detail.as_str()).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(outcomes.iter().map(|it| it.applied_at.to_diesel()).collect::<Vec<_>>())
    .execute(tx.conn())
    .await
}

/// Deletes up to `limit` that came before `then`. Ids rise with time, so the primary key finds them.
pub async fn forget(conn: &mut AsyncPgConnection, then: Timestamp, limit: i64) -> QueryResult<usize> {
    diesel::sql_query(
        "DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE id < $1 ORDER BY id LIMIT $2)",
    )
    .bind::<SqlUuid, _>(first_id_at(then))
    .bind::<BigInt, _>(limit)
    .execute(conn)
    .await
}

/// A UUIDv7 begins with 48 bits of milliseconds.
pub(super) fn first_id_at(time: Timestamp) -> Uuid {
    Uuid::from_u128(u128::try_from(time.as_millisecond()).unwrap_or(0) << 80)
}

/// The millisecond such an id was made in.
pub(super) fn made_at(id: Uuid) -> Timestamp {
    let ms = i64::try_from(id.as_u128() >> 80).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_later_are_above() {
        let now = Timestamp::now();
        let id = Uuid::now_v7();
        assert!(first_id_at(now - jiff::SignedDuration::from_secs(1)) < id);
        assert!(first_id_at(now + jiff::SignedDuration::from_secs(1)) > id);
        assert!(
            first_id_at(made_at(id)) <= id
                && first_id_at(made_at(id) + jiff::SignedDuration::from_millis(1)) > id
        );
    }
}
