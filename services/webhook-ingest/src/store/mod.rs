//! The tables of this service. Rows stop here.

pub mod deliveries;
pub mod elsewhere;
pub mod gaps;
pub mod outbox;
mod schema;
