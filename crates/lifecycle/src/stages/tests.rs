use super::*;

type Diary = Arc<Mutex<Vec<&'static str>>>;

fn write(diary: &Diary, line: &'static str) {
    diary.lock().unwrap().push(line);
}

/// Writes when it is told to stop, and when it has stopped, `lag` later.
fn keep(lifecycle: &Lifecycle, stage: Stage, diary: &Diary, lines: [&'static str; 2], lag: u64) {
    let diary = Arc::clone(diary);
    lifecycle.spawn(stage, lines[0], move |shutdown| {
        let diary = Arc::clone(&diary);
        async move {
            shutdown.cancelled().await;
            write(&diary, lines[0]);
            tokio::time::sleep(Duration::from_millis(lag)).await;
            write(&diary, lines[1]);
            Ok(())
        }
    });
}

#[tokio::test(start_paused = true)]
async fn stages_stop_one_after_the_other() {
    let lifecycle = Lifecycle::new(&LifecycleSettings::default());
    let broker = lifecycle.readiness().register("broker");
    broker.ok();
    let diary = Diary::default();
    // Started in the wrong order on purpose.
    keep(&lifecycle, Stage::Relay, &diary, ["relay told", "relay gone"], 100);
    keep(&lifecycle, Stage::Work, &diary, ["work told", "work gone"], 5000);
    keep(&lifecycle, Stage::Doors, &diary, ["door told", "door gone"], 2000);
    assert!(lifecycle.readiness().is_ready());
    tokio::task::yield_now().await;
    lifecycle.stop();
    let stopped = lifecycle.run_until_stopped().await;
    assert!(stopped.is_clean());
    assert!(!lifecycle.readiness().is_ready());
    let lines = ["door told", "door gone", "work told", "work gone", "relay told", "relay gone"];
    assert_eq!(*diary.lock().unwrap(), lines);
}

#[tokio::test(start_paused = true)]
async fn readiness_turns_before_the_doors_close() {
    let settings = LifecycleSettings { notice: Duration::from_secs(5), ..LifecycleSettings::default() };
    let lifecycle = Lifecycle::new(&settings);
    lifecycle.stop();
    let running = tokio::spawn({
        let lifecycle = lifecycle.clone();
        async move { lifecycle.run_until_stopped().await }
    });
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert!(!lifecycle.readiness().is_ready());
    assert!(!lifecycle.shutdown(Stage::Doors).is_cancelled(), "still serving those who have not noticed");
    running.await.unwrap();
    assert!(lifecycle.shutdown(Stage::Relay).is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn what_does_not_stop_is_cut_off_and_named() {
    let lifecycle = Lifecycle::new(&LifecycleSettings::default());
    let diary = Diary::default();
    keep(&lifecycle, Stage::Relay, &diary, ["relay told", "relay gone"], 0);
    lifecycle.spawn(Stage::Work, "stubborn", |_| std::future::pending());
    lifecycle.spawn(Stage::Work, "polite", |shutdown| async move {
        shutdown.cancelled().await;
        Ok(())
    });
    tokio::task::yield_now().await;
    lifecycle.stop();
    let began = tokio::time::Instant::now();
    let stopped = lifecycle.run_until_stopped().await;
    assert_eq!(stopped.abandoned, ["stubborn"]);
    assert_eq!(began.elapsed().as_secs(), 15, "the limit of its stage, no longer");
    assert_eq!(*diary.lock().unwrap(), ["relay told", "relay gone"], "later stages still get their turn");
}

#[tokio::test(start_paused = true)]
async fn work_is_finished_though_nobody_waits_for_it() {
    let lifecycle = Lifecycle::new(&LifecycleSettings::default());
    let diary = Diary::default();
    let pen = Arc::clone(&diary);
    let answer = lifecycle.finish(Stage::Work, "write", async move {
        tokio::time::sleep(Duration::from_secs(3)).await;
        write(&pen, "written");
        7
    });
    drop(answer);
    let waited = lifecycle.finish(Stage::Work, "count", async { 7 });
    assert_eq!(waited.await, Ok(7));
    let panicked = lifecycle.finish(Stage::Work, "panic", async { panic!("on purpose") });
    let answer: Result<(), _> = panicked.await;
    assert!(answer.is_err());
    lifecycle.stop();
    assert!(lifecycle.run_until_stopped().await.is_clean());
    assert_eq!(*diary.lock().unwrap(), ["written"]);
}

#[tokio::test(start_paused = true)]
async fn nothing_starts_in_a_stage_that_stops() {
    let lifecycle = Lifecycle::new(&LifecycleSettings::default());
    lifecycle.stop();
    lifecycle.run_until_stopped().await;
    let diary = Diary::default();
    keep(&lifecycle, Stage::Work, &diary, ["told", "gone"], 0);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(diary.lock().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_dependency_is_asked_until_the_work_is_over() {
    let lifecycle = Lifecycle::new(&LifecycleSettings::default());
    let seconds = Duration::from_secs;
    let asked = Arc::new(std::sync::atomic::AtomicU32::new(0));
    let count = Arc::clone(&asked);
    lifecycle.check("database", seconds(2), move || {
        let question = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        async move {
            match question {
                1 => Err(std::io::Error::other("connection refused")),
                3 => std::future::pending().await,
                _ => Ok(()),
            }
        }
    });
    let detail = || lifecycle.readiness().snapshot().checks[0].detail.clone();
    assert_eq!(detail(), "starting");
    for (wait, expected) in [(1, ""), (2, "connection refused"), (2, ""), (7, "no answer for 5 s"), (2, "")] {
        tokio::time::sleep(seconds(wait)).await;
        assert_eq!(detail(), expected);
        assert_eq!(lifecycle.readiness().is_ready(), expected.is_empty());
    }
    lifecycle.stop();
    assert!(lifecycle.run_until_stopped().await.is_clean());
    tokio::time::sleep(seconds(60)).await;
    assert_eq!(asked.load(std::sync::atomic::Ordering::Relaxed), 5, "nobody asks any more");
}
