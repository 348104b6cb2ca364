//! The only way out: every connection to a user's site or image begins here.

mod client;
mod failure;
mod guard;

pub use client::{Egress, EgressError, Request, Response};
pub use failure::CallError;
pub use guard::{Guard, Lookup, Refused, SystemLookup};
