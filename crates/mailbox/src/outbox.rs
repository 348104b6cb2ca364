use contracts::Message;
use database::Tx;
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
    let ids: Vec<Uuid> = messages.iter().map(|_| Uuid::now_v7()).collect();
    diesel::sql_query(
        "INSERT INTO outbox (message_id, exchange, routing_key, type_name, subject, body, traceparent, tracestate)
         SELECT message_id, $1, $2, $3, subject, body, traceparent, tracestate
         FROM unnest($4, $5, $6, $7, $8) WITH ORDINALITY
              AS posted (message_id, subject, body, traceparent, tracestate, place) ORDER BY place",
    )
    .bind::<Text, _>(M::EXCHANGE.0)
    .bind::<Text, _>(M::ROUTING_KEY)
    .bind::<Text, _>(M::type_name())
    .bind::<Array<SqlUuid>, _>(&ids)
    .bind::<Array<Text>, _>(messages.iter().map(|(message, _)| message.subject()).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(messages.iter().map(|(message, _)| message.to_bytes().to_vec()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(headers(&messages, "traceparent"))
    .bind::<Array<Nullable<Text>>, _>(headers(&messages, "tracestate"))
    .execute(tx.conn())
    .await?;
    tx.wake_after_commit(POSTED);
    Ok(ids)
}

fn headers<'a, M>(messages: &[(&M, &'a [(String, String)])], name: &str) -> Vec<Option<&'a str>> {
    let header = |trace: &'a [(String, String)]| {
        trace.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    };
    messages.iter().map(|(_, trace)| header(trace).filter(|value| !value.is_empty())).collect()
}
