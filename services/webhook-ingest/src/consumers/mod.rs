//! What other services tell this one.

mod credential_changed;
mod delivery_applied;

pub use credential_changed::CredentialChanges;
pub use delivery_applied::DeliveryOutcomes;
