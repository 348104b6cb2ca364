#![doc = include_str!("../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test that can't get its servers should stop there"
)]

mod broker;
mod database;
mod eventually;
pub mod fake_site;
mod own_postgres;
pub mod photo;
mod wire;

pub use broker::TestBroker;
pub use database::TestDatabase;
pub use eventually::eventually;
pub use fake_site::{Behaviour, CorePost, FakeSite, Trust};
pub use own_postgres::OwnPostgres;
pub use wire::Wire;

fn required(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set: run the tests by scripts/test"))
}

/// Drops something remote from a `Drop`, where nothing can be awaited.
fn on_a_thread(work: impl Future<Output = ()> + Send + 'static) {
    let thread = std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work);
    });
    let _ = thread.join();
}
