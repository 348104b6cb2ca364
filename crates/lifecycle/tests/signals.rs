//! Signals reach a whole process, so each case runs one of its own: this binary again, in the part of [`process`].

#![allow(clippy::unwrap_used, reason = "a missing value is a failed test")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use lifecycle::{Lifecycle, LifecycleSettings, Stage};

const LAG: &str = "LIFECYCLE_TEST_LAG_MS";

#[tokio::test(flavor = "multi_thread")]
async fn process() {
    let Some(lag) = std::env::var(LAG).ok().and_then(|it| it.parse().ok()) else { return };
    let lifecycle = Lifecycle::new(&LifecycleSettings::default());
    lifecycle.spawn(Stage::Work, "job", move |shutdown| async move {
        eprintln!("started");
        shutdown.cancelled().await;
        eprintln!("told");
        tokio::time::sleep(Duration::from_millis(lag)).await;
        eprintln!("finished");
        Ok(())
    });
    assert!(lifecycle.run_until_stopped().await.is_clean());
}

#[test]
fn a_signal_lets_the_work_finish() {
    for signal in ["TERM", "INT"] {
        let (mut child, mut lines) = start(300);
        wait_for(&mut lines, "started");
        send(&child, signal);
        wait_for(&mut lines, "finished");
        assert!(child.wait().unwrap().success(), "SIG{signal}");
    }
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    let (mut child, mut lines) = start(10_000);
    wait_for(&mut lines, "started");
    send(&child, "TERM");
    wait_for(&mut lines, "told");
    let began = Instant::now();
    send(&child, "TERM");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(began.elapsed() < Duration::from_secs(3));
}

fn start(lag_ms: u32) -> (Child, impl Iterator<Item = String>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "process", "--nocapture"])
        .env(LAG, lag_ms.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    (child, lines)
}

fn wait_for(lines: &mut impl Iterator<Item = String>, line: &str) {
    assert!(lines.any(|it| it.contains(line)), "the process never said {line:?}");
}

fn send(child: &Child, signal: &str) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args([&format!("-{signal}"), &pid]).status().unwrap().success());
}
