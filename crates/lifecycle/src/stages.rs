use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::supervise::{chain, once, supervise};
use crate::{Readiness, Shutdown, TaskResult};

/// What a task belongs to, in the order in which they stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// What lets new work in: HTTP, consumers.
    Doors,
    /// What is being worked on.
    Work,
    /// What sends the last results away.
    Relay,
}

/// How long a dependency may take to say how it is.
const PATIENCE: Duration = Duration::from_secs(5);

const STAGES: [Stage; 3] = [Stage::Doors, Stage::Work, Stage::Relay];

/// How long each stage may take to stop.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct LifecycleSettings {
    /// Between "not ready" and the closing of the doors.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::required")]
    pub notice: Duration,
    #[serde(with = "jiff::fmt::serde::unsigned_duration::required")]
    pub doors: Duration,
    #[serde(with = "jiff::fmt::serde::unsigned_duration::required")]
    pub work: Duration,
    #[serde(with = "jiff::fmt::serde::unsigned_duration::required")]
    pub relay: Duration,
}

impl Default for LifecycleSettings {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { notice: seconds(0), doors: seconds(10), work: seconds(15), relay: seconds(3) }
    }
}

/// How it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stopped {
    /// Tasks that did not stop in time and were cut off.
    pub abandoned: Vec<String>,
}

impl Stopped {
    pub fn is_clean(&self) -> bool {
        self.abandoned.is_empty()
    }
}

/// The tasks of a process and the order in which they stop. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Lifecycle(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: LifecycleSettings,
    runtime: Handle,
    readiness: Readiness,
    stop: CancellationToken,
    stages: [Floor; 3],
}

#[derive(Debug, Default)]
struct Floor {
    shutdown: Shutdown,
    tracker: TaskTracker,
    running: Mutex<BTreeMap<u64, (String, AbortHandle)>>,
    next: std::sync::atomic::AtomicU64,
}

impl Lifecycle {
    /// Tasks will run on the runtime this is called on.
    pub fn new(settings: &LifecycleSettings) -> Self {
        Self(Arc::new(Inner {
            settings: settings.clone(),
            runtime: Handle::current(),
            readiness: Readiness::new(),
            stop: CancellationToken::new(),
            stages: <[Floor; 3]>::default(),
        }))
    }

    pub fn readiness(&self) -> &Readiness {
        &self.0.readiness
    }

    /// Cancelled when `stage` is told to stop.
    pub fn shutdown(&self, stage: Stage) -> Shutdown {
        self.0.floor(stage).shutdown.clone()
    }

    /// How long `stage` may take to stop.
    pub fn limit(&self, stage: Stage) -> Duration {
        match stage {
            Stage::Doors => self.0.settings.doors,
            Stage::Work => self.0.settings.work,
            Stage::Relay => self.0.settings.relay,
        }
    }

    /// Keeps a task running until it is done or its stage stops: one that fails or panics starts again.
    pub fn spawn<F, Fut>(&self, stage: Stage, name: impl Into<String>, task: F)
    where
        F: FnMut(Shutdown) -> Fut + Send + 'static,
        Fut: Future<Output = TaskResult> + Send + 'static,
    {
        let name = name.into();
        let shutdown = self.shutdown(stage);
        self.start(stage, name.clone(), supervise(name, shutdown, task));
    }

    /// Registers a dependency and asks it `every` so often how it is; readiness shows what it said last.
    pub fn check<F, Fut, E>(&self, name: impl Into<String>, every: Duration, ask: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: std::error::Error + Send,
    {
        let name = name.into();
        let task = format!("check {name}");
        let dependency = Arc::new((self.readiness().register(name), ask));
        self.spawn(Stage::Work, task, move |shutdown| {
            let dependency = Arc::clone(&dependency);
            async move {
                let (readiness, ask) = &*dependency;
                loop {
                    match shutdown.unless_cancelled(timeout(PATIENCE, ask())).await {
                        Some(Ok(Ok(()))) => readiness.ok(),
                        Some(Ok(Err(error))) => readiness.failed(chain(&error)),
                        Some(Err(_)) => readiness.failed(format!("no answer for {} s", PATIENCE.as_secs())),
                        None => return Ok(()),
                    }
                    if !shutdown.sleep(every).await {
                        return Ok(());
                    }
                }
            }
        });
    }

    /// Runs `work` to its end, also if the caller goes away; the stage waits for it.
    pub fn finish<T: Send + 'static>(
        &self,
        stage: Stage,
        name: impl Into<String>,
        work: impl Future<Output = T> + Send + 'static,
    ) -> tokio::sync::oneshot::Receiver<T> {
        let name = name.into();
        let (done, result) = tokio::sync::oneshot::channel();
        let span = tracing::Span::current();
        let work = async move {
            // Nobody may be waiting any more; the work is done all the same.
            let _ = done.send(work.await);
        };
        self.start(stage, name.clone(), once(name, tracing::Instrument::instrument(work, span)));
        result
    }

    /// Asks the process to stop, as a signal does.
    pub fn stop(&self) {
        self.0.stop.cancel();
    }

    /// Waits for SIGTERM, SIGINT or [`Lifecycle::stop`], then stops the stages in order. A second signal ends the process.
    pub async fn run_until_stopped(&self) -> Stopped {
        let mut signals = Signals::listen();
        tokio::select! {
            name = signals.next() => tracing::info!(signal = name, "stopping"),
            () = self.0.stop.cancelled() => tracing::info!("stopping"),
        }
        tokio::select! {
            stopped = self.wind_down() => stopped,
            name = signals.next() => {
                tracing::error!(signal = name, "second signal, ending at once");
                std::process::exit(130)
            }
        }
    }

    async fn wind_down(&self) -> Stopped {
        self.0.readiness.stopping();
        self.0.stop.cancel();
        tokio::time::sleep(self.0.settings.notice).await;
        let mut abandoned = Vec::new();
        for stage in STAGES {
            abandoned.extend(self.0.floor(stage).close(self.limit(stage)).await);
            tracing::info!(?stage, "stopped");
        }
        if !abandoned.is_empty() {
            tracing::error!(tasks = ?abandoned, "cut off, they did not stop in time");
        }
        Stopped { abandoned }
    }

    fn start(&self, stage: Stage, name: String, work: impl Future<Output = ()> + Send + 'static) {
        let id = self.0.floor(stage).next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let inner = Arc::clone(&self.0);
        let floor = self.0.floor(stage);
        // Holding the lock while spawning: the task removes itself, and must find itself there.
        let mut running = floor.running.lock().unwrap_or_else(PoisonError::into_inner);
        let task = floor.tracker.spawn_on(
            async move {
                work.await;
                inner.floor(stage).running.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            },
            &self.0.runtime,
        );
        running.insert(id, (name, task.abort_handle()));
    }
}

impl Inner {
    fn floor(&self, stage: Stage) -> &Floor {
        &self.stages[stage as usize]
    }
}

impl Floor {
    /// Tells everything to stop; names what had to be cut off.
    async fn close(&self, limit: Duration) -> Vec<String> {
        self.shutdown.trigger();
        self.tracker.close();
        if timeout(limit, self.tracker.wait()).await.is_ok() {
            return Vec::new();
        }
        let left = std::mem::take(&mut *self.running.lock().unwrap_or_else(PoisonError::into_inner));
        let cut_off = left.into_values().map(|(name, task)| {
            task.abort();
            name
        });
        cut_off.collect()
    }
}

struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self {
            terminate: signal(SignalKind::terminate()).expect("invariant: SIGTERM can be listened to"),
            interrupt: signal(SignalKind::interrupt()).expect("invariant: SIGINT can be listened to"),
        }
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

#[cfg(test)]
mod tests;
