//! One file per message.

mod credential_changed;
mod operator_token_changed;

pub use credential_changed::CredentialChanges;
pub use operator_token_changed::OperatorTokenChanges;
