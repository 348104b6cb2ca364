use std::sync::LazyLock;
use std::time::Duration;

use database::Database;
use lifecycle::{Shutdown, TaskResult};
use telemetry::metrics::{self, IntGaugeVec};

use crate::intake::Intake;
use crate::store::outbox;

const EVERY: Duration = Duration::from_secs(1);

/// Has everything refused while more than `limit` messages wait for the broker: what is taken in is kept somewhere, and disks end.
pub async fn watch_outbox(
    database: &Database,
    intake: &Intake,
    limit: i64,
    shutdown: Shutdown,
) -> TaskResult {
    loop {
        let waiting = outbox::waiting(&mut *database.connection().await?, limit).await?;
        WAITING.with_label_values::<&str>(&[]).set(waiting);
        let overfull = waiting > limit;
        if intake.refuse_all(overfull) {
            if overfull {
                tracing::error!(
                    limit,
                    "too many messages wait for the broker: nothing is taken in until there are less"
                );
            } else {
                tracing::info!("events are taken in again");
            }
        }
        if !shutdown.sleep(EVERY).await {
            return Ok(());
        }
    }
}

static WAITING: LazyLock<IntGaugeVec> = LazyLock::new(|| {
    metrics::gauge(
        "outbox_messages",
        "Messages waiting for the broker, at most; exact if they are too many.",
        &[],
    )
});
