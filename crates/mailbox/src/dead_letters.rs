use contracts::topology::Queue;
use database::{Database, DatabaseError};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use lifecycle::{Shutdown, TaskResult};
use messaging::{Arrived, Broker};
use std::time::Duration;

use crate::inbox::remember;
use crate::schema::dead_letters;

/// Puts a message aside for a person, and notes it as dealt with.
pub(crate) async fn park(
    database: &Database,
    queue: &str,
    consumer: &str,
    message: &Arrived,
    reason: &str,
    failures: i32,
) -> Result<(), DatabaseError> {
    let mut tx = database.begin().await?;
    if let Some(id) = message.message_id {
        remember(&mut tx, consumer, vec![id]).await?;
    }
    let headers: serde_json::Map<String, serde_json::Value> =
        message.headers.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect();
    diesel::insert_into(dead_letters::table)
        .values((
            dead_letters::queue.eq(queue),
            dead_letters::consumer.eq(consumer),
            dead_letters::message_id.eq(message.message_id),
            dead_letters::type_name.eq(&message.type_name),
            dead_letters::body.eq(message.body.as_ref()),
            dead_letters::headers.eq(serde_json::Value::Object(headers)),
            dead_letters::reason.eq(reason),
            dead_letters::failures.eq(failures),
        ))
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    tracing::error!(queue, consumer, message.id = ?message.message_id, message.type = message.type_name, reason, "message parked");
    Ok(())
}

/// Moves what the broker gave up on from the dead queues into `dead_letters`, every ten seconds.
pub async fn drain_dead_queues(
    queues: &[Queue],
    database: &Database,
    broker: &Broker,
    shutdown: Shutdown,
) -> TaskResult {
    loop {
        let reader = broker.reader().await?;
        for queue in queues {
            let name = queue.dead();
            while let Some(message) = reader.get(&name).await? {
                let reason = "handed out more often than its delivery limit: its handler never came back";
                park(database, queue.name, "broker", &message, reason, 0).await?;
                reader.ack(&message).await?;
            }
        }
        reader.close().await;
        if !shutdown.sleep(Duration::from_secs(10)).await {
            return Ok(());
        }
    }
}
