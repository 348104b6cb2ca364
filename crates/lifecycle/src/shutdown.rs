use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// Tells a task that its stage is stopping. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Shutdown(pub(crate) CancellationToken);

impl Shutdown {
    /// One that nobody triggers but the caller: for tests and one-off commands.
    pub fn new() -> Self {
        Self::default()
    }

    /// Resolves when the stage is told to stop; at once if it has been.
    pub async fn cancelled(&self) {
        self.0.cancelled().await;
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    pub fn trigger(&self) {
        self.0.cancel();
    }

    /// Waits for `duration` or the end, whichever comes first; true if there is time to go on.
    pub async fn sleep(&self, duration: Duration) -> bool {
        tokio::time::timeout(duration, self.cancelled()).await.is_err()
    }

    /// Runs `work` unless told to stop first. `work` is dropped half-way then: not for what must finish.
    pub async fn unless_cancelled<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.0.run_until_cancelled(work).await
    }
}
