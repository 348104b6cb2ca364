use contracts::Message;
use database::{Database, Prepared, Tx};
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
    let letters: Vec<Letter> =
        messages.into_iter().map(|(message, trace)| Letter::new(Uuid::now_v7(), message, trace)).collect();
    let columns = Columns::from(letters.as_slice());
    let insert = diesel::sql_query(
        "INSERT INTO outbox (message_id, exchange, routing_key, type_name, subject, body, traceparent, tracestate)
         SELECT message_id, exchange, routing_key, type_name, subject, body, traceparent, tracestate
         FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) WITH ORDINALITY
              AS posted (message_id, exchange, routing_key, type_name, subject, body, traceparent, tracestate, place)
         ORDER BY place",
    )
    .bind::<Array<SqlUuid>, _>(&columns.message_id)
    .bind::<Array<Text>, _>(&columns.exchange)
    .bind::<Array<Text>, _>(&columns.routing_key)
    .bind::<Array<Text>, _>(&columns.type_name)
    .bind::<Array<Text>, _>(&columns.subject)
    .bind::<Array<Binary>, _>(&columns.body)
    .bind::<Array<Nullable<Text>>, _>(&columns.traceparent)
    .bind::<Array<Nullable<Text>>, _>(&columns.tracestate);
    Prepared(insert).execute(tx.conn()).await?;
    tx.wake_after_commit(POSTED);
    Ok(columns.message_id)
}

/// A message of some kind, ready to be sent among others.
#[derive(Debug)]
pub struct Letter {
    id: Uuid,
    exchange: &'static str,
    routing_key: &'static str,
    type_name: String,
    subject: String,
    body: Vec<u8>,
    traceparent: Option<String>,
    tracestate: Option<String>,
}

impl Letter {
    /// `id` is a UUIDv7, its own or that of what it tells of; `trace` as [`telemetry::inject`] gives it.
    pub fn new<M: Message>(id: Uuid, message: &M, trace: &[(String, String)]) -> Self {
        let header = |name: &str| trace.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        Self {
            id,
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

/// Letters as the outbox's columns of these names, for a statement that writes them beside what they tell of. Once that is committed,
/// [`wake_relay`].
#[derive(Debug)]
pub struct Columns<'a> {
    pub message_id: Vec<Uuid>,
    pub exchange: Vec<&'static str>,
    pub routing_key: Vec<&'static str>,
    pub type_name: Vec<&'a str>,
    pub subject: Vec<&'a str>,
    pub body: Vec<&'a [u8]>,
    pub traceparent: Vec<Option<&'a str>>,
    pub tracestate: Vec<Option<&'a str>>,
}

impl<'a> From<&'a [Letter]> for Columns<'a> {
    fn from(letters: &'a [Letter]) -> Self {
        Self {
            message_id: letters.iter().map(|it| it.id).collect(),
            exchange: letters.iter().map(|it| it.exchange).collect(),
            routing_key: letters.iter().map(|it| it.routing_key).collect(),
            type_name: letters.iter().map(|it| it.type_name.as_str()).collect(),
            subject: letters.iter().map(|it| it.subject.as_str()).collect(),
            body: letters.iter().map(|it| it.body.as_slice()).collect(),
            traceparent: letters.iter().map(|it| it.traceparent.as_deref()).collect(),
            tracestate: letters.iter().map(|it| it.tracestate.as_deref()).collect(),
        }
    }
}

/// Messages were committed without a [`Tx`]: this process's relay need not find them by itself.
pub fn wake_relay(database: &Database) {
    database.wakeup(POSTED).notify_one();
}
