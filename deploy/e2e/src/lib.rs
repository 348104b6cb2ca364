#![doc = include_str!("../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that can't reach its stack should stop there"
)]

mod browser;
mod distribution;
mod middleman;
mod own_site;
mod platform;
mod stack;
mod wordpress;

pub use browser::{Browser, Page};
pub use distribution::{Distribution, PLUGIN};
pub use middleman::{Lie, Middleman};
pub use own_site::OwnSite;
pub use platform::Platform;
pub use stack::Stack;
pub use wordpress::{Installed, MustUse, WordPress};

use std::process::Command;
use std::time::{Duration, Instant};

/// Asks again until `look` finds it; ends the test after `patience` with what was waited for.
pub async fn eventually<T>(what: &str, patience: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(started.elapsed() < patience, "waited {patience:?} in vain: {what}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Runs a program to its end, which has to be a good one; what it printed.
pub(crate) fn run(command: &mut Command) -> String {
    // Not its environment, where the secrets are.
    let name = command.get_program().display().to_string();
    let output = command.output().unwrap_or_else(|e| panic!("{name}: {e}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{name}: {}\n{}{}", output.status, said.0, said.1);
    said.0
}

pub(crate) fn client() -> reqwest::Client {
    client_builder().build().unwrap()
}

/// Each request has a connection of its own: what serves WordPress closes idle ones when it likes, also while a request is on its way.
pub(crate) fn client_builder() -> reqwest::ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().timeout(Duration::from_mins(1)).pool_max_idle_per_host(0)
}
