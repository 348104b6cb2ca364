//! The tables of this service. Rows stop here.

pub mod deliveries;
mod schema;
