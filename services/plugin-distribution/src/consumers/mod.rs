//! One file per message.

mod credential_changed;

pub use credential_changed::CredentialChanges;
