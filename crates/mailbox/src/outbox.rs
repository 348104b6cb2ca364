use contracts::Message;
use database::{Prepared, Tx};
use diesel::QueryResult;
use diesel::sql_types::{Array, Binary, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

/// What a relay waits for.
pub(crate) const POSTED: &str = "outbox";

/// Sends `message` if, and only if, `tx` commits. Returns its message id.
pub async fn post<M: Message>(tx: &mut Tx, message: &M) -> QueryResult<Uuid> {
    let ids = post_all(tx, std::slice::from_ref(message)).await?;
    Ok(ids[0])
}

/// Sends all `messages`, in order, in one statement.
pub async fn post_all<M: Message>(tx: &mut Tx, messages: &[M]) -> QueryResult<Vec<Uuid>> {
    let trace = telemetry::inject();
    post_each(tx, messages.iter().map(|message| (message, trace.as_slice())).collect()).await
}

/// The same for messages that belong to traces of their own, as [`telemetry::inject`] gives them.
pub async fn post_each<M: Message>(
    tx: &mut Tx,
    messages: Vec<(&M, &[(String, String)])>,
) -> QueryResult<Vec<Uuid>> {
    let letters = messages.into_iter().map(|(message, trace)| Letter::within(message, trace)).collect();
    post_letters(tx, letters).await
}

/// A message of some kind, ready to be sent among others.
#[derive(Debug)]
pub struct Letter {
    exchange: &'static str,
    routing_key: &'static str,
    type_name: String,
    subject: String,
    body: Vec<u8>,
    traceparent: Option<String>,
    tracestate: Option<String>,
}

impl Letter {
    /// Belongs to the trace that is under way.
    pub fn of<M: Message>(message: &M) -> Self {
        Self::within(message, &telemetry::inject())
    }

    /// Belongs to this trace.
    pub fn within<M: Message>(message: &M, trace: &[(String, String)]) -> Self {
        let header = |name: &str| trace.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        Self {
            exchange: M::EXCHANGE.0,
            routing_key: M::ROUTING_KEY,
            type_name: M::type_name(),
            subject: message.subject(),
            body: message.to_bytes().into(),
            traceparent: header("traceparent").filter(|value| !value.is_empty()),
            tracestate: header("tracestate").filter(|value| !value.is_empty()),
        }
    }
}

/// Sends messages of several kinds, in order, in one statement.
pub async fn post_letters(tx: &mut Tx, letters: Vec<Letter>) -> QueryResult<Vec<Uuid>> {
    let ids: Vec<Uuid> = letters.iter().map(|_| Uuid::now_v7()).collect();
    let insert = diesel::sql_query(
        "INSERT INTO outbox (message_id, exchange, routing_key, type_name, subject, body, traceparent, tracestate)
         SELECT message_id, exchange, routing_key, type_name, subject, body, traceparent, tracestate
         FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) WITH ORDINALITY
              AS posted (message_id, exchange, routing_key, type_name, subject, body, traceparent, tracestate, place)
         ORDER BY place",
    )
    .bind::<Array<SqlUuid>, _>(&ids)
    .bind::<Array<Text>, _>(letters.iter().map(|it| it.exchange).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(letters.iter().map(|it| it.routing_key).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(letters.iter().map(|it| it.type_name.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(letters.iter().map(|it| it.subject.as_str()).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(letters.iter().map(|it| it.body.as_slice()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(letters.iter().map(|it| it.traceparent.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(letters.iter().map(|it| it.tracestate.as_deref()).collect::<Vec<_>>());
    Prepared(insert).execute(tx.conn()).await?;
    tx.wake_after_commit(POSTED);
    Ok(ids)
}
