#![doc = include_str!("../README.md")]

mod connect;
mod error;
mod held;
mod listen;
mod migrate;
mod pool;
mod prepared;
mod tx;

pub use error::{DatabaseError, is_transient};
pub use listen::Listener;
pub use migrate::{MigrateError, migrate, pending_migrations, revert_all};
pub use pool::{Connection, Database, DatabaseSettings};
pub use prepared::Prepared;
pub use tx::Tx;

pub use diesel_migrations::EmbeddedMigrations;
