//! The endpoints: one folder per resource, one file each.

pub mod deliveries;
pub mod wordpress;
