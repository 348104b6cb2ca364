#![doc = include_str!("../README.md")]

mod dead_letters;
mod inbox;
mod janitor;
mod mailroom;
mod outbox;
mod picture;
mod relay;
mod rush;
mod schema;

pub use dead_letters::drain_dead_queues;
pub use inbox::{ConsumeSettings, Handler, HandlerError, OrFail, consume};
pub use janitor::forget_old;
pub use mailroom::Mailroom;
pub use outbox::{Columns, Letter, post, post_all, post_each, wake_relay};
pub use picture::picture;
pub use relay::{Relay, RelaySettings};
pub use rush::Rush;
