use std::any::Any;
use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures::FutureExt;

use crate::backoff::Backoff;
use crate::{Shutdown, TaskResult};

/// Runs the task, again and again if it fails, until it is done or told to stop.
pub async fn supervise<F, Fut>(name: String, shutdown: Shutdown, mut task: F)
where
    F: FnMut(Shutdown) -> Fut,
    Fut: Future<Output = TaskResult>,
{
    let mut backoff = Backoff::default();
    while !shutdown.is_cancelled() {
        let born = Instant::now();
        // Making the future may panic as well as running it.
        let life = AssertUnwindSafe(async { task(shutdown.clone()).await }).catch_unwind().await;
        let why = match life {
            Ok(Ok(())) => {
                tracing::debug!(task = name, "done");
                return;
            }
            Ok(Err(error)) => chain(error.as_ref()),
            Err(panic) => format!("panic: {}", panic_text(panic.as_ref())),
        };
        if shutdown.is_cancelled() {
            tracing::warn!(task = name, error = why, "failed while stopping");
            return;
        }
        let pause = backoff.after(born.elapsed());
        tracing::warn!(task = name, error = why, pause_ms = pause.as_millis(), "failed, starting again");
        shutdown.sleep(pause).await;
    }
}

/// Runs a future once; a panic is logged and goes no further.
pub async fn once(name: String, work: impl Future<Output = ()>) {
    if let Err(panic) = AssertUnwindSafe(work).catch_unwind().await {
        tracing::error!(task = name, error = panic_text(panic.as_ref()), "panicked");
    }
}

/// The error and its sources, as one line.
pub fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |cause: &&dyn Error| (*cause).source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// What a panic said, as far as it said anything.
pub fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("of unknown kind")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::*;

    /// Counts its lives and ends each as told.
    async fn lives(ends: impl Fn(u32) -> TaskResult) -> u32 {
        let count = Arc::new(AtomicU32::new(0));
        let supervised = supervise("test".to_owned(), Shutdown::new(), |_| {
            let life = count.fetch_add(1, Ordering::Relaxed);
            let end = &ends;
            async move { end(life) }
        });
        tokio::time::timeout(Duration::from_mins(1), supervised).await.expect("it ends");
        count.load(Ordering::Relaxed)
    }

    #[tokio::test(start_paused = true)]
    async fn what_fails_or_panics_starts_again_until_it_is_done() {
        let lived = lives(|life| match life {
            0 => Err("lost the broker".into()),
            1 => panic!("on purpose"),
            2 => panic!("{}", "on purpose, too".to_owned()),
            3 => Err("again".into()),
            _ => Ok(()),
        });
        assert_eq!(lived.await, 5);
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_before_the_future_exists_is_a_failure_too() {
        let mut first = true;
        let supervised = supervise("test".to_owned(), Shutdown::new(), move |_| {
            assert!(!std::mem::take(&mut first), "on purpose");
            std::future::ready(Ok(()))
        });
        supervised.await;
    }

    #[tokio::test(start_paused = true)]
    async fn told_to_stop_during_a_pause_it_does_not_wait_or_start() {
        let shutdown = Shutdown::new();
        let lives = Arc::new(AtomicU32::new(0));
        let (seen, stop) = (Arc::clone(&lives), shutdown.clone());
        let supervised = supervise("test".to_owned(), shutdown, move |_| {
            if seen.fetch_add(1, Ordering::Relaxed) == 8 {
                let stop = stop.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    stop.trigger();
                });
            }
            std::future::ready(Err("always".into()))
        });
        let began = tokio::time::Instant::now();
        supervised.await;
        assert_eq!(lives.load(Ordering::Relaxed), 9);
        assert!(
            began.elapsed() < Duration::from_secs(25),
            "the pause before the tenth life was not waited for"
        );
    }
}
