//! What becomes of a version, from its release to its withdrawal. Each act is one transaction that holds the plugin's row, so that acts on
//! a plugin come one after the other; each may be repeated, and changes nothing the second time.

pub mod delete;
pub mod deprecate;
pub mod halt;
pub mod release;
pub mod revert;
pub mod roll_out;
pub mod upload;
pub mod withdraw;

mod error;
mod facts;
mod held;
mod log_entry;
mod works;

pub use error::ActError;
pub use held::Which;
pub use works::Works;
